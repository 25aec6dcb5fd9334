"""Discriminative learning rates: Adam that moves early stages of a trained network more slowly than late ones."""

import math
from collections.abc import Mapping

import keras


@keras.saving.register_keras_serializable(package="course_utils")
class AdamByStage(keras.optimizers.Adam):
    """Adam whose learning rate is multiplied by a factor for the layers of each stage.

    The factor is applied to the *step*, not to the gradient: Adam divides by the size of the gradients it has seen, so
    gradients that are ten times as small give the same step.

    Args:
        learning_rate (float or schedule): of layers that belong to no stage, such as a new head. Default 0.001.
        factors (mapping of str to float): by how layer names begin, for example {"conv4": 0.1, "conv5": 0.3}; of
            several that fit a layer, the longest counts. 0 holds a stage still. Default none: plain Adam.
        **options: of keras.optimizers.Adam.

    Raises:
        ValueError: a factor is negative or no number, or there is no trainable layer whose name begins so.

    Example:
        >>> head, body = keras.layers.Dense(1, name="head"), keras.layers.Dense(1, name="conv5_block1")
        >>> network = keras.Sequential([keras.Input((1,)), body, head])
        >>> optimizer = AdamByStage(0.01, {"conv5": 0.1})
        >>> [optimizer.factor_of(variable) for variable in (body.kernel, head.kernel)]
        [0.1, 1.0]

    Source:
        J. Howard and S. Ruder, Universal Language Model Fine-tuning for Text Classification, 2018, arXiv:1801.06146,
        section 3.2.
    """

    def __init__(self, learning_rate=0.001, factors: Mapping[str, float] | None = None, **options):
        options.setdefault("name", "adam_by_stage")
        super().__init__(learning_rate=learning_rate, **options)
        for stage, factor in (factors or {}).items():
            number = isinstance(factor, (int, float)) and not isinstance(factor, bool) and math.isfinite(factor)
            if not (number and factor >= 0):
                raise ValueError(f"the factor of {stage!r} is {factor!r}; it must be a number, 0 or more.")
        self._factor_of_index: list[float] = []
        self.factors = {str(stage): float(factor) for stage, factor in (factors or {}).items()}

    def factor_of(self, variable) -> float:
        """Return by how much the rate of a Keras variable is multiplied."""
        fitting = [stage for stage in self.factors if _belongs(variable, stage)]
        return self.factors[max(fitting, key=len)] if fitting else 1.0

    def build(self, variables):
        """Make the averages for these variables; each stage must have one of them at least."""
        if not self.built:
            for stage in self.factors:
                if not any(_belongs(variable, stage) for variable in variables):
                    names = list(dict.fromkeys(variable.path.split("/")[-2] for variable in variables))
                    raise ValueError(
                        f"no trainable layer has a name that begins with {stage!r}. Trainable are: "
                        f"{', '.join(names[:6])}{', ...' if len(names) > 6 else ''}. Correct the name, unfreeze the "
                        "stage before you compile, or leave it out."
                    )
            self._factor_of_index = [self.factor_of(variable) for variable in variables]
        super().build(variables)

    def update_step(self, gradient, variable, learning_rate):
        """Take Adam's step with the rate of the variable's stage."""
        # TensorFlow hands over its own variable, which has no path; Keras's optimisers look theirs up in the same way.
        factor = self._factor_of_index[self._get_variable_index(variable)]
        super().update_step(gradient, variable, learning_rate * factor)

    def get_config(self) -> dict:
        """Return the arguments, so that a saved network finds its rates again."""
        return {**super().get_config(), "factors": dict(self.factors)}


def _belongs(variable, stage: str) -> bool:
    """Say whether a variable is one of a layer (or of a layer inside it) whose name begins with a stage's."""
    return any(part.startswith(stage) for part in variable.path.split("/")[:-1])
