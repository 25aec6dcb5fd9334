"""One seed for everything that draws random numbers."""

import keras

from course_utils import whole_numbers


def seed(number: int) -> None:
    """Seed Python, NumPy and the Keras backend; call it before a model is BUILT, for building draws the weights.

    Args:
        number (int): 0 or more. The same number gives the same weights, dropout and training on the same machine;
            on another machine the last digits differ, and after many steps so do the weights.

    Raises:
        ValueError: the number is no whole number, 0 or more.

    Example:
        >>> seed(0)
        >>> first = keras.layers.Dense(3)(keras.ops.ones((1, 2)))
        >>> seed(0)
        >>> again = keras.layers.Dense(3)(keras.ops.ones((1, 2)))
        >>> bool(keras.ops.all(first == again))
        True
    """
    keras.utils.set_random_seed(whole_numbers.count(number, "the seed", least=0))
