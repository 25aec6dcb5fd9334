"""Where a kernel can stand on a row of pixels: kernel size, padding, stride and what they make of the size."""

from matplotlib import patches

from course_utils.plots import picture

CELL = 0.36
PIXEL, ADDED, UNREAD = "#d9e6f2", "white", "#f6d9c4"


def window_places(
    size: int, kernel_size: int, stride: int = 1, padding: int = 0, *, alt: str, num_rows: int | None = None
) -> picture.Picture:
    """Draw every place of a kernel on one row of pixels, one bar per output value.

    Args:
        size (int): pixels in the row.
        kernel_size (int): pixels that the kernel covers.
        stride (int): pixels from one place to the next. Default 1.
        padding (int): pixels added at each end. Default 0.
        alt (str): what is seen.
        num_rows (int): leave room for so many bars, so that the frames of a slider are equally high.
            Default: as many as there are places.

    Returns:
        A Picture, as wide for any size up to 16 pixels with padding.

    Raises:
        ValueError: a number that is no count, or a kernel that does not fit.

    Example:
        >>> window_places(7, 3, stride=2, alt="three bars under seven pixels")
        Picture: three bars under seven pixels
    """
    if size < 1 or kernel_size < 1 or stride < 1 or padding < 0:
        raise ValueError(
            f"size is {size}, kernel_size {kernel_size}, stride {stride}, padding {padding}; "
            "the first three must be at least 1, padding at least 0."
        )
    padded = size + 2 * padding
    if kernel_size > padded:
        raise ValueError(f"the kernel covers {kernel_size} pixels; the row has {padded} with padding {padding}.")
    starts = range(0, padded - kernel_size + 1, stride)
    num_rows = max(num_rows or 0, len(starts))
    columns = max(padded, 16)
    result = picture.Picture(CELL * (columns + 1), CELL * (num_rows * 0.72 + 3.4), alt=alt)
    axes = result.add_axes((0, 0, 1, 1))
    axes.set_xlim(-0.5, columns + 0.5)
    axes.set_ylim(num_rows * 0.72 + 2.1, -1.3)
    axes.set_axis_off()
    left = (columns - padded) / 2
    read = {start + offset for start in starts for offset in range(kernel_size)}
    for position in range(padded):
        added = not padding <= position < padding + size
        shade = ADDED if added else PIXEL if position in read else UNREAD
        axes.add_patch(
            patches.Rectangle(
                (left + position, 0), 1, 1, facecolor=shade, edgecolor=picture.FAINT, linewidth=1,
                linestyle="--" if added else "-", hatch="///" if shade == UNREAD else None,
            )
        )  # fmt: skip
        label = "+" if added else str(position - padding)
        if shade != UNREAD:
            axes.text(left + position + 0.5, 0.52, label, ha="center", va="center", fontsize=9, color=picture.INK)
    for number, start in enumerate(starts):
        top = 1.3 + 0.72 * number
        axes.add_patch(
            patches.FancyBboxPatch(
                (left + start + 0.1, top), kernel_size - 0.2, 0.5, boxstyle="round,pad=0,rounding_size=0.12",
                facecolor=picture.LINE_COLOURS[4], edgecolor="none",
            )
        )  # fmt: skip
        axes.text(
            left + start + kernel_size / 2, top + 0.27, f"output {number}" if kernel_size > 2 else str(number),
            ha="center", va="center", fontsize=8,
        )  # fmt: skip
    top = f"{size} + 2·{padding} − {kernel_size}"
    is_rounded = (padded - kernel_size) % stride > 0
    rest = padded - len(read)  # at the end, and between the places where the stride is larger than the kernel
    formula = f"({top}) / {stride} + 1 = {len(starts)}" + (" (rounded down)" if is_rounded else "")
    axes.text(columns / 2, -0.55, formula, ha="center", va="center", fontsize=11, fontweight="bold")
    if rest:
        word = ("added " if rest <= padding else "") + ("pixel" if rest == 1 else "pixels")
        note = f"{rest} {word}\nnever read"  # two lines: beside a padded row there is little room
        axes.text(left + padded + 0.2, 0.52, note, ha="left", va="center", fontsize=8.5)
    return result
