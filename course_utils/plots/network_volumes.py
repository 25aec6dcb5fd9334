"""A network drawn as volumes: boxes whose face is the image and whose length is the number of channels."""

import dataclasses
import re
from collections.abc import Sequence

import numpy as np
from matplotlib import patches, transforms

from course_utils.plots import colours, picture

MARGIN, GAP, ROW_GAP, LINE = 0.08, 0.2, 0.22, 0.155
LABEL_SIZE = 8.0
SLANT = (0.5, 0.26)  # where the far side of a box lies: to the left and up, as a share of its width
FACES = {
    "image": ("#f2f2f2", "#dcdcdc", "#c4c4c4"),
    "convolution": ("#cfe6f5", "#8cc4e8", "#56a3d3"),
    "pooling": ("#fbe5bd", "#f0c264", "#dfa11f"),
    "dense": ("#c5e8dc", "#79c9ae", "#2f9d7c"),
    "other": ("#f1dbe7", "#dfb0c9", "#c98bae"),
}  # the face that looks at us, the top, the side; of Okabe and Ito's hues
_SHORT = {"BatchNormalization": "BatchNorm", "LayerNormalization": "LayerNorm", "GroupNormalization": "GroupNorm"}


@dataclasses.dataclass
class Volume:
    """One box.

    Args:
        words (list of str): what is written below it, line by line; the first is the layer.
        shape (tuple): of the feature maps, without the batch; None for a side that is not known.
        kind (str): one of FACES.
        extra_inputs (list of int): volumes that it reads from, besides the one before it.
    """

    words: list[str]
    shape: tuple
    kind: str
    extra_inputs: list[int] = dataclasses.field(default_factory=list)


@picture.style()
def volumes(
    model, *, alt: str, image: np.ndarray | None = None, width: float = 9.0, height: float | None = None
) -> picture.Picture:
    """Draw a network as a row of volumes: the face of a box is the image, its length the number of channels.

    A larger size is drawn larger, but not to scale, so that 224 and 7 pixels fit into one picture; the numbers stand
    below. Layers that change no shape (ReLU, BatchNormalization, Dropout ...) are written below the box they work on.

    Args:
        model (keras.Model, or sequence of (str, tuple)): a network, or one pair (label, shape) for each volume, such as
            [("image", (130, 130, 3)), ("Conv2D 10, 3×3", (128, 128, 10))].
        alt (str): what is seen.
        image (np.ndarray): a photograph to lay on the first box. Default none.
        width (float): of the picture, at most, in inches of 96 CSS pixels; what does not fit goes to a next row.
            Default 9.
        height (float): of the largest face, in the same unit. Default: 1.7, less when there are many layers.

    Shapes:
        image (height, width) or (height, width, 3).

    Returns:
        A Picture.

    Raises:
        TypeError: neither a Keras model nor pairs.
        ValueError: no volume, a shape with more than three sides or one that is not known at all.

    Example:
        >>> volumes([("image", (28, 28, 1)), ("Conv2D 8, 3×3", (26, 26, 8)), ("Flatten", (5408,))], alt="three boxes")
        Picture: three boxes
    """
    boxes = _of_pairs(model) if isinstance(model, (list, tuple)) else _of_model(model)
    if not boxes:
        raise ValueError("there is no volume to draw: give at least one (label, shape).")
    tallest = height or (1.7 if len(boxes) <= 7 else 1.25)
    sizes = [_Size(box, _largest_side(boxes), tallest) for box in boxes]
    measured = picture.Picture(1, 1, alt="words")
    slots = [max(size.width, _words_width(measured, box)) + GAP for size, box in zip(sizes, boxes, strict=True)]
    rows = _rows(slots, width - 2 * MARGIN)
    for row in rows:
        for index in row:
            elsewhere = [one for one in boxes[index].extra_inputs if one not in row]
            boxes[index].words += [f"+ {shape_text(boxes[one].shape)}" for one in elsewhere]
    heights = [max(sizes[index].height for index in row) for row in rows]
    below = [LINE * max(len(boxes[index].words) + 1 for index in row) + 0.12 for row in rows]
    arcs = [_arcs(boxes, row) for row in rows]
    above = [0.12 + 0.14 * len(arc) for arc in arcs]
    total = 2 * MARGIN + sum(heights) + sum(below) + sum(above) + ROW_GAP * (len(rows) - 1)
    across = 2 * MARGIN + max(sum(slots[index] for index in row) for row in rows) + 0.1
    result = picture.Picture(min(width, across), total, alt=alt)
    axes = result.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, min(width, across)), ylim=(0, total))
    axes.set_axis_off()
    top = total - MARGIN
    for row, row_height, row_below, row_above in zip(rows, heights, below, above, strict=True):
        middle = top - row_above - row_height / 2
        _draw_row(axes, boxes, sizes, slots, row, middle, row_height, image)
        top -= row_above + row_height + row_below + ROW_GAP
    return result


class _Size:
    """How large a box is drawn, in inches."""

    def __init__(self, box: Volume, largest: int, tallest: float):
        self.is_row = len(box.shape) == 1
        if self.is_row:
            number = box.shape[0] or 64
            self.face_height, self.far = min(0.28 + 0.26 * np.log10(number + 1), 1.25) * tallest / 1.5, 0.12
            self.length = 0.13
        else:
            rows, columns = (box.shape[0], box.shape[1]) if len(box.shape) == 3 else (box.shape[0], 1)
            self.face_height = self._side(rows, largest, tallest)
            self.far = self._side(columns, largest, tallest)
            channels = box.shape[-1] or 16
            self.length = min(0.065 * channels**0.43, 1.0) * (tallest / 1.7) ** 0.5
        self.width = self.length + SLANT[0] * self.far
        self.height = self.face_height + SLANT[1] * self.far

    @staticmethod
    def _side(pixels: int | None, largest: int, tallest: float) -> float:
        return max(tallest * ((pixels or largest) / largest) ** 0.6, 0.07)


def _largest_side(boxes: list[Volume]) -> int:
    sides = [side for box in boxes if len(box.shape) > 1 for side in box.shape[:-1] if side]
    return max(sides, default=1)


def _words_width(measured: picture.Picture, box: Volume) -> float:
    lines = [*box.words, shape_text(box.shape)]
    renderer = measured.canvas.get_renderer()
    widest = 0.0
    for number, line in enumerate(lines):
        bold = "bold" if number == len(lines) - 1 else "normal"
        text = measured.text(0, 0, line, fontsize=LABEL_SIZE, fontweight=bold)
        widest = max(widest, text.get_window_extent(renderer).width / measured.dpi)
        text.remove()
    return widest


def shape_text(shape: tuple) -> str:
    """Return a shape as it stands below a box.

    Example:
        >>> shape_text((28, 28, 1)), shape_text((None, None, 8)), shape_text((5120,))
        ('28 × 28 × 1', 'any × any × 8', '5,120')
    """
    if len(shape) == 1:
        return "any" if shape[0] is None else f"{shape[0]:,}"
    return " × ".join("any" if side is None else str(side) for side in shape)


def _rows(slots: list[float], room: float) -> list[list[int]]:
    """Break the boxes into as few rows as fit, all about equally full."""
    number = 1
    while True:
        limit = max(sum(slots) / number, max(slots)) if number > 1 else sum(slots)
        for wanted in np.linspace(limit, room, 12) if limit <= room else [room]:
            rows: list[list[int]] = [[]]
            for index, slot in enumerate(slots):
                if rows[-1] and sum(slots[one] for one in rows[-1]) + slot > wanted:
                    rows.append([])
                rows[-1].append(index)
            if len(rows) <= number:
                return rows
        number += 1


def _arcs(boxes: list[Volume], row: list[int]) -> list[tuple[int, int]]:
    return [(start, index) for index in row for start in boxes[index].extra_inputs if start in row]


def _draw_row(axes, boxes, sizes, slots, row, middle, row_height, image) -> None:
    left, centres = MARGIN + 0.05, {}
    for position, index in enumerate(row):
        box, size, slot = boxes[index], sizes[index], slots[index] - GAP
        start = left + (slot - size.width) / 2
        _draw_box(axes, box, size, start, middle - size.height / 2, image if index == 0 else None)
        centres[index] = start + size.width / 2 - size.length / 4
        baseline = middle - row_height / 2 - 0.1
        for number, line in enumerate([*box.words, shape_text(box.shape)]):
            last = number == len(box.words)
            axes.text(
                left + slot / 2, baseline - LINE * number, line, ha="center", va="top", fontsize=LABEL_SIZE,
                fontweight="bold" if last else "normal", color=picture.INK,
            )  # fmt: skip
        if index + 1 < len(boxes):
            right = start + size.width
            stop = left + slot + GAP
            if position + 1 < len(row):
                after = sizes[row[position + 1]]
                stop += (slots[row[position + 1]] - GAP - after.width) / 2
            _arrow(axes, right + 0.03, stop - 0.03, middle)
        left += slots[index]
    for number, (start, stop) in enumerate(_arcs(boxes, row)):
        height = middle + row_height / 2 + 0.1 + 0.14 * number
        lows = [middle + sizes[one].height / 2 + 0.03 for one in (start, stop)]
        axes.plot(
            [centres[start], centres[start], centres[stop]], [lows[0], height, height], color="#555555", linewidth=1.1
        )
        head = {"arrowstyle": "-|>", "color": "#555555", "linewidth": 1.1, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", (centres[stop], lows[1]), (centres[stop], height), arrowprops=head)


def _arrow(axes, left: float, right: float, height: float) -> None:
    if right - left < 0.06:
        return
    middle = (left + right) / 2
    half = min((right - left) / 2, 0.14)
    axes.annotate(
        "", (middle + half, height), (middle - half, height),
        arrowprops={"arrowstyle": "-|>", "color": "#555555", "linewidth": 1.1, "shrinkA": 0, "shrinkB": 0},
    )  # fmt: skip


def _draw_box(axes, box: Volume, size: _Size, left: float, bottom: float, image) -> None:
    back, up = SLANT[0] * size.far, SLANT[1] * size.far
    x, y, length, height = left + back, bottom, size.length, size.face_height
    face, top, side = FACES[box.kind]
    style = {"edgecolor": "#4a4a4a", "linewidth": 0.8, "joinstyle": "round"}
    if None in box.shape:
        style["linestyle"] = (0, (3, 2))
    near = [(x, y), (x, y + height), (x - back, y + height + up), (x - back, y + up)]
    axes.add_patch(patches.Polygon(near, facecolor=face, **style))
    lid = [(x, y + height), (x + length, y + height), (x + length - back, y + height + up), (x - back, y + height + up)]
    axes.add_patch(patches.Polygon(lid, facecolor=top, **style))
    front = [(x, y), (x + length, y), (x + length, y + height), (x, y + height)]
    axes.add_patch(patches.Polygon(front, facecolor=side, **style))
    if size.is_row:
        number = min(box.shape[0] or 12, 12)
        for line in range(1, number):
            level = y + height * line / number
            axes.plot([x, x + length], [level, level], color="#4a4a4a", linewidth=0.5)
    if image is not None and not size.is_row:
        _lay_on(axes, image, near)


def _lay_on(axes, image: np.ndarray, corners: list[tuple[float, float]]) -> None:
    """Lay a photograph on a slanting face: the far edge on the left is the photograph's left edge."""
    (shade,) = colours.shade([image])
    (right, low), (_, high), (left, _), (_, left_low) = corners
    matrix = np.array([[right - left, 0, left], [low - left_low, high - low, left_low], [0, 0, 1]], dtype=float)
    slanted = transforms.Affine2D(matrix) + axes.transData
    limits = axes.get_xlim(), axes.get_ylim()
    axes.imshow(
        shade.values, extent=(0, 1, 0, 1), transform=slanted, aspect="auto", interpolation="bilinear", zorder=2,
        **shade.options,
    )  # fmt: skip
    axes.set(xlim=limits[0], ylim=limits[1])
    axes.add_patch(patches.Polygon(corners, facecolor="none", edgecolor="#4a4a4a", linewidth=0.8, zorder=3))


def _of_pairs(pairs: Sequence) -> list[Volume]:
    boxes = []
    for pair in pairs:
        if not (isinstance(pair, (list, tuple)) and len(pair) == 2 and isinstance(pair[0], str)):
            raise TypeError(
                f"{pair!r} is no (label, shape); give a Keras model or pairs such as ('image', (28, 28, 1))."
            )
        label, shape = pair
        boxes.append(_box(label, shape))
    return boxes


def _box(label: str, shape) -> Volume:
    name = label.split()[0] if label else ""
    kind = _kind(name)
    shape = _drawable(shape, label)
    if kind == "image" and len(shape) == 2:
        shape = (*shape, 1)
    if name == "Dense" and len(shape) == 1:  # its units are its shape
        label = "Dense " + label.partition(", ")[2]
    return Volume(_label_lines(label.strip()), shape, kind)


def _drawable(shape, label: str) -> tuple:
    if not isinstance(shape, (list, tuple)) or not 1 <= len(shape) <= 3:
        raise ValueError(
            f"the shape of {label!r} is {shape!r}; a volume has (height, width, channels), (length, channels) or "
            "(numbers,), without the batch."
        )
    return tuple(shape)


def _kind(name: str) -> str:
    if "Pool" in name:
        return "pooling"
    if "Conv" in name or "LocallyConnected" in name:
        return "convolution"
    if name in ("Dense", "Flatten"):
        return "dense"
    return "image" if name.lower() in ("input", "image", "photograph", "picture", "") else "other"


def _label_lines(label: str) -> list[str]:
    """Return a label in short lines: the layer, and below it what it was given."""
    name, _, settings = label.partition(" ")
    lines = re.sub(r"(?<=[a-z])(?=Pooling|Transpose|Connected)", "\n", _SHORT.get(name, name)).split("\n")
    if len(lines) == 2 and len("".join(lines)) <= 15:
        lines = ["".join(lines)]
    current = ""
    for word in re.sub(r'\s*"[^"]*"$', "", settings).split(", "):
        joined = f"{current}, {word}" if current else word
        if current and len(joined) > 13:
            lines.append(current + ",")
            joined = word
        current = joined
    return [line for line in [*lines, current] if line]


def _of_model(model) -> list[Volume]:
    from course_utils.architectures import graph

    boxes: list[Volume] = []
    home: dict[int, int] = {}  # the box in which a step's values are
    entered: list[int] = []  # models that are layers, and whose layers come next
    steps = graph.steps(model)
    for number, step in enumerate(steps):
        while entered and steps[entered[-1]].depth >= step.depth:
            home[entered.pop()] = len(boxes) - 1
        sources = [home[one] for one in step.inputs]
        if number + 1 < len(steps) and steps[number + 1].depth > step.depth:
            home[number] = sources[0] if sources else 0
            entered.append(number)
            continue
        if step.shape is None:
            raise ValueError(
                f"the shape behind {step.kind} is not known, as the model was written as a class. Build it with "
                "keras.Sequential or keras.Model(inputs, outputs), or give pairs (label, shape)."
            )
        box = _box(f"{step.kind} {step.settings}".strip(), step.shape)
        last = len(boxes) - 1
        if sources == [last] and box.kind == "other" and boxes[last].shape == box.shape:
            boxes[last].words.append(_SHORT.get(step.kind, step.kind))  # it works in place
        else:
            box.extra_inputs = [one for one in sources if one != last]
            boxes.append(box)
        home[number] = len(boxes) - 1
    return boxes
