"""Values as plain data: what may be compared, and its form in an exercise file.

Only exact built-in types and plain NumPy arrays are let through, so no object can decide about its own grade.
"""

import base64
import math

import numpy as np

DEEPEST = 20
LARGEST = 20_000_000
_NESTED_UP_TO = 24
_NUMBER_KINDS = "biufc"


class NotPlain(ValueError):
    """A value that cannot be compared; the message tells the student what to return instead."""


def type_name(value) -> str:
    """Return the name of a value's type without asking the value."""
    return type.__dict__["__name__"].__get__(type(value))


def plain(value, depth: int = 0):
    """Return a value as exact built-in types and plain arrays.

    Args:
        value (any): a number, text, None, an array, or tuples, lists and dicts of these.
        depth (int): how deep inside a container it was found.

    Returns:
        The same value; NumPy's scalars stay NumPy scalars, subclasses of containers become the containers.

    Raises:
        NotPlain: the value, or something in it, is anything else.

    Example:
        >>> plain((1, [2.5, "left"]))
        (1, [2.5, 'left'])
    """
    kind = type(value)
    if value is None or value is Ellipsis or kind in (bool, int, float, complex, str):
        return value
    if depth > DEEPEST:
        raise NotPlain(f"lists inside lists, more than {DEEPEST} deep")
    if kind is np.ndarray:
        if value.dtype.kind not in _NUMBER_KINDS + "U":
            raise NotPlain(f"an array of dtype {value.dtype}; an array of numbers is needed")
        if value.size > LARGEST:
            raise NotPlain(f"an array of {value.size:,} values; that is too large to compare")
        return value
    if issubclass(kind, np.generic):
        if kind in np.sctypeDict.values() and value.dtype.kind in _NUMBER_KINDS + "U":
            return value
        raise NotPlain(f"a {type_name(value)}; a number is needed")
    if issubclass(kind, np.ndarray):
        raise NotPlain(f"a {type_name(value)}; return a plain array: np.array(...)")
    for container in (tuple, list):
        if issubclass(kind, container):
            return container(plain(item, depth + 1) for item in container.__iter__(value))
    if issubclass(kind, dict):
        return {plain(key, depth + 1): plain(item, depth + 1) for key, item in dict.items(value)}
    name = type_name(value)
    if kind.__module__.split(".")[0] in ("tensorflow", "torch", "jax", "jaxlib", "keras"):
        raise NotPlain(f"a {name}; turn it into an array: keras.ops.convert_to_numpy(...)")
    if name in ("generator", "map", "zip", "filter", "range", "dict_values", "dict_keys", "set"):
        raise NotPlain(f"a {name}; turn it into a list: list(...)")
    if callable(value):
        raise NotPlain(f"a {name}; call it, with brackets, to get its result")
    raise NotPlain(f"a {name}; return plain numbers, text or arrays")


def _number(value: float):
    return value if math.isfinite(value) else repr(value)


def _array_items(array: np.ndarray):
    if array.dtype.kind == "c":
        return _array_items(np.stack([array.real, array.imag], axis=-1))
    items = array.tolist()
    if array.dtype.kind != "f":
        return items

    def walk(item):
        return [walk(part) for part in item] if isinstance(item, list) else _number(item)

    return walk(items)


def encode(value) -> dict:
    """Return a plain value as a JSON document that is the same on every machine.

    Args:
        value (any): what `plain` lets through.

    Returns:
        A dict with "kind" and the data; arrays above 24 elements as base64 of little-endian bytes.

    Raises:
        NotPlain: see `plain`.

    Example:
        >>> encode(np.array([1, 2], np.uint8))
        {'kind': 'array', 'dtype': 'uint8', 'shape': [2], 'values': [1, 2]}
    """
    value = plain(value)
    if value is None:
        return {"kind": "none"}
    if value is Ellipsis:
        return {"kind": "ellipsis"}
    if isinstance(value, np.generic):
        item = value.item()
        item = item if not isinstance(item, float) else _number(item)
        item = [_number(item.real), _number(item.imag)] if isinstance(item, complex) else item
        return {"kind": "scalar", "dtype": value.dtype.name, "value": item}
    if isinstance(value, np.ndarray):
        # On a machine whose int is 64 bits wide, "int64" and "longlong" are two types of one name.
        document = {"kind": "array", "dtype": value.dtype.name, "shape": list(value.shape)}
        if value.dtype.kind == "U":
            return {**document, "dtype": value.dtype.str.lstrip("<>=|"), "values": value.tolist()}
        if value.size <= _NESTED_UP_TO:
            return {**document, "values": _array_items(value)}
        little = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<"))
        return {**document, "base64": base64.b64encode(little.tobytes()).decode("ascii")}
    if isinstance(value, complex):
        return {"kind": "complex", "value": [_number(value.real), _number(value.imag)]}
    if isinstance(value, float):
        return {"kind": "float", "value": _number(value)}
    if isinstance(value, dict):
        return {"kind": "dict", "items": [[encode(key), encode(item)] for key, item in value.items()]}
    if isinstance(value, (tuple, list)):
        return {"kind": type_name(value), "items": [encode(item) for item in value]}
    return {"kind": type_name(value), "value": value}


def _decode_array(document: dict) -> np.ndarray:
    dtype, shape = np.dtype(document["dtype"]), tuple(document["shape"])
    if "base64" in document:
        data = base64.b64decode(document["base64"])
        return np.frombuffer(data, dtype.newbyteorder("<")).astype(dtype).reshape(shape)
    if dtype.kind == "c":
        pairs = np.array(document["values"], np.float64).reshape((*shape, 2))
        # Neighbouring pairs of floats are complex numbers in memory; adding 1j * inf would make NaN of them.
        return pairs.view(np.complex128).reshape(shape).astype(dtype)
    return np.array(document["values"], dtype).reshape(shape)


def decode(document: dict):
    """Return the value that `encode` made the document of; arrays are fresh and may be written to.

    Example:
        >>> decode(encode({"size": (3, 4)}))
        {'size': (3, 4)}
    """
    kind = document["kind"]
    if kind == "none":
        return None
    if kind == "ellipsis":
        return Ellipsis
    if kind == "array":
        return _decode_array(document)
    if kind == "scalar":
        dtype, item = np.dtype(document["dtype"]), document["value"]
        return dtype.type(complex(*map(float, item)) if dtype.kind == "c" else item)
    if kind == "complex":
        return complex(*map(float, document["value"]))
    if kind == "dict":
        return {decode(key): decode(item) for key, item in document["items"]}
    if kind in ("tuple", "list"):
        items = [decode(item) for item in document["items"]]
        return tuple(items) if kind == "tuple" else items
    return float(document["value"]) if kind == "float" else document["value"]
