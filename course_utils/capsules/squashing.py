"""Squash: make a vector's length a number between 0 and 1 and leave its direction as it is."""

from keras import backend, ops

# The largest length that squash gives. In float32 the formula itself rounds to 1 for vectors longer than some 4,000.
LONGEST = 1 - 2**-20


def squash(vectors, axis: int = -1):
    """Shrink vectors to lengths in [0, 1): n becomes n^2 / (1 + n^2), the direction stays.

    Short vectors become nearly nothing, long ones nearly 1. The zero vector stays zero and its gradient is 0, where
    the formula as it is usually written divides 0 by 0.

    Args:
        vectors (tensor): floats; whole numbers become floats. Lengths are computed in float32 at least.
        axis (int): along which a vector's numbers lie. Default -1.

    Shapes:
        any; the result has the same.

    Returns:
        A tensor of the vectors' own precision.

    Example:
        >>> shrunk = squash([[0.6, 0.8], [0.0, 0.0], [-6.0, 8.0]])
        >>> ops.convert_to_numpy(shrunk).round(4).tolist()
        [[0.30000001192092896, 0.4000000059604645], [0.0, 0.0], [-0.5940999984741211, 0.7921000123023987]]

    Source:
        S. Sabour, N. Frosst, G. Hinton, Dynamic routing between capsules, 2017, equation 1.
    """
    vectors = ops.convert_to_tensor(vectors)
    given = backend.standardize_dtype(vectors.dtype)
    if not backend.is_float_dtype(given):
        given = backend.floatx()
    # In half precision the square of 256 is infinite.
    vectors = ops.cast(vectors, "float64" if given == "float64" else "float32")
    squared = ops.sum(ops.square(vectors), axis=axis, keepdims=True)
    # The root's slope at 0 is infinite: it is never taken there.
    is_zero = ops.equal(squared, 0)
    length = ops.sqrt(ops.where(is_zero, ops.ones_like(squared), squared))
    new_length = ops.minimum(squared / (1 + squared), LONGEST)
    return ops.cast(vectors * (new_length / length), given)
