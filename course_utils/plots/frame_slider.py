"""A slider of pictures drawn beforehand: it moves in a notebook, in an exported page, and with no kernel."""

import html
from collections.abc import Sequence

import cv2
import numpy as np

from course_utils.plots import colours, encoding, picture

FRAME_BYTES = 11_500
SHOW = (
    "var f=this.closest('figure'),n=+this.value,i=f.querySelectorAll('img'),k;"
    "for(k=0;k<i.length;k++){i[k].style.display=k==n?'block':'none'}"
    "f.querySelector('output').textContent=i[n].title"
)
MOVE = "var r=this.closest('figure').querySelector('input');r.value=+r.value+({by});r.dispatchEvent(new Event('input'))"


class Slider:
    """Pictures of which a reader sees one at a time; as the last expression of a cell it is shown.

    Args:
        uris (sequence of str): one data address per frame.
        labels (sequence of str): one per frame.
        alt (str): what is seen.
        title (str): above the pictures. Default none.
        width (int): of the frames, in CSS pixels.

    Example:
        >>> slider([np.zeros((2, 2)), np.ones((2, 2))], ["off", "on"], alt="a lamp")
        Slider: a lamp (2 frames)
    """

    def __init__(self, uris: Sequence[str], labels: Sequence[str], alt: str, title: str | None, width: int):
        self.uris, self.labels, self.alt, self.title, self.width = tuple(uris), tuple(labels), alt, title, width

    def __len__(self) -> int:
        return len(self.uris)

    def __repr__(self) -> str:
        return f"Slider: {self.alt} ({len(self)} frames)"

    def to_html(self) -> str:
        """Return the slider as a block of HTML that needs nothing from outside.

        The first frame is visible where no script runs. There is no id and no <script>: the same block may
        stand in a page twice.

        Example:
            >>> slider([np.zeros((2, 2))] * 2, ["a", "b"], alt="dark").to_html().count("<img")
            2
        """
        images = "".join(self._image(number) for number in range(len(self)))
        title = f'<div style="font-weight:600;margin-bottom:4px">{html.escape(self.title)}</div>' if self.title else ""
        button = (
            '<button type="button" aria-label="{name}" onclick="{move}" style="font:inherit;padding:1px 10px;'
            'cursor:pointer">{sign}</button>'
        )
        return (
            f'<figure style="margin:0;width:{self.width}px;max-width:100%">{title}{images}'
            '<figcaption style="display:flex;align-items:center;gap:10px;margin-top:6px">'
            + button.format(name="previous picture", move=MOVE.format(by=-1), sign="&#9664;")
            + f'<input type="range" min="0" max="{len(self) - 1}" value="0" step="1" '
            f'aria-label="{html.escape(self.alt)}" oninput="{SHOW}" style="flex:1;min-width:60px;margin:0">'
            + button.format(name="next picture", move=MOVE.format(by=1), sign="&#9654;")
            + f'<output style="min-width:9em">{html.escape(self.labels[0])}</output>'
            "</figcaption></figure>"
        )

    def _image(self, number: int) -> str:
        label = self.labels[number]
        shown = "block" if number == 0 else "none"
        alt = html.escape(f"{self.alt} Picture {number + 1} of {len(self)}: {label}")
        return (
            f'<img alt="{alt}" title="{html.escape(label)}" src="{self.uris[number]}" width="{self.width}" '
            f'style="display:{shown};max-width:100%;height:auto;margin:0">'
        )

    def _repr_html_(self) -> str:
        return self.to_html()

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self.to_html()}


def slider(
    frames: Sequence["np.ndarray | picture.Picture"],
    labels: Sequence[str],
    *,
    alt: str,
    title: str | None = None,
    width: int = 480,
    shared_scale: bool = True,
    frame_bytes: int = FRAME_BYTES,
) -> Slider:
    """Return a slider over frames that are drawn now, so that it moves with no kernel behind it.

    Args:
        frames (sequence): arrays (gray, RGB or signed, all of one shape), or Pictures of one size.
        labels (sequence of str): one per frame, shown beside the slider.
        alt (str): what is seen, for all frames together.
        title (str): above the pictures. Default none.
        width (int): of array frames, in CSS pixels; Pictures keep their own. Default 480.
        shared_scale (bool): equal colours mean equal numbers in all array frames. Default True.
        frame_bytes (int): size of a frame to aim at, in bytes. Default 11,500.

    Returns:
        A Slider.

    Raises:
        ValueError: fewer than 2 frames, labels missing or too many, or frames of different sizes.

    Example:
        >>> ramp = np.arange(16.0).reshape(4, 4) / 15
        >>> slider([ramp, ramp**2], ["as it is", "squared"], alt="a ramp, then a darker one")
        Slider: a ramp, then a darker one (2 frames)
    """
    alt, frames, labels = picture.check_alt(alt), list(frames), [str(label) for label in labels]
    if len(frames) < 2:
        raise ValueError(f"a slider needs at least 2 frames, not {len(frames)}; plots.compare shows one.")
    if len(labels) != len(frames):
        raise ValueError(f"{len(labels)} labels for {len(frames)} frames; give one label per frame.")
    if isinstance(frames[0], picture.Picture):
        width = round(frames[0].get_size_inches()[0] * picture.CSS_PIXELS_PER_INCH)
        pixels = [frame.to_rgb() for frame in frames]
    else:
        pixels = [paint(shade, width) for shade in colours.shade(frames, shared_scale)]
    shapes = {one.shape for one in pixels}
    if len(shapes) > 1:
        raise ValueError(f"the frames have different sizes: {sorted(shapes)}; all must be of one size.")
    return Slider([pack(one, frame_bytes) for one in pixels], labels, alt, title, width)


def paint(shade: colours.Shade, width: int) -> np.ndarray:
    """Return a shaded array as pixels for a place `width` CSS pixels wide: small arrays with sharp pixels.

    Shapes:
        returns (height, width or more, 3), uint8.

    Example:
        >>> paint(colours.Shade(np.eye(2), "gray", 0.0, 1.0), 10).shape
        (10, 10, 3)
    """
    import matplotlib

    rgb = shade.values
    if shade.kind != "colour":
        position = (rgb.astype(float) - shade.low) / ((shade.high - shade.low) or 1)
        rgb = matplotlib.colormaps[shade.options["cmap"]](np.clip(position, 0, 1), bytes=True)[:, :, :3]
    factor = width / rgb.shape[1]
    if factor >= 1.7:
        height = round(rgb.shape[0] * factor)
        return cv2.resize(np.ascontiguousarray(rgb), (width, height), interpolation=cv2.INTER_NEAREST)
    if factor < 0.75:
        size = (round(1.33 * width), round(1.33 * rgb.shape[0] * factor))
        return cv2.resize(np.ascontiguousarray(rgb), size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(rgb)


def pack(rgb: np.ndarray, frame_bytes: int) -> str:
    """Return a frame as a data address of about `frame_bytes` at most, made smaller where it must be."""
    # A smaller frame in good quality looks better than a large one in bad quality.
    for scale in (1.0, 0.75, 0.5625):
        size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
        smaller = rgb if scale == 1.0 else cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
        uri = encoding.data_uri(smaller, frame_bytes, smallest_quality=55)
        if len(uri) * 3 / 4 <= frame_bytes * 1.05:
            break
    return uri
