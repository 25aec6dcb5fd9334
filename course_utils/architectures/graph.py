"""Walk through a Keras model step by step: which layer, what comes out, what it learns, what it sees."""

import dataclasses
import math

from course_utils.architectures import parts, receptive, windows


@dataclasses.dataclass(frozen=True)
class Step:
    """One use of one layer.

    Args:
        layer: the Keras layer, or the operation (such as an addition of two tensors).
        kind (str): its class, such as "Conv2D".
        settings (str): what it was given, such as "16, 3×3, same, relu".
        shape (tuple or None): of what comes out, without the batch; None where Keras does not say.
        parameters (int): that it learns or keeps; 0 where it is used once more.
        used_before (bool): whether the same layer was used in an earlier step, with the same weights.
        sees (tuple of Field, or str): one field for each side, or windows.PIXEL, windows.WHOLE or windows.UNKNOWN.
        depth (int): 0 in the model itself, 1 in a model that is one of its layers, and so on.
        inputs (tuple of int): the numbers of the steps it reads from.
    """

    layer: object
    kind: str
    settings: str
    shape: tuple | None
    parameters: int
    used_before: bool
    sees: tuple[receptive.Field, ...] | str
    depth: int = 0
    inputs: tuple[int, ...] = ()


def check_model(model) -> None:
    """Raise unless the thing is a Keras model that knows the shape of its input.

    Args:
        model (keras.Model): anything.

    Raises:
        TypeError: no Keras model.
        ValueError: a model that was not built, or that has no layers.
    """
    import keras

    if not isinstance(model, keras.Model):
        what = "a class; make a model of it first" if isinstance(model, type) else f"a {type(model).__name__}"
        hint = " Put the layer into keras.Sequential([keras.Input(shape), layer])." * isinstance(model, keras.Layer)
        raise TypeError(f"model is {what}; a Keras model is needed (keras.Sequential or keras.Model).{hint}")
    if not model.layers:
        raise ValueError("the model has no layers yet.")
    if not model.built or not all(getattr(layer, "built", True) for layer in model.layers):
        raise ValueError(
            "the model does not know yet how large its input is, so nothing can be said about its sizes. Begin it "
            "with keras.Input((height, width, channels)), or call it once on a batch of images."
        )


def steps(model, expand_nested: bool = True) -> list[Step]:
    """Return what happens in a model, in order.

    Args:
        model (keras.Model): Sequential, functional, or nested. Of a model that was written as a class only the layers
            and their parameters are known.
        expand_nested (bool): whether the layers of a model that is itself a layer follow it, one deeper. Default True.

    Returns:
        A list of Step; inputs are steps as well.

    Raises:
        TypeError, ValueError: as for `check_model`.
    """
    check_model(model)
    walk = _Walk(expand_nested)
    walk.model(model, None, 0)
    return walk.steps


def receptive_field(model) -> int | tuple[int, ...] | None:
    """Return the receptive field of a model's output; see `receptive.receptive_field`."""
    last = last_step(model)
    if last.sees == windows.WHOLE:
        return None
    if last.sees == windows.PIXEL:
        return 1
    if last.sees == windows.UNKNOWN:
        first = next(step for step in steps(model) if step.sees == windows.UNKNOWN)
        raise ValueError(
            f"it is not known what a layer of the kind {first.kind} sees. If it slides a window, give it the "
            "attributes kernel_size, strides and padding; if it works pixel by pixel, receptive_windows = ()."
        )
    sizes = tuple(math.ceil(field.size) for field in last.sees)
    return sizes[0] if len(set(sizes)) == 1 else sizes


def last_step(model) -> Step:
    """Return the step whose values are the first output of a model."""
    check_model(model)
    walk = _Walk(True)
    (outputs, *_), _ = walk.model(model, None, 0)
    return walk.steps[outputs]


class _Walk:
    """The steps found so far."""

    def __init__(self, expand_nested: bool):
        self.steps: list[Step] = []
        self.expand_nested = expand_nested
        self.seen_layers: set[int] = set()

    def model(self, model, sources: list[tuple[int, object]] | None, depth: int):
        """Add the steps of a model; return the numbers of its output steps, and what they see."""
        import keras

        if isinstance(model, keras.Sequential):
            return self._chain(model, sources, depth)
        graph = parts.graph_of(model)
        return self._graph(graph, sources, depth) if graph else self._loose(model, sources, depth)

    def _chain(self, model, sources, depth):
        shape = parts.without_batch(getattr(model, "input_shape", None))
        if sources is None:
            sources = [self._add(None, "Input", shape, (), windows.PIXEL, depth)]
        for layer in model.layers:
            shape_after = parts.output_shape(layer, shape)
            sources = self._use(layer, sources, [shape], shape_after, depth)
            shape = shape_after
        return [sources[0][0]], [sources[0][1]]

    def _graph(self, graph: parts.Graph, sources, depth):
        given = dict(zip(graph.inputs, sources or [], strict=False))
        known: dict[parts.Key, tuple[int, object]] = {}
        for use in graph.uses:
            shapes = [graph.shapes.get(key) for key in use.inputs]
            key = (use.name, use.number)
            after = graph.shapes.get(key)
            if not use.inputs:
                known[key] = given.get(key) or self._add(use.layer, "Input", after, (), windows.PIXEL, depth)
                continue
            came = [known[one] for one in use.inputs]
            (known[key],) = self._use(use.layer, came, shapes, after, depth)
        found = [known[key] for key in graph.outputs]
        return [number for number, _ in found], [sees for _, sees in found]

    def _loose(self, model, sources, depth):
        # A model written as a class: its layers are known, but not in which order and on what they are called.
        for layer in model.layers:
            sources = self._use(layer, sources or [], [None], None, depth, windows.UNKNOWN)
        return [sources[0][0]], [windows.UNKNOWN]

    def _use(self, layer, sources, shapes, after, depth, sees=None) -> list[tuple[int, object]]:
        numbers = tuple(number for number, _ in sources)
        if parts.is_model(layer):
            return [self._nested(layer, sources, shapes, after, depth)]
        if sees is None:
            sees = windows.after(layer, [one for _, one in sources], shapes, after)
        return [self._add(layer, type(layer).__name__, after, numbers, sees, depth)]

    def _nested(self, layer, sources, shapes, after, depth) -> tuple[int, object]:
        position = len(self.steps)
        numbers = tuple(number for number, _ in sources)
        self._add(layer, type(layer).__name__, after, numbers, windows.UNKNOWN, depth)
        kept = list(self.steps)
        entered = [(position, seen) for _, seen in sources]
        _, (sees, *_) = self.model(layer, entered, depth + 1)
        self.steps[position] = dataclasses.replace(kept[position], sees=sees)
        if not self.expand_nested:
            del self.steps[position + 1 :]
        # What follows reads from the nested model as a whole.
        return position, sees

    def _add(self, layer, kind, shape, inputs, sees, depth) -> tuple[int, object]:
        before = id(layer) in self.seen_layers
        if layer is not None:
            self.seen_layers.add(id(layer))
        count = 0 if before or layer is None else parts.parameters(layer)
        settings = "" if layer is None or kind == "Input" else parts.settings(layer)
        self.steps.append(Step(layer, kind, settings, shape, count, before, sees, depth, inputs))
        return len(self.steps) - 1, sees
