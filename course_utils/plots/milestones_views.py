"""What was published when: one labelled point per year and result."""

from collections.abc import Sequence

from course_utils.plots import picture


@picture.style()
def milestones(
    entries: Sequence[tuple[float, float, str]],
    *,
    alt: str,
    ylabel: str = "",
    title: str | None = None,
    percent: bool = False,
    width: float = 9,
    height: float = 3.4,
) -> picture.Picture:
    """Draw results by the year in which they were published, each with its name.

    Args:
        entries (sequence of (year, value, name)): in any order.
        alt (str): what is seen.
        ylabel (str): what the values are. Default none.
        title (str): above the chart. Default none.
        percent (bool): write 0.15 as 15%. Default False.
        width, height (float): in inches of 96 CSS pixels. Defaults 9 and 3.4.

    Returns:
        A Picture.

    Raises:
        ValueError: no entry.

    Example:
        >>> milestones([(2012, 0.164, "AlexNet"), (2015, 0.036, "ResNet")], percent=True, alt="two falling points")
        Picture: two falling points
    """
    if not entries:
        raise ValueError("milestones was given no entry.")
    ordered = sorted(entries)
    years, values = [entry[0] for entry in ordered], [entry[1] for entry in ordered]
    result = picture.figure(width, height, alt=alt)
    axes = result.subplots()
    axes.plot(years, values, color="#c8c8c8", linewidth=1.2, zorder=1)
    axes.plot(years, values, "o", color=picture.LINE_COLOURS[0], markersize=7, zorder=2)
    for year, value, name in ordered:
        number = f"{value:.1%}" if percent else f"{value:,g}"
        axes.annotate(
            f"{name}\n{number}", (year, value), xytext=(7, 5), textcoords="offset points", fontsize=8.5, va="bottom"
        )
    axes.set_xticks(sorted({round(year) for year in years}))
    axes.margins(x=0.08)
    axes.set_ylim(0, 1.32 * max(values))  # room for three lines above the highest point
    axes.set_ylabel(ylabel)
    if percent:
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.grid(axis="y", color="#e6e6e6", linewidth=0.8)
    if title:
        axes.set_title(title, loc="left")
    return result
