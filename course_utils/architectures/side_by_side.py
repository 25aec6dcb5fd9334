"""PyTorch and Keras side by side: the same layers in both, as text that a test builds and compares.

PyTorch is not needed here: its half of the table is text, and its weights come in as arrays.
"""

import dataclasses
import html
import textwrap

import numpy as np

HEADINGS = ("PyTorch", "Keras")


@dataclasses.dataclass(frozen=True)
class Pair:
    """The same thing in both libraries.

    Args:
        torch (str): the expression in PyTorch; `nn` is torch.nn.
        keras (str): the expression in Keras; `layers` is keras.layers.
        input_shape (tuple): (height, width, channels) of one image. PyTorch takes (channels, height, width).
        output_shape (tuple): of what comes out, in Keras's order.
        torch_parameters (int): that PyTorch counts.
        keras_parameters (int): that Keras counts.
        same_numbers (bool): whether both give the same numbers once the weights are brought into Keras's order.
        note (str): what to look out for. Default none.
    """

    torch: str
    keras: str
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    torch_parameters: int
    keras_parameters: int
    same_numbers: bool = True
    note: str = ""

    def build(self):
        """Return the Keras half as a model with its input.

        Example:
            >>> PAIRS[0].build().output_shape
            (None, 30, 30, 16)
        """
        import keras

        # The text is that of this module and of nobody else.
        layer = eval(self.keras, {"keras": keras, "layers": keras.layers})
        return keras.Sequential([keras.Input(self.input_shape), layer])


PAIRS = (
    Pair(
        "nn.Conv2d(3, 16, kernel_size=3)",
        "layers.Conv2D(16, kernel_size=3)",
        (32, 32, 3), (30, 30, 16), 448, 448,
        note="PyTorch is told how deep the input is, Keras looks.",
    ),
    Pair(
        "nn.Conv2d(3, 16, 3, padding=1)",
        'layers.Conv2D(16, 3, padding="same")',
        (32, 32, 3), (32, 32, 16), 448, 448,
    ),
    Pair(
        "nn.Conv2d(3, 16, 3, stride=2, padding=1)",
        'layers.Conv2D(16, 3, strides=2, padding="same")',
        (32, 32, 3), (16, 16, 16), 448, 448, False,
        note="The alignment trap: equal shape, other windows.",
    ),
    Pair(
        "nn.Conv2d(3, 16, 3, stride=2, padding=1)",
        "keras.Sequential([layers.ZeroPadding2D(1), layers.Conv2D(16, 3, strides=2)])",
        (32, 32, 3), (16, 16, 16), 448, 448,
        note="The way round it.",
    ),
    Pair(
        "nn.MaxPool2d(2)",
        "layers.MaxPooling2D(2)",
        (33, 33, 3), (16, 16, 3), 0, 0,
        note="In both the stride is the pool size unless you say otherwise.",
    ),
    Pair(
        "nn.MaxPool2d(2, ceil_mode=True)",
        'layers.MaxPooling2D(2, padding="same")',
        (33, 33, 3), (17, 17, 3), 0, 0,
    ),
    Pair(
        "nn.BatchNorm2d(3, eps=1e-3, momentum=0.01)",
        "layers.BatchNormalization()",
        (32, 32, 3), (32, 32, 3), 6, 12,
        note="Keras counts the running mean and variance, too. PyTorch's defaults are eps=1e-5, momentum=0.1.",
    ),
    Pair(
        "nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())",
        "layers.GlobalAveragePooling2D()",
        (32, 32, 3), (3,), 0, 0,
    ),
    Pair(
        "nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))",
        "keras.Sequential([layers.Flatten(), layers.Dense(10)])",
        (32, 32, 3), (10,), 30_730, 30_730,
        note="Flatten reads in another order: see `to_keras`.",
    ),
    Pair(
        textwrap.dedent("""\
            nn.Sequential(
                nn.Conv2d(1, 8, 5, padding=2),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Conv2d(8, 16, 3),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Flatten(),
                nn.Linear(576, 10),
            )"""),
        textwrap.dedent("""\
            keras.Sequential([
                layers.Conv2D(8, 5, padding="same"),
                layers.ReLU(),
                layers.MaxPooling2D(2),
                layers.Conv2D(16, 3),
                layers.ReLU(),
                layers.MaxPooling2D(2),
                layers.Flatten(),
                layers.Dense(10),
            ])"""),
        (28, 28, 1), (10,), 7_146, 7_146,
    ),
)  # fmt: skip

# The last pair once more, as a class. In PyTorch this is the usual form, in Keras the one for special cases.
TORCH_CLASS = textwrap.dedent("""\
    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(1, 8, 5, padding=2)
            self.conv2 = nn.Conv2d(8, 16, 3)
            self.relu = nn.ReLU()
            self.pool = nn.MaxPool2d(2)
            self.flatten = nn.Flatten()
            self.linear = nn.Linear(576, 10)

        def forward(self, images):
            maps = self.pool(self.relu(self.conv1(images)))
            maps = self.pool(self.relu(self.conv2(maps)))
            return self.linear(self.flatten(maps))""")
KERAS_CLASS = textwrap.dedent("""\
    class Network(keras.Model):
        def __init__(self):
            super().__init__()
            self.conv1 = layers.Conv2D(8, 5, padding="same")
            self.conv2 = layers.Conv2D(16, 3)
            self.relu = layers.ReLU()
            self.pool = layers.MaxPooling2D(2)
            self.flatten = layers.Flatten()
            self.dense = layers.Dense(10)

        def call(self, images):
            maps = self.pool(self.relu(self.conv1(images)))
            maps = self.pool(self.relu(self.conv2(maps)))
            return self.dense(self.flatten(maps))""")


def to_keras(weight: np.ndarray, flattened: tuple[int, int, int] | None = None) -> np.ndarray:
    """Return the weights of a PyTorch layer in the order in which the Keras layer holds them.

    Args:
        weight (np.ndarray): of nn.Conv2d, nn.Linear or nn.BatchNorm2d, or a bias.
        flattened (tuple): for an nn.Linear right behind nn.Flatten the (height, width, channels) that were flattened.
            PyTorch reads them channel by channel, Keras place by place, so the rows must change places. Default None.

    Shapes:
        (filters, channels, height, width) -> (height, width, channels, filters); (outputs, inputs) -> (inputs,
        outputs); (n,) -> (n,).

    Raises:
        ValueError: another number of sides, or flattened does not fit.

    Example:
        >>> to_keras(np.zeros((16, 3, 5, 5))).shape, to_keras(np.zeros((10, 576)), flattened=(6, 6, 16)).shape
        ((5, 5, 3, 16), (576, 10))
    """
    weight = np.asarray(weight)
    if flattened is not None:
        height, width, channels = flattened
        if weight.ndim != 2 or weight.shape[1] != height * width * channels:
            raise ValueError(
                f"weight has the shape {weight.shape}; behind a Flatten of {flattened} it must be "
                f"(outputs, {height * width * channels})."
            )
        by_channel = weight.reshape(len(weight), channels, height, width)
        return by_channel.transpose(2, 3, 1, 0).reshape(-1, len(weight))
    if weight.ndim not in (1, 2, 4):
        raise ValueError(
            f"weight has the shape {weight.shape}; weights of nn.Conv2d have 4 sides, of nn.Linear 2, a bias 1."
        )
    return weight.transpose({1: (0,), 2: (1, 0), 4: (2, 3, 1, 0)}[weight.ndim])


class Sides:
    """The pairs as a table; prints as text and shows as HTML in a notebook."""

    def __init__(self, pairs: tuple[Pair, ...] = PAIRS):
        self.pairs = pairs

    def __repr__(self) -> str:
        blocks = []
        for pair in self.pairs:
            sides = [f"  PyTorch  {pair.torch}", f"  Keras    {pair.keras}"]
            sides = [side.replace("\n", "\n" + " " * 11) for side in sides]
            blocks.append("\n".join([self._summary(pair), *sides]))
        return "\n".join(blocks)

    @staticmethod
    def _summary(pair: Pair) -> str:
        equal = "same numbers" if pair.same_numbers else "OTHER numbers"
        return f"{pair.input_shape} -> {pair.output_shape}, {_count(pair)} parameters, {equal}"

    def _repr_html_(self) -> str:
        cell = "padding:6px 14px 0 0;vertical-align:top;text-align:left;"
        head = "".join(f'<th scope="col" style="{cell}">{name}</th>' for name in HEADINGS)
        rows = []
        for pair in self.pairs:
            code = "".join(
                f'<td style="{cell}"><pre style="margin:0;padding:0;background:none;font-size:12px">'
                f"{html.escape(_wrapped(side))}</pre></td>"
                for side in (pair.torch, pair.keras)
            )
            facts = html.escape(self._summary(pair))
            facts = facts.replace("OTHER numbers", "<b>other numbers</b>").replace("-&gt;", "→")
            facts += f". {html.escape(pair.note)}" if pair.note else ""
            below = "padding:2px 0 6px 0;text-align:left;border-bottom:1px solid #bbb;"
            rows.append(f'<tr>{code}</tr><tr><td colspan="2" style="{below}"><small>{facts}</small></td></tr>')
        return (
            f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody>'
            "</table>"
        )


def _count(pair: Pair) -> str:
    if pair.torch_parameters == pair.keras_parameters:
        return f"{pair.keras_parameters:,}"
    return f"{pair.torch_parameters:,} / {pair.keras_parameters:,}"


def _wrapped(code: str) -> str:
    """Return an expression with one layer on each line, where it has several."""
    if "\n" in code or code.count("(") < 3:
        return code
    for start, stop in (("nn.Sequential(", ")"), ("keras.Sequential([", "])")):
        if code.startswith(start):
            inner = code.removeprefix(start).removesuffix(stop).replace("), ", "),\n    ")
            return f"{start}\n    {inner},\n{stop}"
    return code


def table() -> Sides:
    """Return all pairs as a table.

    Example:
        >>> print(str(table()).splitlines()[0])
        (32, 32, 3) -> (30, 30, 16), 448 parameters, same numbers
    """
    return Sides()


def classes() -> Sides:
    """Return the last pair as a class in both libraries."""
    last = PAIRS[-1]
    return Sides((dataclasses.replace(last, torch=TORCH_CLASS, keras=KERAS_CLASS),))
