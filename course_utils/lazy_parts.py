"""Packages whose parts are loaded when they are first named (PEP 562), so that importing one costs next to nothing."""

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence


def attach(
    package: str, homes: Mapping[str, str], modules: Sequence[str] = ()
) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Return the `__getattr__`, `__dir__` and `__all__` of a package that loads a part when it is first named.

    Args:
        package (str): the package's full name, its `__name__`.
        homes (mapping): for each name that the package offers, the module of the package that holds it.
        modules (sequence of str, default none): modules that the package offers as they are.

    Raises:
        AttributeError: by the `__getattr__`, for a name that the package has not; it says which names there are.

    Example:
        >>> find, names, offered = attach("course_utils", {"seed": "training"}, ["kernels"])
        >>> offered
        ['kernels', 'seed']
        >>> find("kernels").SOBEL_X.shape
        (3, 3)

    Source:
        PEP 562, Module __getattr__ and __dir__.
    """
    offered = sorted({*homes, *modules})

    def find(name: str):
        if name in modules:
            return importlib.import_module(f"{package}.{name}")
        if name not in homes:
            raise AttributeError(f"{package} has no {name!r}. It has: {', '.join(offered)}.")
        return getattr(importlib.import_module(f"{package}.{homes[name]}"), name)

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *offered})

    return find, names, offered
