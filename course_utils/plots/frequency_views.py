"""Spectra, with frequencies on their axes."""

from collections.abc import Sequence

import numpy as np

from course_utils.images import scaling
from course_utils.plots import colours, panels, picture


@picture.style()
def spectrum(
    images: np.ndarray | Sequence[np.ndarray],
    titles: Sequence[str] | None = None,
    *,
    alt: str,
    magnitudes: bool = False,
    log: bool = True,
    width: float = 9,
) -> picture.Picture:
    """Show the spectra of images, frequency 0 in the middle; brighter is stronger.

    Args:
        images (array or sequence of arrays): the images, colour ones are turned to gray; or their spectra.
        titles (sequence of str): one per image. Default none.
        alt (str): what is seen.
        magnitudes (bool): True when the arrays are centred spectra already. Default False.
        log (bool): show the logarithm of computed magnitudes. Default True.
        width (float): of the whole picture, at most, in inches of 96 CSS pixels. Default 9.

    Shapes:
        each (height, width) or (height, width, 3).

    Returns:
        A Picture; its axes count cycles per pixel, from -0.5 to 0.5.

    Raises:
        ValueError: no image, more than 5, or a title missing or too many.

    Example:
        >>> spectrum(np.eye(8), alt="a line at right angles to the diagonal", magnitudes=True)
        Picture: a line at right angles to the diagonal
    """
    arrays = [images] if isinstance(images, np.ndarray) and images.ndim == 2 else list(images)
    if isinstance(images, np.ndarray) and images.ndim == 3 and images.shape[2] == 3:
        arrays = [images]
    if not 1 <= len(arrays) <= 5:
        raise ValueError(f"spectrum shows 1 to 5 spectra, not {len(arrays)}.")
    names = panels.check_titles(titles, len(arrays))
    shown = arrays if magnitudes else [_magnitude(array, log) for array in arrays]
    margin, foot, gap = 0.62, 0.5, 0.3
    side = min(3.0, (width - margin - panels.MARGIN - gap * (len(shown) - 1)) / len(shown))
    wrapped = [panels.wrap(name, side) for name in names]
    title_height = panels.title_space(wrapped)
    total = margin + side * len(shown) + gap * (len(shown) - 1) + 0.15
    result = picture.Picture(total, foot + side + title_height + 2 * panels.MARGIN, alt=alt)
    for index, (values, title) in enumerate(zip(shown, wrapped, strict=True)):
        axes = panels.place(result, margin + index * (side + gap), foot, side, side)
        _draw_spectrum(axes, np.asarray(values), title, is_first=index == 0, clip=log and not magnitudes)
    return result


def _magnitude(image: np.ndarray, log: bool) -> np.ndarray:
    from course_utils import spectrum as transforms

    return transforms.magnitude(scaling.to_gray(image), log=log)


def _draw_spectrum(axes, values: np.ndarray, title: str, is_first: bool, clip: bool) -> None:
    rows, columns = values.shape
    # The weakest and the strongest few would leave all other frequencies in one shade.
    low, high = np.percentile(values, (1, 99.95)) if clip else (values.min(), values.max())
    if low == high:
        low, high = values.min(), values.max()
    # Frequency 0 is the middle of its own pixel, so the outer edges lie half a bin further out.
    left, top = (-(columns // 2) - 0.5) / columns, (-(rows // 2) - 0.5) / rows
    axes.imshow(
        values, cmap=colours.MAGNITUDE_MAP, vmin=low, vmax=high, extent=(left, left + 1, top + 1, top), aspect="auto",
        interpolation="nearest" if max(rows, columns) < 300 else "antialiased",
    )  # fmt: skip
    ticks = [-0.5, 0, 0.5]
    axes.set_xticks(ticks, ["−0.5", "0", "0.5"])
    axes.set_yticks(ticks if is_first else [], ["−0.5", "0", "0.5"] if is_first else [])
    axes.tick_params(length=2)
    for label, side in zip(axes.get_xticklabels(), ("left", "center", "right"), strict=True):
        label.set_horizontalalignment(side)
    axes.set_xlabel("across (cycles per pixel)", fontsize=8.5)
    if is_first:
        axes.set_ylabel("down (cycles per pixel)", fontsize=8.5, labelpad=-4)
    for spine in axes.spines.values():
        spine.set(visible=False)
    if title:
        axes.set_title(title)
