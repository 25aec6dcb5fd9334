"""Remember a network as it is now, and put it back: for trainings that all begin at the same weights."""

import keras

from course_utils.training import keeping_best


class Snapshot:
    """The weights, random states and optimiser of a network at the time when this is made.

    Unlike a network that is built anew, one that is put back need not be compiled again, as long as no layer was
    frozen or unfrozen in between. With TensorFlow that saves more time than some of the course's trainings take.

    Args:
        model (keras.Model): built; compiled or not.

    Example:
        >>> network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="ones")])
        >>> before = Snapshot(network)
        >>> network.set_weights([array * 5 for array in network.get_weights()])
        >>> before.put_back()
        >>> network.get_weights()[0].ravel().tolist()
        [1.0, 1.0]
    """

    def __init__(self, model: keras.Model):
        self._variables = list(model.variables)
        optimizer = getattr(model, "optimizer", None)
        if optimizer is not None:
            if not optimizer.built:
                optimizer.build(model.trainable_variables)
            self._variables += optimizer.variables
        self._arrays = keeping_best.copies(self._variables)

    def put_back(self) -> None:
        """Give the network the weights, random states and optimiser that it had."""
        for variable, array in zip(self._variables, self._arrays, strict=True):
            variable.assign(array)
