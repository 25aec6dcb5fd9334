"""Repeat an experiment with several seeds without paying for the network's compilation each time."""

from collections.abc import Callable, Iterable, Iterator, Sized

import keras

from course_utils import live_line
from course_utils.training import keeping_best, seeding


def fresh_starts(build: Callable[[], keras.Model], seeds: int | Iterable[int] = 3) -> Iterator[tuple[int, keras.Model]]:
    """Yield (seed, network) for each seed: the same compiled network every time, with the weights of that seed.

    Tracing and compiling a network takes longer than some of the course's trainings. So the network is compiled for
    the first seed only; for the others a second one is built, and its weights, its random states and its untouched
    optimiser are put into the first. What comes out is what a new network would give. In Jupyter and in a terminal a
    live line says which start of how many it is.

    Args:
        build (function): returns a new, compiled network; it is called after `seed`.
        seeds (int or several): how many, or which ones, even without end. Default 3: the seeds 0, 1 and 2.

    Raises:
        ValueError: build gave a network that is not compiled.

    Example:
        >>> def build():
        ...     model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        ...     model.compile("adam", "mse")
        ...     return model
        >>> first = [model.get_weights()[0].tolist() for seed, model in fresh_starts(build)]
        >>> again = [model.get_weights()[0].tolist() for seed, model in fresh_starts(build)]
        >>> first == again, first[0] == first[1]
        (True, False)
    """
    numbers = range(seeds) if isinstance(seeds, int) else seeds
    counted = isinstance(numbers, Sized)
    model, line = None, live_line.LiveLine(live_line.screen() if counted else None)
    try:
        for place, number in enumerate(numbers, start=1):
            if counted:
                line.write(f"start {place} of {len(numbers)}")
            seeding.seed(number)
            fresh = build()
            if getattr(fresh, "optimizer", None) is None:
                raise ValueError(
                    "build gave a network that is not compiled; call its compile(...) before returning it."
                )
            if model is None:
                model = fresh
            else:
                _copy(fresh, model)
            yield number, model
    finally:
        line.close()


def _copy(source: keras.Model, target: keras.Model) -> None:
    for network in (source, target):
        if not network.optimizer.built:
            network.optimizer.build(network.trainable_variables)
    for given, taken in (
        (source.variables, target.variables),
        (source.optimizer.variables, target.optimizer.variables),
    ):
        for array, variable in zip(keeping_best.copies(given), taken, strict=True):
            variable.assign(array)
