"""Bars of contributions: what each term of a sum adds to it or takes away."""

from collections.abc import Sequence

import numpy as np

from course_utils.plots import picture

FOR, AGAINST = picture.LINE_COLOURS[0], picture.LINE_COLOURS[1]


@picture.style()
def contributions(
    values: np.ndarray,
    names: Sequence[str] | None = None,
    *,
    alt: str,
    most: int = 12,
    rest: str = "all other terms",
    xlabel: str = "adds to the sum",
    title: str | None = None,
    width: float = 7.5,
) -> picture.Picture:
    """Draw the largest terms of a sum as bars, the others together as one, and the sum itself below.

    Terms that add are blue and lie to the right of 0, terms that take away are orange and lie to the left; each bar has
    its number with its sign.

    Args:
        values (array): the terms.
        names (sequence of str): one per term. Default: "feature 0", "feature 1", and so on.
        alt (str): what is seen.
        most (int): how many terms get a bar of their own, those of largest size. Default 12.
        rest (str): what the others together are called. Default "all other terms".
        xlabel (str): below the chart. Default "adds to the sum".
        title (str): above the chart. Default none.
        width (float): in inches of 96 CSS pixels. Default 7.5.

    Shapes:
        values (num_terms,).

    Returns:
        A Picture.

    Raises:
        ValueError: no term, one that is not finite, or another number of names.

    Example:
        >>> contributions(np.array([2.0, -0.5, 0.1]), most=2, alt="feature 0 adds 2, feature 1 takes 0.5 away")
        Picture: feature 0 adds 2, feature 1 takes 0.5 away
    """
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise ValueError(f"values have the shape {values.shape}; give one row of finite numbers, one per term.")
    if most < 1:
        raise ValueError(f"most is {most}; it must be at least 1.")
    labels = [f"feature {number}" for number in range(len(values))] if names is None else list(map(str, names))
    if len(labels) != len(values):
        raise ValueError(f"{len(labels)} names for {len(values)} terms; give one name per term.")
    order = np.argsort(-np.abs(values), kind="stable")
    shown, others = order[:most], order[most:]
    rows = [(labels[place], values[place]) for place in shown]
    if len(others):
        rows.append((f"{rest} ({len(others):,})", values[others].sum()))
    rows.append(("sum", values.sum()))
    result = picture.figure(width, 0.75 + 0.25 * len(rows), alt=alt)
    axes = result.subplots()
    heights = np.arange(len(rows))
    inks = [FOR if value >= 0 else AGAINST for _, value in rows]
    inks[-1] = picture.INK
    axes.barh(heights, [value for _, value in rows], color=inks, height=0.7)
    for place, (_, value) in enumerate(rows):
        text = f"{value:+.2f}".replace("-", "−")
        side = 4 if value >= 0 else -4
        axes.annotate(text, (value, place), xytext=(side, 0), textcoords="offset points", va="center",
                      ha="left" if value >= 0 else "right", fontsize=8)  # fmt: skip
    axes.set_yticks(heights, [name for name, _ in rows])
    axes.get_yticklabels()[-1].set_fontweight("bold")
    axes.axvline(0, color=picture.FAINT, linewidth=0.8)
    axes.axhline(len(rows) - 1.5, color="#e6e6e6", linewidth=0.8)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.margins(x=0.14)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(xlabel)
    if title:
        axes.set_title(title, loc="left")
    return result
