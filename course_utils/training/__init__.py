"""Training a network: seeds, input, the one-cycle schedule, callbacks, resuming, and reading the curves.

A part is loaded when it is first named, so that importing this package loads neither Keras nor TensorFlow.

Example:
    >>> from course_utils import training
    >>> training.num_steps(3500, batch_size=128, epochs=10)
    280
"""

import importlib

_HOME = {
    "AdamByStage": "stage_rates",
    "DamagedCheckpoint": "resuming",
    "KeepBest": "keeping_best",
    "OneCycle": "schedules",
    "ProgressDisplay": "progress_display",
    "Reading": "curve_reading",
    "Resume": "resuming",
    "Snapshot": "snapshots",
    "StopAfter": "keeping_best",
    "accuracy": "measuring",
    "all_gpus": "hardware",
    "batches": "feeding",
    "fresh_starts": "restarting",
    "gradient_norms": "gradient_sizes",
    "callbacks": "fitting",
    "cpu_timer": "measuring",
    "num_gpus": "hardware",
    "num_steps": "counting",
    "order_of_epoch": "feeding",
    "precision": "hardware",
    "reading": "curve_reading",
    "seed": "seeding",
}
_PARTS = ("recipes",)

__all__ = sorted((*_HOME, *_PARTS))


def __getattr__(name: str):
    if name in _PARTS:
        return importlib.import_module(f"course_utils.training.{name}")
    if name not in _HOME:
        raise AttributeError(f"course_utils.training has no {name!r}. It has: {', '.join(__all__)}.")
    return getattr(importlib.import_module(f"course_utils.training.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
