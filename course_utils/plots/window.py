"""The sliding window, step by step: where it stands, what is multiplied, what the sum is."""

import numpy as np
from matplotlib import patches

from course_utils.plots import colours, frame_slider, number_views, panels, picture

MOST_STEPS = 64
STEP_BYTES = 18_000
ACCENT = picture.LINE_COLOURS[4]


@picture.style()
def sliding_window(image: np.ndarray, kernel: np.ndarray, *, alt: str, title: str | None = None) -> frame_slider.Slider:
    """Show a kernel moving over a small image: the window, the products, their sum, the output so far.

    The kernel is laid on the image as it is (correlation) and stays inside the image (no border).

    Args:
        image (np.ndarray): a gray image.
        kernel (np.ndarray): the weights, not larger than the image.
        alt (str): what is seen.
        title (str): above the pictures. Default none.

    Shapes:
        image: (height, width); kernel: (kernel height, kernel width) up to 5 x 5, with at most 64 places
        where it fits.

    Returns:
        A Slider with one frame per place.

    Raises:
        ValueError: image or kernel is not 2D, the kernel does not fit, or there are too many places.

    Example:
        >>> sliding_window(np.eye(4), np.ones((3, 3)), alt="a box kernel on a diagonal line")
        Slider: a box kernel on a diagonal line (4 frames)
    """
    image, kernel = np.asarray(image), np.asarray(kernel)
    output = _responses(image, kernel)
    stage = _Stage(image, kernel, output)
    uris, labels = [], []
    for row, column in np.ndindex(output.shape):
        uris.append(frame_slider.pack(stage.draw(row, column), STEP_BYTES))
        labels.append(f"row {row}, column {column}: {number_views.number_texts(output)[row, column]}")
    return frame_slider.Slider(uris, labels, picture.check_alt(alt), title, stage.css_width)


def _responses(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    if image.ndim != 2 or kernel.ndim != 2:
        raise ValueError(f"image has the shape {image.shape}, kernel {kernel.shape}; both must be (height, width).")
    if max(kernel.shape) > 5:
        raise ValueError(f"the kernel is {kernel.shape}; its products can be read up to 5 x 5.")
    rows, columns = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    if rows < 1 or columns < 1:
        raise ValueError(f"the kernel {kernel.shape} does not fit into the image {image.shape}.")
    if not 2 <= rows * columns <= MOST_STEPS:
        raise ValueError(
            f"the kernel fits in {rows * columns} places; 2 to {MOST_STEPS} can be shown. Take a smaller image."
        )
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(float), kernel.shape)
    return np.einsum("ijkl,kl->ij", windows, kernel.astype(float))


class _Stage:
    """One figure that is drawn again for every place of the window."""

    side, gap, top, foot = 2.75, 0.25, 0.34, 0.42

    def __init__(self, image: np.ndarray, kernel: np.ndarray, output: np.ndarray):
        self.image, self.kernel, self.output = image, kernel, output
        width = 3 * self.side + 2 * self.gap + 2 * panels.MARGIN
        self.figure = picture.Picture(width, self.side + self.top + self.foot, alt="one step")
        # Sharper pixels would double the size of the page.
        self.figure.set_dpi(1.5 * picture.CSS_PIXELS_PER_INCH)
        self.css_width = round(width * picture.CSS_PIXELS_PER_INCH)
        self.shades = colours.shade([image, output])
        self.left_axes, cell = self._board(0, image.shape, "image and window")
        panels.show(self.left_axes, self.shades[0], "image and window")
        number_views.write_numbers(self.left_axes, image, self.shades[0], cell)
        self.frame = patches.Rectangle(
            (0, 0), kernel.shape[1], kernel.shape[0], fill=False, edgecolor=ACCENT, linewidth=3, clip_on=False
        )
        self.left_axes.add_patch(self.frame)
        self._prepare_products()
        self._prepare_output()
        self.sum_text = self.figure.text(0.5, 0.035, "", ha="center", va="bottom", fontsize=10.5)

    def _board(self, place: int, shape: tuple[int, int], title: str):
        rows, columns = shape
        cell = self.side / max(rows, columns)
        left = panels.MARGIN + place * (self.side + self.gap) + (self.side - columns * cell) / 2
        axes = panels.place(self.figure, left, self.foot + self.side - rows * cell, columns * cell, rows * cell)
        return axes, cell

    def _prepare_products(self) -> None:
        title = "pixel × weight"
        axes, cell = self._board(1, self.kernel.shape, title)
        reach = float(np.abs(self.kernel).max()) or 1.0
        shade = colours.Shade(self.kernel.astype(float), "signed", -1.6 * reach, 1.6 * reach)
        panels.show(axes, shade, title)
        size = min(11.0, cell * 72 / 5.2)
        self.product_texts = number_views.write_numbers(axes, self.kernel, shade, cell, size)
        for spine in axes.spines.values():
            spine.set(color=ACCENT, linewidth=3)

    def _prepare_output(self) -> None:
        axes, cell = self._board(2, self.output.shape, "output so far")
        panels.show(axes, self.shades[1], "output so far")
        self.cover = [
            axes.add_patch(patches.Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor="#efefef", edgecolor="white"))
            for row, column in np.ndindex(self.output.shape)
        ]
        self.output_texts = number_views.write_numbers(axes, self.output, self.shades[1], cell)
        self.marker = patches.Rectangle((0, 0), 1, 1, fill=False, edgecolor=ACCENT, linewidth=3, clip_on=False)
        axes.add_patch(self.marker)

    def draw(self, row: int, column: int) -> np.ndarray:
        self.frame.set_xy((column - 0.5, row - 0.5))
        self.marker.set_xy((column - 0.5, row - 0.5))
        step = row * self.output.shape[1] + column
        for index, (cover, text) in enumerate(zip(self.cover, self.output_texts, strict=True)):
            cover.set_visible(index > step)
            text.set_visible(index <= step)
        height, width = self.kernel.shape
        window = self.image[row : row + height, column : column + width].astype(float)
        products = number_views.number_texts(window * self.kernel)
        pixels, weights = number_views.number_texts(window), number_views.number_texts(self.kernel)
        for text, pixel, weight, product in zip(
            self.product_texts, pixels.flat, weights.flat, products.flat, strict=True
        ):
            text.set_text(f"{pixel} × {weight}\n= {product}")
        total = number_views.number_texts(self.output)[row, column]
        terms = " + ".join(f"({t})" if t.startswith("−") else t for t in products.flat)
        shown = f"{terms} = {total}" if len(terms) <= 90 else f"sum of the {products.size} products = {total}"
        self.sum_text.set_text(shown)
        return self.figure.to_rgb()
