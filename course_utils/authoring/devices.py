"""Find code that says on which device something is computed: the course leaves that to Keras everywhere."""

import ast
import re

# What a call ends with: "tf.device" also stands for "tensorflow.device".
_CALLS = {
    "default_device": "it pins a device",
    "device_put": "it moves data to a device",
    "set_default_device": "it pins a device",
    "set_visible_devices": "it hides devices",
    "set_logical_device_configuration": "it divides a device",
    "set_memory_growth": "course_utils sets memory growth by itself",
    "tf.device": "it pins a device",
    "tensorflow.device": "it pins a device",
    "keras.device": "it pins a device",
    "torch.device": "it names a device",
}
_MOVES = {"cpu", "cuda"}  # tensor.cuda()
_LISTS = {"jax.devices", "jax.local_devices", "tf.config.list_physical_devices", "tf.config.list_logical_devices"}
_DEVICE = re.compile(r"/?(job:\w+/.*)?(device:)?(cpu|gpu|tpu|cuda|xla_gpu|mps)(:\d+|:\*)", re.IGNORECASE)
_VARIABLES = {
    "CUDA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "JAX_PLATFORMS",
    "JAX_PLATFORM_NAME",
    "NVIDIA_VISIBLE_DEVICES",
}
_TAKES_DEVICE = {"device", "devices"}


def _dotted(node: ast.AST) -> str:
    """Return "tf.config.list" for such an attribute, with the innermost names left out where they are no names."""
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""


def _call_fault(node: ast.Call) -> str | None:
    name = _dotted(node.func)
    last = name.rpartition(".")[2]
    for ending, why in _CALLS.items():
        if name == ending or name.endswith(f".{ending}"):
            return f"{name}(...): {why}"
    if isinstance(node.func, ast.Attribute) and last in _MOVES and not node.args and not node.keywords:
        return f".{last}(): it moves data to a device"
    words = [argument for argument in node.args if isinstance(argument, ast.Constant)]
    if last == "to" and any(str(word.value).partition(":")[0] in ("cpu", "cuda", "mps") for word in words):
        return f".to({words[0].value!r}): it moves data to a device"
    for keyword in node.keywords:
        if keyword.arg in _TAKES_DEVICE and not (
            isinstance(keyword.value, ast.Constant) and keyword.value.value is None
        ):
            return f"{name}({keyword.arg}=...): it pins a device"
    return None


def faults(code: str) -> list[tuple[int, str]]:
    """Return line and reason of each place in Python code that names a device.

    Asking which devices there are is allowed; taking one of them out of the answer is not.

    Example:
        >>> faults('with tf.device("/GPU:0"):\\n    y = model(x)')
        [(1, "'/GPU:0' names a device"), (1, 'tf.device(...): it pins a device')]
        >>> faults("print(len(jax.devices()))")
        []
    """
    found = []
    for node in ast.walk(ast.parse(code)):
        fault = None
        if isinstance(node, ast.Call):
            fault = _call_fault(node)
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Call):
            name = _dotted(node.value.func)
            fault = f"{name}(...)[...]: it picks a device" if name in _LISTS else None
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            named = node.value in _VARIABLES or _DEVICE.fullmatch(node.value)
            fault = f"{node.value!r} names a device" if named else None
        if fault:
            found.append((node.lineno, fault))
    return sorted(found)
