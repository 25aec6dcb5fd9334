"""Training a network: seeds, input, the one-cycle schedule, callbacks, resuming, and reading the curves.

A part is loaded when it is first named, so that importing this package loads neither Keras nor TensorFlow.

Example:
    >>> from course_utils import training
    >>> training.num_steps(3500, batch_size=128, epochs=10)
    280
"""

from course_utils import lazy_parts

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

__getattr__, __dir__, __all__ = lazy_parts.attach(__name__, _HOME, _PARTS)
