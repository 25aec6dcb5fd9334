"""Large networks whose shapes can be read although none of their weights takes up memory."""

import threading
from collections.abc import Callable


def without_weights(build: Callable, *arguments, **options):
    """Build a Keras model whose weights have shapes but no values.

    VGG16 has 138 million weights, more than half a gigabyte as float32. To read its layers, shapes and numbers of
    parameters not one of them is needed. The model can be looked at (`summary`, `count_params`,
    `architectures.table`, `plots.volumes`); it is not for computing.

    Args:
        build (callable): returns a Keras model, such as keras.applications.VGG16 or a function of your own.
        arguments, options: passed on to it. For keras.applications give weights=None.

    Returns:
        The keras.Model.

    Raises:
        TypeError: build is a model already, or is not callable.
        Exception: whatever build raises.

    Example:
        >>> import keras
        >>> without_weights(keras.applications.VGG16, weights=None).count_params()
        138357544

    Source:
        https://keras.io/api/utils/python_utils/: keras.StatelessScope.
    """
    import keras

    if isinstance(build, keras.Model) or not callable(build):
        raise TypeError(
            f"build is a {type(build).__name__}; give what makes the model, not the model: "
            "without_weights(keras.applications.VGG16, weights=None)."
        )
    outcome = {}

    def work():
        # In this scope Keras makes variables without values, and notes them down to give them values later.
        try:
            with keras.StatelessScope(initialize_variables=False):
                outcome["model"] = build(*arguments, **options)
        except BaseException as error:
            outcome["error"] = error

    # Keras keeps that note for each thread. When this thread has ended nothing gives the variables values any more.
    thread = threading.Thread(target=work, name="without_weights")
    thread.start()
    thread.join()
    if "error" in outcome:
        raise outcome["error"]
    return outcome["model"]
