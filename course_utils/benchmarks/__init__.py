"""Speed of the course's code beside its peers, measured in the same run; one module per area.

An area is a module of this package with a function `figures(quick: bool) -> list[Figure]`. It is found by its
name: nothing has to be registered. One that can measure photographs of the user's takes their folder as `images`.
"""

import dataclasses
import difflib
import importlib
import inspect
import os
import pkgutil

_NOT_AREAS = {"timing"}


@dataclasses.dataclass(frozen=True)
class Figure:
    """One thing measured, beside the same thing done by others.

    Args:
        name (str): what was done, with its size: "correlate2d 5x5, 1024x1024 float32".
        ours_seconds (float): how long the course's code took (or how much, in `unit`).
        peers (dict of str to float): how long each peer took, by name.
        goal (str): the goal in words; "" when there is none.
        ratio (float or None): the figure that the goal speaks of.
        met (bool or None): whether the goal is met; None when there is none.
        unit (str): the unit of `ours_seconds` and of the peers. Default "s".
    """

    name: str
    ours_seconds: float
    peers: dict[str, float]
    goal: str = ""
    ratio: float | None = None
    met: bool | None = None
    unit: str = "s"


def at_most(limit: float, name: str, ours: float, peers: dict[str, float], *, peer: str, unit: str = "s") -> Figure:
    """Return a figure whose goal is to take at most `limit` times what one peer takes.

    Args:
        limit (float): the largest ratio ours / peer that meets the goal.
        name (str): what was done.
        ours (float): how long the course's code took.
        peers (dict of str to float): how long each peer took.
        peer (str): the peer that the goal is set against.
        unit (str): the unit of all of them. Default "s".

    Example:
        >>> figure = at_most(3.0, "correlate2d 3x3", 0.002, {"cv2.filter2D": 0.001}, peer="cv2.filter2D")
        >>> figure.goal, figure.ratio, figure.met
        ('<= 3x cv2.filter2D', 2.0, True)
    """
    ratio = ours / peers[peer]
    return Figure(name, ours, peers, f"<= {limit:g}x {peer}", ratio, ratio <= limit, unit)


def at_least(limit: float, name: str, ours: float, peers: dict[str, float], *, peer: str, unit: str = "s") -> Figure:
    """Return a figure whose goal is that one peer takes at least `limit` times what the course's code takes.

    Args:
        limit (float): the smallest ratio peer / ours that meets the goal.
        name (str): what was done.
        ours (float): how long the course's code took.
        peers (dict of str to float): how long each peer took.
        peer (str): the peer that the goal is set against.
        unit (str): the unit of all of them. Default "s".

    Example:
        >>> at_least(1000, "correlate2d 3x3", 0.001, {"plain loops": 4.0}, peer="plain loops").ratio
        4000.0
    """
    ratio = peers[peer] / ours
    return Figure(name, ours, peers, f">= {limit:g}x less than {peer}", ratio, ratio >= limit, unit)


def within(limit: float, name: str, ours: float, peers: dict[str, float] | None = None, *, unit: str = "s") -> Figure:
    """Return a figure whose goal is an amount, not a ratio.

    Args:
        limit (float): the most that meets the goal, in `unit`.
        name (str): what was done.
        ours (float): how long the course's code took.
        peers (dict of str to float): how long each peer took, for comparison. Default none.
        unit (str): the unit of all of them. Default "s".

    Example:
        >>> within(0.05, "import course_utils", 0.02).met
        True
    """
    return Figure(name, ours, peers or {}, f"<= {limit:g} {unit}", ours, ours <= limit, unit)


def areas() -> list[str]:
    """Return the names of the areas that can be measured.

    Example:
        >>> "timing" in areas()
        False
    """
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name not in _NOT_AREAS)


def unknown(area: str) -> str:
    """Return what to tell who asked for an area that does not exist."""
    near = difflib.get_close_matches(area, areas(), n=1)
    advice = f" Did you mean {near[0]!r}?" if near else ""
    return f"no area {area!r}.{advice} There are: {', '.join(areas()) or 'none'}."


def takes_images(area: str) -> bool:
    """Return whether an area can measure photographs of the user's.

    Example:
        >>> takes_images("backbones"), takes_images("startup")
        (True, False)
    """
    return "images" in inspect.signature(importlib.import_module(f"{__name__}.{area}").figures).parameters


def measure(area: str, quick: bool = True, images: str | os.PathLike | None = None) -> list[Figure]:
    """Measure one area.

    Args:
        area (str): one of `areas()`.
        quick (bool): fewer rounds and smaller sizes. Default True.
        images (path): a folder of photographs, for an area that `takes_images`. Default none.

    Raises:
        ValueError: there is no such area, or the folder is not what the area needs.
    """
    if area not in areas():
        raise ValueError(unknown(area))
    figures = importlib.import_module(f"{__name__}.{area}").figures
    return figures(quick, images=images) if images is not None else figures(quick)
