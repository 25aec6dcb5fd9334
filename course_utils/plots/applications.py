"""One picture for each thing that convolutional networks are used for: what goes in, and what comes out.

Photographs are real; whatever is drawn says so in its title.
"""

import cv2
import numpy as np
from matplotlib import patches

from course_utils import images
from course_utils.plots import drawings, picture

HIGHLIGHT = "#D55E00"
_TITLE = {"fontsize": 10.5, "pad": 6}


def _panel(axes, image: np.ndarray, title: str, **options) -> None:
    """Show an image without ticks; small arrays keep sharp pixels."""
    axes.imshow(image, interpolation="nearest" if image.shape[0] < 120 else "antialiased", **options)
    if title:
        axes.set_title(title, **_TITLE)
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_visible(True)


def _gray(axes, image: np.ndarray, title: str, low: float = 0, high: float = 255) -> None:
    _panel(axes, image, title, cmap="gray", vmin=low, vmax=high)


@picture.style()
def image_labels() -> picture.Picture:
    """Return three photographs with the word that an ImageNet network gives to each."""
    alt = (
        "Three photographs with the label a network gives them. The face of a tabby cat: Egyptian cat. A cup of coffee "
        "on a red saucer: espresso. A white rocket on its launch pad at dusk: missile."
    )
    result = picture.Picture(9, 3.0, alt=alt, layout="constrained")
    labels = {"cat": '"Egyptian cat"', "coffee": '"espresso"', "rocket": '"missile"'}
    for axes, (name, label) in zip(result.subplots(1, 3), labels.items(), strict=True):
        photograph = images.load(name)
        height, width = photograph.shape[:2]
        cut = min(width, round(height * 1.3))
        left = (width - cut) // 2
        _panel(axes, photograph[:, left : left + cut], "")
        axes.set_xlabel(label, fontsize=13, color=picture.INK)
    return result


@picture.style()
def games() -> picture.Picture:
    """Return a game's screen and the four small gray frames that a network is shown."""
    alt = (
        "Left: a drawing of the game Breakout, with rows of coloured bricks, a ball and a paddle. Right: four gray "
        "frames of 84 by 84 pixels; from each to the next the ball is a little higher and further to the right."
    )
    result = picture.Picture(9, 2.6, alt=alt, layout="constrained")
    columns = result.subplots(1, 5, width_ratios=[1.0, 1.15, 1.15, 1.15, 1.15])
    _panel(columns[0], drawings.breakout_screen(3), "the screen (drawing)")
    for step, axes in enumerate(columns[1:]):
        gray = images.to_gray(drawings.breakout_screen(step))
        small = cv2.resize(gray, (84, 84), interpolation=cv2.INTER_AREA)
        _gray(axes, small, ["3 frames ago", "2 frames ago", "1 frame ago", "now"][step])
    return result


@picture.style()
def doodles() -> picture.Picture:
    """Return doodles as they were drawn and as a network sees them, 28 x 28 pixels."""
    alt = (
        "Five doodles in thin strokes: a cat, a house, a fish, a bicycle and a sun. Below, the same in 28 by 28 coarse "
        "pixels; each can still be recognised."
    )
    result = picture.Picture(9, 3.7, alt=alt, layout="constrained")
    rows = result.subplots(2, len(drawings.DOODLES))
    for column, name in enumerate(drawings.DOODLES):
        _gray(rows[0, column], drawings.doodle(name), f"{name} (drawing)")
        small = 255 - drawings.doodle(name, side=28, thickness=4.5)
        _gray(rows[1, column], small, "28 × 28 pixels" if column == 0 else "")
    return result


BLACK_STONES = "C16 E17 Q16 R14 O17 Q10 D4 F3 C6 K4 R6 Q4 O3 R11 D14"
WHITE_STONES = "D16 D17 C15 F17 Q14 P14 R13 Q12 F4 D6 E6 Q6 R4 R5 P4 N3"
_COLUMNS = "ABCDEFGHJKLMNOPQRST"


def _points(stones: str) -> list[tuple[int, int]]:
    """Return (row, column) from the top left of points such as "Q16"."""
    return [(19 - int(point[1:]), _COLUMNS.index(point[0])) for point in stones.split()]


@picture.style()
def board_game() -> picture.Picture:
    """Return a Go board and the planes of zeros and ones in which a network is shown it."""
    alt = (
        "Left: a drawing of a Go board of 19 by 19 lines with some thirty black and white stones. Right: three "
        "checkered planes of 19 by 19 zeros and ones: where black stones are, where white stones are, where none is."
    )
    result = picture.Picture(9, 2.7, alt=alt, layout="constrained")
    board, *planes = result.subplots(1, 4)
    board.set_facecolor("#e0b870")
    for line in range(19):
        board.plot([0, 18], [line, line], color="#5a4420", linewidth=0.6, zorder=1)
        board.plot([line, line], [0, 18], color="#5a4420", linewidth=0.6, zorder=1)
    both = {"black": _points(BLACK_STONES), "white": _points(WHITE_STONES)}
    for colour, stones in both.items():
        for row, column in stones:
            board.add_patch(patches.Circle((column, row), 0.46, facecolor=colour, edgecolor="#333333", zorder=2))
    board.set(xlim=(-0.9, 18.9), ylim=(18.9, -0.9), xticks=[], yticks=[], aspect="equal")
    board.set_title("a position (drawing)", **_TITLE)
    none = np.ones((19, 19))
    for axes, colour in zip(planes, both, strict=False):
        plane = np.zeros((19, 19))
        plane[tuple(np.transpose(both[colour]))] = 1
        none -= plane
        _gray(axes, plane, f"1 where {colour} is", 0, 1)
    _gray(planes[2], none, "1 where no stone is", 0, 1)
    return result


SAMPLES_PER_SECOND = 8000


def melody() -> np.ndarray:
    """Return three seconds of sound: four notes, each with overtones, then a tone that rises.

    Shapes:
        returns (24000,), float64, from -1 to 1, 8,000 samples a second.

    Example:
        >>> melody().shape
        (24000,)
    """
    note_seconds = np.arange(round(0.5 * SAMPLES_PER_SECOND)) / SAMPLES_PER_SECOND
    parts = []
    for pitch in (440.0, 554.37, 659.26, 880.0):
        overtones = sum(np.sin(2 * np.pi * pitch * order * note_seconds) / order**1.5 for order in range(1, 5))
        parts.append(overtones * np.exp(-5 * note_seconds) * np.minimum(1, note_seconds / 0.01))
    rise = np.arange(SAMPLES_PER_SECOND) / SAMPLES_PER_SECOND
    parts.append(0.7 * np.sin(2 * np.pi * (300 * rise + 1100 * rise**2)) * np.sin(np.pi * rise) ** 0.5)
    sound = np.concatenate(parts)
    return sound / np.abs(sound).max()


def spectrogram(sound: np.ndarray, window: int = 256, hop: int = 64) -> np.ndarray:
    """Return how strong each frequency is at each moment, in decibels below the strongest.

    Shapes:
        (samples,) -> (window // 2 + 1, moments), float64, low frequencies first.

    Example:
        >>> spectrogram(melody()).shape
        (129, 372)
    """
    moments = np.lib.stride_tricks.sliding_window_view(sound, window)[::hop]
    strength = np.abs(np.fft.rfft(moments * np.hanning(window), axis=1)).T
    return 20 * np.log10(np.maximum(strength / strength.max(), 1e-4))


@picture.style()
def sound() -> picture.Picture:
    """Return a sound as a wave and as a spectrogram, which is a picture."""
    alt = (
        "Above: the wave of three seconds of sound, four notes that fade and one long tone. Below: its spectrogram, "
        "time to the right and frequency upwards. Each note is a stack of level lines; the long tone is a rising line."
    )
    result = picture.Picture(9, 3.9, alt=alt, layout="constrained")
    wave, image = result.subplots(2, 1, height_ratios=[1, 2.2], sharex=True)
    samples = melody()
    wave.plot(np.arange(samples.size) / SAMPLES_PER_SECOND, samples, linewidth=0.4)
    wave.set(ylabel="pressure", yticks=[])
    wave.set_title("three seconds of sound (made by code)", **_TITLE)
    seconds = samples.size / SAMPLES_PER_SECOND
    extent = (0, seconds, 0, SAMPLES_PER_SECOND / 2)
    shown = image.imshow(spectrogram(samples), origin="lower", aspect="auto", extent=extent, cmap="cividis", vmin=-70)
    image.set(xlabel="time in seconds", ylabel="frequency in Hz", xlim=(0, seconds))
    result.colorbar(shown, ax=image, label="decibels", pad=0.01)
    return result


SENTENCE = ["I", "expected", "little", ",", "but", "this", "film", "is", "not", "bad", "at", "all"]


@picture.style()
def text() -> picture.Picture:
    """Return a sentence as a matrix, one row of numbers per word, with a window over three words."""
    alt = (
        "A table of coloured cells with one row for each word of the sentence: I expected little, but this film is not "
        "bad at all. Each word has 16 numbers. A frame lies over the three rows: is, not, bad."
    )
    rng = np.random.default_rng(3)
    vectors = {word: rng.normal(size=16) for word in dict.fromkeys(SENTENCE)}
    matrix = np.array([vectors[word] for word in SENTENCE])
    result = picture.Picture(8, 3.6, alt=alt, layout="constrained")
    axes = result.subplots()
    axes.imshow(matrix, cmap="PuOr", vmin=-3, vmax=3, aspect="auto")
    axes.set_yticks(range(len(SENTENCE)), SENTENCE, fontsize=10, color=picture.INK)
    axes.set(xticks=[], xlabel="16 numbers for each word (here drawn at random; a network learns them)")
    first = SENTENCE.index("not") - 1
    axes.add_patch(patches.Rectangle((-0.45, first - 0.5), 15.9, 3, fill=False, edgecolor="black", linewidth=2.5))
    axes.annotate(
        "the window:\nthree words\nat a time", (15.5, first + 1), (8, 0), textcoords="offset points", va="center"
    )
    return result


@picture.style()
def drone() -> picture.Picture:
    """Return three views of a forest path with the turn that each one asks for."""
    alt = (
        "Three drawings of a sandy path between trees. The path leads to the left: turn left. It leads straight ahead: "
        "fly straight on. It leads to the right: turn right."
    )
    result = picture.Picture(9, 2.6, alt=alt, layout="constrained")
    turns = {-1.0: "turn left", 0.0: "fly straight on", 1.0: "turn right"}
    for axes, (turn, words) in zip(result.subplots(1, 3), turns.items(), strict=True):
        _panel(axes, drawings.forest_path(turn), f"{words} (drawing)")
    return result


@picture.style()
def road_signs() -> picture.Picture:
    """Return road signs as they are made and as a camera in a car sees them."""
    alt = (
        "Above: six road signs, drawn cleanly: stop, give way, speed limit 50, priority road, no entry, straight on. "
        "Below: the same signs tilted, dim and blurred in front of a lawn, 32 by 32 pixels each."
    )
    result = picture.Picture(9, 3.2, alt=alt, layout="constrained")
    rows = result.subplots(2, len(drawings.ROAD_SIGNS))
    rng = np.random.default_rng(5)
    lawn = np.stack([images.load("grass")] * 3, axis=-1).astype(np.float32) * np.float32([0.8, 1.0, 0.6])
    for column, name in enumerate(drawings.ROAD_SIGNS):
        sign = drawings.road_sign(name)
        cover = sign[..., 3:] / 255
        _panel(rows[0, column], (cover * sign[..., :3] + (1 - cover) * 255).astype(np.uint8), f"{name} (drawing)")
        rows[0, column].title.set_fontsize(9)
        background = lawn[40 * column : 40 * column + 200, 60 * column : 60 * column + 200]
        title = "32 × 32 pixels" if column == 0 else ""
        _panel(rows[1, column], drawings.seen_from_a_car(sign, background, rng), title)
    return result


def house_wall(number: str = "1847") -> tuple[np.ndarray, list[tuple[int, int, int, int]]]:
    """Return a photograph of a brick wall with a number plate painted on, and the box of each digit.

    Shapes:
        returns ((230, 360, 3) uint8, a list of (left, top, width, height)).

    Example:
        >>> wall, boxes = house_wall("12")
        >>> wall.shape, len(boxes)
        ((230, 360, 3), 2)
    """
    bricks = np.ascontiguousarray(np.rot90(images.load("brick"))[120:350, 80:440]).astype(np.float32)
    wall = np.clip(bricks[..., None] * np.float32([1.35, 0.95, 0.78]) - 18, 0, 255).astype(np.uint8)
    plate_left, plate_top, plate_width, plate_height = 70, 62, 40 + 50 * len(number), 104
    right, bottom = plate_left + plate_width, plate_top + plate_height
    cv2.rectangle(wall, (plate_left + 5, plate_top + 7), (right + 5, bottom + 7), (50, 35, 30), -1)
    cv2.rectangle(wall, (plate_left, plate_top), (right, bottom), (28, 62, 128), -1)
    cv2.rectangle(wall, (plate_left + 5, plate_top + 5), (right - 5, bottom - 5), (235, 235, 235), 2)
    boxes = []
    for index, digit in enumerate(number):
        left = plate_left + 22 + 50 * index
        drawings.write(wall, digit, (left + 22, plate_top + 52), 54, (240, 240, 240))
        boxes.append((left - 2, plate_top + 18, 48, 68))
    light = np.linspace(1.0, 0.55, wall.shape[1], dtype=np.float32)[:, None]
    noise = np.random.default_rng(2).normal(0, 5, wall.shape)
    return np.clip(cv2.GaussianBlur(wall * light, (0, 0), 1.1) + noise, 0, 255).astype(np.uint8), boxes


@picture.style()
def house_numbers() -> picture.Picture:
    """Return a wall with a house number, and its digits cut out at 32 x 32 pixels."""
    alt = (
        "Left: a photograph of a brick wall on which a blue plate with the number 1847 is painted; a frame lies around "
        "each digit, and the light falls off to the right. Right: the four digits cut out, 32 by 32 coarse pixels each."
    )
    wall, boxes = house_wall()
    result = picture.Picture(9, 2.5, alt=alt, layout="constrained")
    axes = result.subplots(1, 1 + len(boxes), width_ratios=[2.3] + [1] * len(boxes))
    _panel(axes[0], wall, "a wall (number painted by code)")
    for column, (left, top, width, height) in enumerate(boxes, 1):
        frame = patches.Rectangle((left, top), width, height, fill=False, edgecolor="white", linewidth=1.4)
        axes[0].add_patch(frame)
        digit = cv2.resize(wall[top : top + height, left : left + width], (32, 32), interpolation=cv2.INTER_AREA)
        _panel(axes[column], digit, "32 × 32 pixels" if column == 1 else "")
    return result


def letter_boxes(page: np.ndarray) -> tuple[np.ndarray, list[tuple[int, int, int, int]]]:
    """Return a page in black and white, cleaned of its shadows, and a box around each connected dark piece.

    Args:
        page (numpy.ndarray): a photographed page.

    Shapes:
        (height, width), uint8 -> ((height, width) uint8 of 0 and 255, a list of (left, top, width, height)).
    """
    ink = cv2.adaptiveThreshold(page, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY_INV, 31, 16)
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    boxes = [tuple(int(value) for value in stats[piece, :4]) for piece in range(1, count) if stats[piece, 4] >= 12]
    return 255 - ink, boxes


@picture.style()
def page() -> picture.Picture:
    """Return a photographed page, the same without its shadows, and its pieces framed."""
    alt = (
        "A photographed page of a book, twice. Left: gray on gray, with a shadow on its left. Right: black letters on "
        "clean white, with a thin frame around almost every letter; shadow and photograph are gone."
    )
    photograph = images.load("page")
    clean, boxes = letter_boxes(photograph)
    result = picture.Picture(9, 2.6, alt=alt, layout="constrained")
    axes = result.subplots(1, 2)
    _gray(axes[0], photograph, "photograph")
    _gray(axes[1], clean, "cleaned, its connected pieces framed")
    for left, top, width, height in boxes:
        frame = patches.Rectangle(
            (left - 1, top - 1), width + 1, height + 1, fill=False, edgecolor=HIGHLIGHT, linewidth=0.7
        )
        axes[1].add_patch(frame)
    return result
