"""Time functions in turns, so that a noisy machine is noisy for all of them."""

import gc
import math
import statistics
import time
from collections.abc import Callable, Mapping


def _calls(function: Callable[[], object], shortest: float) -> int:
    """Return how many calls last at least `shortest` seconds; the calls made here also warm the function up."""
    function()
    started = time.perf_counter()
    function()
    return max(1, math.ceil(shortest / max(time.perf_counter() - started, 1e-7)))


def interleaved(
    functions: Mapping[str, Callable[[], object]],
    rounds: int = 7,
    shortest: float = 0.005,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Return the median seconds per call of each function, measured in turns.

    Each round times every function once, so that a slow moment of the machine falls on all of them and their
    ratios hold. Each function is called twice before, to warm caches and compilers.

    Args:
        functions (dict of str to function): what to time, called without arguments.
        rounds (int): how many times each is measured. Default 7.
        shortest (float): seconds that a measurement lasts at least; a quick function is called often enough.
            Default 0.005.
        clock (function): what is read, for example time.process_time for CPU time. Default time.perf_counter.

    Returns:
        Median seconds per call, by name.

    Raises:
        ValueError: rounds is below 1.

    Example:
        >>> seconds = interleaved({"short": lambda: sum(range(10)), "long": lambda: sum(range(100_000))}, rounds=3)
        >>> seconds["short"] < seconds["long"]
        True
    """
    if rounds < 1:
        raise ValueError(f"rounds is {rounds}; at least one round is needed.")
    calls = {name: _calls(function, shortest) for name, function in functions.items()}
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, function in functions.items():
                started = clock()
                for _ in range(calls[name]):
                    function()
                seconds[name].append((clock() - started) / calls[name])
    finally:
        if collecting:
            gc.enable()
    return {name: statistics.median(measured) for name, measured in seconds.items()}
