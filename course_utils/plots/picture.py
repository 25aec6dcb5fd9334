"""A matplotlib figure that a notebook shows with alt text, made without pyplot."""

import html

import matplotlib
import numpy as np
from cycler import cycler
from matplotlib import figure as matplotlib_figure
from matplotlib.backends import backend_agg

from course_utils.plots import encoding

CSS_PIXELS_PER_INCH = 96
SHARPNESS = 2  # device pixels per CSS pixel
BYTES_LIMIT = 140_000
MATPLOTLIB_TITLE_SIZE = 12

# Okabe and Ito's colours, which people with colour-blindness can tell apart, in an order that prints well.
LINE_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#444444")
INK, FAINT = "#262626", "#8a8a8a"

STYLE = {
    "axes.axisbelow": True,
    "axes.edgecolor": FAINT,
    "axes.facecolor": "white",
    "axes.grid": False,
    "axes.labelcolor": INK,
    "axes.labelsize": 9.5,
    "axes.linewidth": 0.8,
    "axes.prop_cycle": cycler(color=LINE_COLOURS),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlepad": 6,
    "axes.titlesize": 10.5,
    "figure.facecolor": "white",
    "font.family": ["DejaVu Sans"],
    "font.size": 9.5,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.8,
    "legend.fontsize": 9.5,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "mathtext.fontset": "dejavusans",
    "text.color": INK,
    "text.usetex": False,
    "xtick.color": FAINT,
    "xtick.labelcolor": INK,
    "xtick.labelsize": 8.5,
    "ytick.color": FAINT,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 8.5,
}


def check_alt(alt: str) -> str:
    """Return the alt text on one line, or say why it will not do.

    Example:
        >>> check_alt("a cat,\\n   asleep")
        'a cat, asleep'
    """
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(
            f"alt is {alt!r}; it must be a sentence that says what is seen, for a reader who cannot see the picture."
        )
    return " ".join(alt.split())


class Picture(matplotlib_figure.Figure):
    """A figure with alt text; as the last expression of a notebook cell it is shown.

    Args:
        width, height (float): in inches of 96 CSS pixels; a JupyterLab page is about 9 wide.
        alt (str): what is seen, for a reader who cannot see it.
        options: anything else that matplotlib's Figure takes.

    Raises:
        ValueError: alt is empty.

    Example:
        >>> picture = Picture(4, 2, alt="an empty chart")
        >>> axes = picture.subplots()
        >>> axes.figure is picture, picture
        (True, Picture: an empty chart)
    """

    def __init__(self, width: float, height: float, *, alt: str, **options):
        self.alt = check_alt(alt)
        with style():
            super().__init__(figsize=(width, height), dpi=CSS_PIXELS_PER_INCH * SHARPNESS, **options)
            backend_agg.FigureCanvasAgg(self)

    def add_axes(self, *arguments, **options):
        """Add axes as matplotlib does, in the course's style."""
        with style():
            return super().add_axes(*arguments, **options)

    def add_subplot(self, *arguments, **options):
        """Add a subplot as matplotlib does, in the course's style."""
        with style():
            return super().add_subplot(*arguments, **options)

    def to_rgb(self) -> np.ndarray:
        """Return the drawn pixels.

        Shapes:
            returns (192 * height, 192 * width, 3), uint8.

        Example:
            >>> Picture(1, 0.5, alt="nothing").to_rgb().shape
            (96, 192, 3)
        """
        with style():
            self._tidy()
            self.canvas.draw()
        return np.asarray(self.canvas.buffer_rgba())[:, :, :3].copy()

    def _tidy(self) -> None:
        # Titles and legends made by hand, outside of style(), come in matplotlib's own size and frame.
        for axes in self.axes:
            if axes.title.get_fontsize() == MATPLOTLIB_TITLE_SIZE:
                axes.title.set_fontsize(STYLE["axes.titlesize"])
            if axes.get_legend() is not None:
                axes.get_legend().set_frame_on(False)

    def to_html(self) -> str:
        """Return an <img> element that holds the pixels and the alt text.

        Example:
            >>> Picture(1, 1, alt="less < more").to_html()[:25]
            '<img alt="less &lt; more"'
        """
        rgb = self.to_rgb()
        return image_element(encoding.data_uri(rgb, BYTES_LIMIT), self.alt, round(rgb.shape[1] / SHARPNESS))

    def __repr__(self) -> str:
        return f"Picture: {self.alt}"

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        return self.to_html()

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self.to_html()}


def style():
    """Return a context, also usable as a decorator, in which matplotlib draws in the course's style.

    Its settings are put back when the context is left.

    Example:
        >>> with style():
        ...     size = matplotlib.rcParams["font.size"]
        >>> size
        9.5
    """
    return matplotlib.rc_context(STYLE)


def image_element(uri: str, alt: str, width: int, attributes: str = "") -> str:
    """Return an <img> element, `width` CSS pixels wide but never wider than the page.

    Example:
        >>> image_element("data:,", "a", 10)
        '<img alt="a" src="data:," width="10" style="max-width:100%;height:auto">'
    """
    return f'<img alt="{html.escape(alt)}" src="{uri}" width="{width}"{attributes} style="max-width:100%;height:auto">'


def figure(width: float = 9, height: float = 3, *, alt: str) -> Picture:
    """Return an empty picture for a hand-made plot: use its `.subplots()`.

    Args:
        width, height (float): in inches of 96 CSS pixels. Defaults 9 and 3.
        alt (str): what will be seen.

    Returns:
        A Picture whose parts are kept from overlapping.

    Example:
        >>> picture = figure(alt="a rising line")
        >>> lines = picture.subplots().plot([0, 1], [0, 1])
    """
    return Picture(width, height, alt=alt, layout="constrained")
