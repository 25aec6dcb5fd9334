"""What a classifier says: images with their bars of probabilities, and walls of right and wrong answers."""

from collections.abc import Sequence

import numpy as np

from course_utils.plots import colours, panels, picture

BAR = 0.155
RIGHT, WRONG, OTHER = picture.LINE_COLOURS[0], picture.LINE_COLOURS[1], "#c9c9c9"
MOST = 8


@picture.style()
def predictions(
    images: Sequence[np.ndarray],
    probabilities: np.ndarray,
    class_names: Sequence[str] | None = None,
    *,
    labels: Sequence[int] | None = None,
    titles: Sequence[str] | None = None,
    alt: str,
    width: float = 9,
) -> picture.Picture:
    """Show images in a row and, below each one, a bar for how sure a classifier is of every class.

    The longest bar is blue with a tick behind its name where it is the right class, orange with a cross where it
    is not; without labels it is blue.

    Args:
        images (sequence of arrays): 1 to 8, gray or RGB.
        probabilities (np.ndarray): one row per image, from 0 to 1.
        class_names (sequence of str): one per class. Default: "0", "1", and so on.
        labels (sequence of int): the right class of each image. Default: not known.
        titles (sequence of str): one per image. Default none.
        alt (str): what is seen.
        width (float): of the whole picture, at most, in inches of 96 CSS pixels. Default 9.

    Shapes:
        each image (height, width), (height, width, 1) or (height, width, 3); probabilities (images, classes).

    Returns:
        A Picture.

    Raises:
        ValueError: no image or more than 8, a shape that does not fit, or numbers outside 0 to 1.

    Example:
        >>> predictions([np.zeros((4, 4))], np.array([[0.9, 0.1]]), ["dark", "bright"], alt="dark with 90%")
        Picture: dark with 90%
    """
    images, rows = list(images), np.asarray(probabilities, dtype=float)
    names = _checked(images, rows, class_names, labels)
    captions = panels.check_titles(titles, len(images))
    shades = colours.shade(images)
    name_space = 0.16 + 0.078 * max(map(len, names))
    gap = panels.GAP + name_space
    panel = min(1.5, (width - 2 * panels.MARGIN - gap * len(images)) / len(images))
    aspect = max(shade.values.shape[0] / shade.values.shape[1] for shade in shades)
    image_height, bars_height = panel * min(aspect, 1.5), BAR * len(names)
    wrapped = [panels.wrap(caption, panel + name_space) for caption in captions]
    title_height = panels.title_space(wrapped)
    total_width = 2 * panels.MARGIN + (panel + gap) * len(images)
    total_height = 2 * panels.MARGIN + title_height + image_height + 0.12 + bars_height + 0.18
    result = picture.Picture(total_width, total_height, alt=alt)
    for index, (shade, caption, row) in enumerate(zip(shades, wrapped, rows, strict=True)):
        left = panels.MARGIN + name_space + index * (panel + gap)
        bottom = total_height - panels.MARGIN - title_height - image_height
        panels.show(panels.place(result, left, bottom, panel, image_height), shade, caption)
        axes = panels.place(result, left, bottom - 0.12 - bars_height, panel, bars_height)
        _bars(axes, row, names, None if labels is None else int(labels[index]))
    return result


def _checked(images, rows: np.ndarray, class_names, labels) -> list[str]:
    if not 1 <= len(images) <= MOST:
        raise ValueError(f"predictions shows 1 to {MOST} images, not {len(images)}.")
    if rows.ndim != 2 or len(rows) != len(images):
        raise ValueError(
            f"there are {len(images)} images and probabilities of the shape {rows.shape}; give one row per image."
        )
    if not np.isfinite(rows).all() or rows.min() < 0 or rows.max() > 1 + 1e-6:
        raise ValueError(
            f"the probabilities run from {rows.min():.3g} to {rows.max():.3g}; they must lie between 0 and 1. "
            "Are they logits? Take keras.ops.softmax of them."
        )
    names = [str(number) for number in range(rows.shape[1])] if class_names is None else list(map(str, class_names))
    if len(names) != rows.shape[1]:
        raise ValueError(f"{len(names)} class names for {rows.shape[1]} probabilities; give one per class.")
    if labels is not None and len(labels) != len(images):
        raise ValueError(f"{len(labels)} labels for {len(images)} images; give one per image.")
    return names


def _bars(axes, row: np.ndarray, names: list[str], label: int | None) -> None:
    answer = int(row.argmax())
    right = label is None or answer == label
    inks = [OTHER] * len(names)
    inks[answer] = RIGHT if right else WRONG
    axes.barh(range(len(names)), row, color=inks, height=0.72)
    ticks = [name + ("" if label is None or place != answer else " ✓" if right else " ✗") for place, name in
             enumerate(names)]  # fmt: skip
    axes.set_yticks(range(len(names)), ticks, fontsize=7.5)
    for place, text in enumerate(axes.get_yticklabels()):
        if place == answer:
            text.set(color=inks[answer], fontweight="bold")
    axes.set(xlim=(0, 1), ylim=(len(names) - 0.5, -0.5))
    axes.set_xticks([0, 1], ["0", "1"], fontsize=7.5)
    axes.tick_params(length=0, pad=2)


@picture.style()
def wall(
    images: Sequence[np.ndarray],
    predicted: Sequence[int],
    labels: Sequence[int],
    class_names: Sequence[str] | None = None,
    *,
    alt: str,
    columns: int = 10,
    width: float = 9,
) -> picture.Picture:
    """Show images in a grid, each with what it is and what a classifier took it for.

    Args:
        images (sequence of arrays): gray or RGB.
        predicted (sequence of int), labels (sequence of int): the answer and the right class of each image.
        class_names (sequence of str): one per class. Default: "0", "1", and so on.
        alt (str): what is seen.
        columns (int): images per row. Default 10.
        width (float): of the whole picture, at most, in inches of 96 CSS pixels. Default 9.

    Shapes:
        images: each (height, width), (height, width, 1) or (height, width, 3); predicted and labels: (images,).

    Returns:
        A Picture; the title of a wrong answer is "4, not 9", that of a right one "9".

    Raises:
        ValueError: no image, or another number of answers or labels.

    Example:
        >>> wall(np.zeros((2, 4, 4)), [3, 8], [3, 5], alt="a 3, and a 5 that was taken for an 8")
        Picture: a 3, and a 5 that was taken for an 8
    """
    images, predicted, labels = list(images), np.asarray(predicted), np.asarray(labels)
    if not len(images) == len(predicted) == len(labels):
        raise ValueError(
            f"{len(images)} images, {len(predicted)} answers and {len(labels)} labels; give one of each per image."
        )

    def name(number: int) -> str:
        return str(number) if class_names is None else str(class_names[number])

    titles = [
        name(right) if answer == right else f"{name(answer)}, not {name(right)}"
        for answer, right in zip(predicted, labels, strict=True)
    ]
    return panels.grid(images, titles, columns, alt=alt, width=width, shared_scale=True)
