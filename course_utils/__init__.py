"""A course on convolutional neural networks: the code that its lessons use.

Importing this package loads nothing heavy: a module is loaded when it is first named.

Example:
    >>> import course_utils
    >>> course_utils.kernels.SOBEL_X.shape
    (3, 3)
"""

import os

from course_utils import lazy_parts

__version__ = "0.1.0"

MODULES = (
    "architectures",
    "augment",
    "checks",
    "claims",
    "datasets",
    "edges",
    "images",
    "kernels",
    "local",
    "locations",
    "plots",
    "pooling",
    "profile",
    "progress",
    "results",
    "spectrum",
    "training",
)

# Read when TensorFlow or JAX first looks for a GPU: take its memory as it is needed, not all at once.
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")

if os.environ.get("COURSE_OFFLINE") == "1":
    from course_utils import network_guard

    network_guard.install()

__getattr__, __dir__, _ = lazy_parts.attach(__name__, {}, MODULES)
