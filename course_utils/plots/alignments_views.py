"""Where the windows of a strided layer stand when zeros are added in different ways."""

from collections.abc import Mapping

from matplotlib import patches

from course_utils.plots import picture

CELL, BAR, TITLE = 0.4, 0.72, 1.0
PIXEL, ADDED, CENTRE = "#d9e6f2", "white", "#D55E00"


@picture.style()
def alignments(
    size: int, kernel_size: int, stride: int, paddings: Mapping[str, tuple[int, int]], *, alt: str
) -> picture.Picture:
    """Draw one row of pixels once for each way to pad it, with every place of the kernel and its middle below.

    Pixel 0 stands at the same place in all of them, so that the middles can be compared.

    Args:
        size (int): pixels in the row.
        kernel_size (int): pixels that the kernel covers.
        stride (int): pixels from one place to the next.
        paddings (mapping of str to (int, int)): how many zeros are added before and after, by name.
        alt (str): what is seen.

    Returns:
        A Picture.

    Raises:
        ValueError: no padding is given, or a kernel does not fit.

    Example:
        >>> ways = {"Keras": (0, 1), "PyTorch": (1, 1)}
        >>> alignments(6, 3, 2, ways, alt="three bars under six pixels, twice, one pixel apart")
        Picture: three bars under six pixels, twice, one pixel apart
    """
    if not paddings:
        raise ValueError("alignments was given no padding: name at least one, such as {'PyTorch': (1, 1)}.")
    rows = {}
    for name, (before, after) in paddings.items():
        if kernel_size > before + size + after:
            raise ValueError(f"{name}: the kernel covers {kernel_size} pixels; there are {before + size + after}.")
        rows[name] = range(-before, size + after - kernel_size + 1, stride)
    most_before, most_after = (max(pair[side] for pair in paddings.values()) for side in (0, 1))
    heights = [TITLE + 1.3 + BAR * len(starts) + 0.35 for starts in rows.values()]
    width = most_before + size + most_after + 0.4
    result = picture.Picture(CELL * width, CELL * sum(heights), alt=alt)
    axes = result.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-most_before - 0.2, size + most_after + 0.2), ylim=(sum(heights), 0))
    axes.set_axis_off()
    top = 0.0
    for height, (name, starts) in zip(heights, rows.items(), strict=True):
        _draw(axes, name, starts, top, size, kernel_size, paddings[name])
        top += height
    return result


def _draw(axes, name, starts, top, size, kernel_size, padding) -> None:
    before, after = padding
    axes.text(
        -before, top + 0.6, f"{name}: {before} before, {after} after", ha="left", va="center", fontsize=10.5,
        fontweight="bold",
    )  # fmt: skip
    pixels = top + TITLE
    for position in range(-before, size + after):
        added = not 0 <= position < size
        axes.add_patch(
            patches.Rectangle(
                (position, pixels), 1, 1, facecolor=ADDED if added else PIXEL, edgecolor=picture.FAINT, linewidth=1,
                linestyle="--" if added else "-",
            )
        )  # fmt: skip
        label = "0" if added else str(position)
        ink = picture.FAINT if added else picture.INK
        axes.text(position + 0.5, pixels + 0.52, label, ha="center", va="center", fontsize=9, color=ink)
    for number, start in enumerate(starts):
        bar = pixels + 1.3 + BAR * number
        axes.add_patch(
            patches.FancyBboxPatch(
                (start + 0.1, bar), kernel_size - 0.2, 0.5, boxstyle="round,pad=0,rounding_size=0.12",
                facecolor="#f0d9a8", edgecolor="none",
            )
        )  # fmt: skip
        middle = start + kernel_size / 2
        axes.plot([middle], [bar + 0.25], marker="o", markersize=6, color=CENTRE)
        axes.plot([middle, middle], [pixels + 1, bar + 0.25], color=CENTRE, linewidth=0.8, linestyle=":")
