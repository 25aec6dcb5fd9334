"""Pictures of trainings: loss and accuracy by epoch, one dot per seed, the confusion of classes."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import ticker

from course_utils.plots import picture

_NAMES = {"loss": "loss", "accuracy": "accuracy"}

_LONGEST_IN_ONE_LINE = 45  # letters of a label beside which the legend of the dots has room


def _history(thing) -> dict[str, np.ndarray]:
    found = thing if isinstance(thing, Mapping) else thing.history
    return {name: np.asarray(values, dtype=float) for name, values in found.items()}


@picture.style()
def training_curves(
    histories,
    *,
    alt: str,
    metrics: Sequence[str] = ("loss", "accuracy"),
    log_loss: bool = False,
    width: float = 9,
    height: float = 3.2,
) -> picture.Picture:
    """Draw loss and accuracy by epoch: training dashed, validation solid, one colour and marker per network.

    Args:
        histories (mapping of str to history, or one history): what `fit` returns, or dicts of lists.
        alt (str): what is seen.
        metrics (sequence of str): one panel each. Default ("loss", "accuracy").
        log_loss (bool): logarithmic axis for losses. Default False.
        width, height (float): in inches of 96 CSS pixels. Defaults 9 and 3.2.

    Returns:
        A Picture.

    Raises:
        ValueError: no history, or none that has any of the metrics.

    Example:
        >>> training_curves({"a": {"loss": [2, 1], "val_loss": [2.1, 1.4]}}, alt="two curves that fall")
        Picture: two curves that fall
    """
    one = not isinstance(histories, Mapping) or "loss" in histories
    named = {"": histories} if one else dict(histories)
    runs = {label: _history(thing) for label, thing in named.items()}
    shown = [metric for metric in metrics if any(metric in run or f"val_{metric}" in run for run in runs.values())]
    if not shown:
        raise ValueError(f"there is no history with {' or '.join(metrics)}; give what fit returns, by name.")
    result = picture.figure(width, height, alt=alt)
    panels = np.atleast_1d(result.subplots(1, len(shown)))
    for axes, metric in zip(panels, shown, strict=True):
        longest = 1
        for index, (label, run) in enumerate(runs.items()):
            ink = picture.LINE_COLOURS[index % len(picture.LINE_COLOURS)]
            marker = "osD^vPX"[index % 7]
            for name, word, dash in ((metric, "training", "--"), (f"val_{metric}", "validation", "-")):
                if name not in run:
                    continue
                epochs = np.arange(1, len(run[name]) + 1)
                longest = max(longest, len(epochs))
                axes.plot(
                    epochs, run[name], linestyle=dash, color=ink, marker=marker, markersize=4, linewidth=1.6,
                    markerfacecolor="white" if dash == "--" else ink, markevery=max(1, len(epochs) // 12),
                    label=f"{label}, {word}" if label else word,
                )  # fmt: skip
        axes.set_xlabel("epoch")
        axes.set_title(_NAMES.get(metric, metric.replace("_", " ")), loc="left")
        axes.xaxis.set_major_locator(ticker.MaxNLocator(integer=True, nbins=min(8, longest)))
        axes.grid(axis="y", color="#e6e6e6", linewidth=0.8)
        if "loss" in metric:
            axes.set_yscale("log") if log_loss else axes.set_ylim(bottom=0)
    panels[-1].legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    return result


@picture.style()
def curve_pairs(
    histories: Mapping,
    *,
    alt: str,
    metric: str = "loss",
    titles: Sequence[str] | None = None,
    log_y: bool = True,
    width: float = 9,
    height: float = 2.7,
) -> picture.Picture:
    """Draw one panel per training with its pair of curves: training dashed, validation solid; all on one scale.

    Args:
        histories (mapping of str to history): what `fit` returns, or dicts of lists, by name.
        alt (str): what is seen.
        metric (str): what is drawn. Default "loss".
        titles (sequence of str): one per panel. Default: the names.
        log_y (bool): logarithmic axis. Default True.
        width, height (float): in inches of 96 CSS pixels. Defaults 9 and 2.7.

    Returns:
        A Picture.

    Raises:
        ValueError: no history, one without the metric, or another number of titles.

    Example:
        >>> curve_pairs({"A": {"loss": [2, 1], "val_loss": [2.1, 1.4]}}, alt="two curves that fall")
        Picture: two curves that fall
    """
    runs = {label: _history(thing) for label, thing in histories.items()}
    names = list(runs) if titles is None else [str(title) for title in titles]
    if not runs or len(names) != len(runs):
        raise ValueError(f"there are {len(runs)} histories and {len(names)} titles; give at least one, with one title.")
    for label, run in runs.items():
        if metric not in run:
            raise ValueError(f"the history {label!r} has no {metric!r}; it has {', '.join(run) or 'nothing'}.")
    result = picture.figure(width, height, alt=alt)
    panels = np.atleast_1d(result.subplots(1, len(runs), sharey=True))
    for axes, name, run in zip(panels, names, runs.values(), strict=True):
        for key, word, dash in ((metric, "training", "--"), (f"val_{metric}", "validation", "-")):
            if key not in run:
                continue
            ink, marker = (picture.LINE_COLOURS[1], "o") if dash == "--" else (picture.LINE_COLOURS[0], "s")
            epochs = np.arange(1, len(run[key]) + 1)
            axes.plot(epochs, run[key], linestyle=dash, color=ink, marker=marker, markersize=4, linewidth=1.6,
                      markerfacecolor="white" if dash == "--" else ink, markevery=max(1, len(epochs) // 8),
                      label=word)  # fmt: skip
        axes.set_xlabel("epoch")
        axes.set_title(name, loc="left")
        axes.xaxis.set_major_locator(ticker.MaxNLocator(integer=True, nbins=5))
        axes.grid(axis="y", color="#e6e6e6", linewidth=0.8)
    if log_y:
        panels[0].set_yscale("log")
        panels[0].yaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:g}"))
    panels[0].set_ylabel(_NAMES.get(metric, metric.replace("_", " ")))
    panels[-1].legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    return result


@picture.style()
def seed_dots(
    runs: Mapping[str, Sequence[float]],
    *,
    alt: str,
    xlabel: str = "",
    title: str | None = None,
    percent: bool | None = None,
    width: float = 7.5,
    height: float | None = None,
) -> picture.Picture:
    """Draw one dot for every run of an experiment, a row for each variant, and the mean as a bar.

    Args:
        runs (mapping of str to sequence of float): the results by variant; one number per seed.
        alt (str): what is seen.
        xlabel (str): what the numbers are. Default none.
        title (str): above the chart. Default none.
        percent (bool): write 0.97 as 97%. Default: when all numbers lie between 0 and 1.
        width, height (float): in inches of 96 CSS pixels. Defaults 7.5 and what the rows need.

    Returns:
        A Picture.

    Raises:
        ValueError: no variant, or one without runs.

    Example:
        >>> seed_dots({"dense": [0.90, 0.91, 0.92], "shared": [0.96, 0.97, 0.96]}, alt="shared lies right of dense")
        Picture: shared lies right of dense
    """
    if not runs:
        raise ValueError("seed_dots was given no variant.")
    rows = {label: np.asarray(values, dtype=float).ravel() for label, values in runs.items()}
    for label, values in rows.items():
        if not len(values):
            raise ValueError(f"the variant {label!r} has no run.")
    every = np.concatenate(list(rows.values()))
    if percent is None:
        percent = bool(every.min() >= 0 and every.max() <= 1)
    result = picture.figure(width, height or 0.75 + 0.42 * len(rows), alt=alt)
    axes = result.subplots()
    for place, values in enumerate(rows.values()):
        ink = picture.LINE_COLOURS[place % len(picture.LINE_COLOURS)]
        axes.plot([values.min(), values.max()], [place, place], color=ink, linewidth=5, alpha=0.18)
        heights = place + np.linspace(-0.14, 0.14, len(values)) * (len(values) > 1)  # equal runs stay apart
        axes.plot(values, heights, "osD^vPX"[place % 7], color=ink, markersize=6.5, alpha=0.85,
                  markeredgecolor="white", markeredgewidth=0.8)  # fmt: skip
        axes.plot([values.mean()] * 2, [place - 0.32, place + 0.32], color=picture.INK, linewidth=1.8)
        digits = 1 if every.max() - every.min() < 0.3 else 0
        mean = f"{values.mean():.{digits}%}" if percent else f"{values.mean():.3g}"
        axes.annotate(f"  {mean}", (1, place), xycoords=("axes fraction", "data"), va="center", color=picture.INK)
    axes.set_yticks(range(len(rows)), [textwrap.fill(label, 30) for label in rows])
    axes.set_ylim(len(rows) - 0.5, -0.6)
    axes.margins(x=0.06)
    axes.grid(axis="x", color="#e6e6e6", linewidth=0.8)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    gap = "   " if len(xlabel) <= _LONGEST_IN_ONE_LINE else "\n"
    axes.set_xlabel(f"{xlabel}{gap}(dot: one seed; bar and number: mean)" if xlabel else "dot: one seed; bar: mean")
    if percent:
        axes.xaxis.set_major_locator(ticker.MaxNLocator(8, steps=[1, 2, 5, 10]))  # 2.5 would read as 3, and 7.5 as 8
        between = np.diff(axes.get_xticks()[:2])[0]
        decimals = max(0, -int(np.floor(np.log10(100 * between) + 1e-6)))
        axes.xaxis.set_major_formatter(ticker.PercentFormatter(1.0, decimals=decimals))
    if title:
        axes.set_title(title, loc="left")
    return result


@picture.style()
def confusion(
    matrix: np.ndarray,
    class_names: Sequence[str],
    *,
    alt: str,
    title: str | None = None,
    width: float | None = None,
) -> picture.Picture:
    """Draw how often images of each class were taken for which class; the diagonal, what was right, is left pale.

    Args:
        matrix (np.ndarray): counts; rows are the true classes, columns the predicted ones, as
            sklearn.metrics.confusion_matrix returns them.
        class_names (sequence of str): one per class.
        alt (str): what is seen.
        title (str): above the chart. Default none.
        width (float): in inches of 96 CSS pixels. Default: what the classes need.

    Shapes:
        matrix (classes, classes).

    Returns:
        A Picture.

    Raises:
        ValueError: the matrix is not square, or there is another number of names.

    Example:
        >>> confusion(np.array([[9, 1], [0, 10]]), ["cat", "dog"], alt="one cat was taken for a dog")
        Picture: one cat was taken for a dog
    """
    matrix = np.asarray(matrix)
    count = len(class_names)
    if matrix.shape != (count, count):
        raise ValueError(f"the matrix has the shape {matrix.shape}; for {count} class names it must be {count, count}.")
    side = width or min(7.6, 1.6 + 0.42 * count)
    names = [str(name) for name in class_names]
    result = picture.figure(side, side * 0.92, alt=alt)
    axes = result.subplots()
    wrong = matrix * (1 - np.eye(count))
    axes.imshow(np.where(wrong > 0, wrong, np.nan), cmap="Oranges", vmin=0, vmax=max(1.0, wrong.max()) * 1.4)
    axes.set_xticks(np.arange(count + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(count + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="#ececec", linewidth=0.7)
    for row in range(count):
        axes.add_patch(_square(row))
        for column in range(count):
            number = matrix[row, column]
            if not number and row != column:
                continue
            axes.text(column, row, f"{number:g}", ha="center", va="center", fontsize=8 if count > 12 else 9,
                      color=picture.INK, weight="bold" if row != column else "normal")  # fmt: skip
    turned = max(len(name) for name in names) > 3
    axes.set_xticks(range(count), names, rotation=90 if turned else 0)
    axes.set_yticks(range(count), names)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    axes.tick_params(which="both", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if title:
        axes.set_title(title, loc="left")
    return result


def _square(place: int):
    from matplotlib import patches

    return patches.Rectangle((place - 0.5, place - 0.5), 1, 1, facecolor="#e8eef4", edgecolor="white")
