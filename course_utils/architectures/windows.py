"""How each kind of layer changes what a value sees."""

import fractions

from course_utils.architectures import receptive, shapes

PIXEL, WHOLE, UNKNOWN = "one pixel", "whole image", "unknown"

# They treat every value by itself, or all channels of one place together.
_POINTWISE = frozenset(
    {
        "Activation", "ActivityRegularization", "Add", "AlphaDropout", "Augment", "Average", "BatchNormalization",
        "Concatenate", "CutMix", "Dropout", "ELU", "Equalization", "Flatten", "GaussianDropout", "GaussianNoise",
        "Identity", "Input", "InputLayer", "LayerNormalization", "LeakyReLU", "Masking", "Maximum", "Minimum", "MixUp",
        "Multiply", "Normalization", "PReLU", "RMSNormalization", "ReLU", "Rescaling", "Softmax", "SpatialDropout1D",
        "SpatialDropout2D", "SpatialDropout3D", "Subtract", "UnitNormalization",
    }
)  # fmt: skip
_WHOLE = frozenset(
    {
        "AdditiveAttention", "Attention", "GroupNormalization", "GroupQueryAttention", "MultiHeadAttention",
    }
)  # fmt: skip


def after(layer, seen: list, input_shapes: list, output_shape: tuple | None):
    """Return what the values behind a layer see.

    Args:
        layer: a Keras layer or operation. One that is not known can say `receptive_windows`: a list of
            (kernel_size, stride) pairs that has the same effect, empty when it works pixel by pixel.
        seen (list): what the values of each of its inputs see.
        input_shapes (list): their shapes, without the batch.
        output_shape (tuple or None): of what comes out.

    Returns:
        A tuple of Field, one for each side, or PIXEL, WHOLE or UNKNOWN.
    """
    before = joined(seen)
    if before in (WHOLE, UNKNOWN):
        kind = type(layer).__name__
        ends = before == UNKNOWN and (kind.startswith("Global") or _dense_on_a_row(layer, input_shapes[0]))
        return WHOLE if ends else before
    kind, shape = type(layer).__name__, input_shapes[0]
    own = getattr(layer, "receptive_windows", None)
    if own is not None:
        return _through(before, [(k, s, 0, 1) for k, s in own], 2)
    if kind in _WHOLE or kind.startswith("Global"):
        return WHOLE
    if (
        kind == "LayerNormalization"
        and shape is not None
        and len(shape) > 1
        and layer.axis not in (-1, [-1], len(shape))
    ):
        return WHOLE
    if kind == "Dense":
        return _dense(before, shape)
    if kind.startswith("ZeroPadding") or kind.startswith("Cropping"):
        sign = 1 if kind.startswith("ZeroPadding") else -1
        around = layer.padding if sign == 1 else layer.cropping
        return _shifted(before, [sign * (one[0] if isinstance(one, (tuple, list)) else one) for one in _many(around)])
    if kind.startswith("UpSampling"):
        return _enlarged(before, [1] * len(_many(layer.size)), _many(layer.size))
    if kind.startswith("Conv") and kind.endswith("Transpose"):
        return _enlarged(before, layer.kernel_size, layer.strides)
    size = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    if size is not None and getattr(layer, "strides", None) is not None:
        return _window(layer, before, shape, _many(size))
    if kind in _POINTWISE or kind.startswith("Random") or _is_elementwise(layer, input_shapes, output_shape):
        return before
    if kind == "Reshape" and before == PIXEL:
        return before
    return UNKNOWN


def joined(seen: list):
    """Return what a value sees that is made of values which see these."""
    if UNKNOWN in seen or WHOLE in seen:
        return UNKNOWN if UNKNOWN in seen else WHOLE
    wider = [one for one in seen if one != PIXEL]
    if not wider:
        return PIXEL
    if len({len(one) for one in wider}) > 1:
        return UNKNOWN
    wider += [(receptive.Field(),) * len(wider[0]) for one in seen if one == PIXEL]
    sides = []
    for fields in zip(*wider, strict=True):
        if len({field.jump for field in fields}) > 1:
            return UNKNOWN
        start = min(field.start for field in fields)
        stop = max(field.start + field.size for field in fields)
        sides.append(receptive.Field(stop - start, fields[0].jump, start))
    return tuple(sides)


def _many(value) -> tuple:
    return tuple(value) if isinstance(value, (tuple, list)) else (value, value)


def _dense_on_a_row(layer, shape) -> bool:
    return type(layer).__name__ == "Dense" and shape is not None and len(shape) == 1


def _dense(before, shape):
    if shape is None:
        return UNKNOWN
    if len(shape) == 1:
        return WHOLE
    if before == PIXEL:
        return PIXEL if len(shape) == 3 else UNKNOWN  # on (height, width) it mixes pixels
    return before if len(shape) == len(before) + 1 else UNKNOWN


def _spatial(layer, shape, number: int):
    if shape is None or len(shape) != number + 1:
        return (None,) * number
    return shape[1:] if getattr(layer, "data_format", None) == "channels_first" else shape[:-1]


def _window(layer, before, shape, size):
    number = len(size)
    strides = _many(layer.strides)
    dilation = getattr(layer, "dilation_rate", None) or (1,) * number
    padding = getattr(layer, "padding", "valid")
    windows = []
    for side, kernel, stride, apart in zip(_spatial(layer, shape, number), size, strides, tuple(dilation), strict=True):
        reach = (kernel - 1) * apart + 1
        zeros = reach - 1 if padding == "causal" else shapes.padding_of(side, reach, stride, padding)[0]
        windows.append((kernel, stride, zeros, apart))
    if before != PIXEL and len(before) != number:
        return UNKNOWN
    fields = (receptive.Field(),) * number if before == PIXEL else before
    return tuple(field.window(*window) for field, window in zip(fields, windows, strict=True))


def _through(before, windows, number):
    fields = (receptive.Field(),) * number if before == PIXEL else before
    for window in windows:
        fields = tuple(field.window(*window) for field in fields)
    return fields


def _shifted(before, zeros):
    fields = (receptive.Field(),) * len(zeros) if before == PIXEL else before
    return tuple(
        receptive.Field(field.size, field.jump, field.start - zero * field.jump)
        for field, zero in zip(fields, zeros, strict=True)
    )


def _enlarged(before, size, strides):
    fields = (receptive.Field(),) * len(strides) if before == PIXEL else before
    found = []
    for field, kernel, stride in zip(fields, size, strides, strict=True):
        reach = field.size + (-(-kernel // stride) - 1) * field.jump
        found.append(receptive.Field(reach, fractions.Fraction(field.jump) / stride, field.start))
    return tuple(found)


def _is_elementwise(layer, input_shapes, output_shape) -> bool:
    """Return whether an operation (not a layer) combines arrays of one shape value by value."""
    import keras

    if isinstance(layer, keras.Layer):
        return False
    names = "Abs Add Clip Divide Exp Maximum Minimum Multiply Negative Power Relu Sigmoid Silu Softplus Sqrt Square"
    names += " Subtract Tanh Gelu Elu LeakyRelu Relu6 HardSigmoid HardSilu TrueDivide"
    return type(layer).__name__ in names.split() and all(shape == output_shape for shape in input_shapes)
