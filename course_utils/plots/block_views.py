"""A block of layers as boxes in a row, with the way around them."""

from collections.abc import Sequence

from matplotlib import patches

from course_utils.plots import picture

BOX_HEIGHT, GAP, MARGIN = 0.62, 0.34, 0.12
CHARACTER = 0.088  # inches that a letter of this size takes at most
COLOURS = {"Conv": "#cfe6f5", "Batch": "#f1dbe7", "ReLU": "#fbe5bd", "Dense": "#c5e8dc"}


@picture.style()
def block(
    path: Sequence[str],
    shortcut: Sequence[str] | None = None,
    after: Sequence[str] = (),
    *,
    alt: str,
    title: str | None = None,
    width: float = 9.0,
) -> picture.Picture:
    """Draw a block: layers in a row, the way around them, the sum of both, and what follows the sum.

    Args:
        path (sequence of str): the layers, each with its settings on a second line, such as "Conv2D\\n64, 3×3".
        shortcut (sequence of str): the layers on the way around; () for the bare input, None for a block
            without a way around. Default None.
        after (sequence of str): layers behind the sum. Default none.
        alt (str): what is seen.
        title (str): above the drawing. Default none.
        width (float): in inches of 96 CSS pixels; boxes are narrowed to fit. Default 9.

    Returns:
        A Picture.

    Raises:
        ValueError: no layer, or layers behind a sum that is not there.

    Example:
        >>> block(["Conv2D\\n8, 3×3", "ReLU", "Conv2D\\n8, 3×3"], shortcut=(), after=["ReLU"], alt="a way around")
        Picture: a way around
    """
    if not path:
        raise ValueError("path is empty; give at least one layer.")
    if shortcut is None and after:
        raise ValueError(f"after is {tuple(after)!r}, but without a shortcut there is no sum; put these into path.")
    has_sum = shortcut is not None
    words = ["x", *path, *(["+"] if has_sum else []), *after]
    sizes = [max(len(line) for line in word.split("\n")) * CHARACTER + 0.16 for word in words]
    sizes = [0.3 if word in ("x", "+") else size for word, size in zip(words, sizes, strict=True)]
    fixed = sum(size for word, size in zip(words, sizes, strict=True) if word in ("x", "+"))
    room = width - 2 * MARGIN - GAP * len(words) - fixed
    shrink = min(1.0, room / (sum(sizes) - fixed))
    sizes = [size if word in ("x", "+") else size * shrink for word, size in zip(words, sizes, strict=True)]
    above = 0.95 if has_sum else 0.1
    height = BOX_HEIGHT + above + 2 * MARGIN + (0.28 if title else 0)
    across = 2 * MARGIN + sum(sizes) + GAP * len(words)
    result = picture.Picture(min(width, across), height, alt=alt)
    axes = result.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, across), ylim=(0, height))
    axes.set_axis_off()
    if title:
        axes.text(MARGIN, height - 0.06, title, va="top", fontsize=10.5)
    middle, left, centres = MARGIN + BOX_HEIGHT / 2, MARGIN, []
    for word, size in zip(words, sizes, strict=True):
        centres.append(left + size / 2)
        _box(axes, word, left, middle, size, 8.5 if shrink > 0.85 else 7.5)
        _arrow(axes, (left + size + 0.02, middle), (left + size + GAP - 0.02, middle))
        left += size + GAP
    if has_sum:
        _way_around(axes, centres[0], centres[1 + len(path)], middle, shortcut)
    return result


def _box(axes, word: str, left: float, middle: float, width: float, size: float, height: float = BOX_HEIGHT) -> None:
    if word in ("x", "+"):
        if word == "+":
            axes.add_patch(
                patches.Circle(
                    (left + width / 2, middle), 0.15, facecolor="white", edgecolor=picture.INK, linewidth=1.4
                )
            )
        axes.text(left + width / 2, middle, word, ha="center", va="center", fontsize=12)
        return
    face = next((colour for start, colour in COLOURS.items() if word.startswith(start)), "#f2f2f2")
    axes.add_patch(
        patches.FancyBboxPatch(
            (left, middle - height / 2), width, height, boxstyle="round,pad=0,rounding_size=0.07", facecolor=face,
            edgecolor="#4a4a4a", linewidth=0.9,
        )
    )  # fmt: skip
    axes.text(left + width / 2, middle, word, ha="center", va="center", fontsize=size, linespacing=1.3)


def _arrow(axes, start: tuple[float, float], stop: tuple[float, float]) -> None:
    head = {"arrowstyle": "-|>", "color": "#555555", "linewidth": 1.1, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", stop, start, arrowprops=head)


def _way_around(axes, start: float, stop: float, middle: float, shortcut: Sequence[str]) -> None:
    level = middle + BOX_HEIGHT / 2 + 0.52
    corners = [(start, middle + 0.14), (start, level), (stop, level), (stop, middle + 0.3)]
    axes.plot(*zip(*corners, strict=True), color=picture.LINE_COLOURS[1], linewidth=1.8, zorder=0.5)
    head = {"arrowstyle": "-|>", "color": picture.LINE_COLOURS[1], "linewidth": 1.8, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (stop, middle + 0.15), (stop, middle + 0.32), arrowprops=head)
    if not shortcut:
        axes.text((start + stop) / 2, level + 0.06, "x, unchanged", ha="center", va="bottom", fontsize=8.5)
        return
    sizes = [max(len(line) for line in word.split("\n")) * CHARACTER + 0.16 for word in shortcut]
    left = (start + stop - sum(sizes) - GAP * (len(sizes) - 1)) / 2
    for word, size in zip(shortcut, sizes, strict=True):
        _box(axes, word, left, level, size, 8.5, height=0.48)
        left += size + GAP
