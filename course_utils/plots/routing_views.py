"""Routing by agreement, one picture per iteration: votes as arrows, as thick as their couplings."""

from collections.abc import Sequence

import numpy as np

from course_utils.plots import frame_slider, picture

FRAME_BYTES = 22_000


def routing(
    votes: np.ndarray,
    steps: Sequence[tuple[np.ndarray, np.ndarray]],
    *,
    parent_names: Sequence[str],
    alt: str,
    title: str | None = None,
) -> frame_slider.Slider:
    """Show how couplings and parents change from iteration to iteration, for votes of two numbers.

    Args:
        votes (np.ndarray): of each child for each parent.
        steps (sequence of (vectors, couplings)): of each iteration, the first first.
        parent_names (sequence of str): one per parent.
        alt (str): what is seen.
        title (str): above the pictures. Default none.

    Shapes:
        votes (children, parents, 2); vectors (parents, 2); couplings (children, parents).

    Returns:
        A Slider with one frame per iteration.

    Raises:
        ValueError: votes that are not (children, parents, 2), fewer than two iterations, or a name missing.

    Example:
        >>> votes = np.ones((3, 2, 2))
        >>> steps = [(np.ones((2, 2)), np.full((3, 2), 0.5))] * 2
        >>> routing(votes, steps, parent_names=["house", "boat"], alt="three votes")
        Slider: three votes (2 frames)
    """
    votes = np.asarray(votes, dtype=float)
    if votes.ndim != 3 or votes.shape[2] != 2:
        raise ValueError(f"votes have the shape {votes.shape}; to be drawn they must be (children, parents, 2).")
    if len(parent_names) != votes.shape[1]:
        raise ValueError(f"{len(parent_names)} names for {votes.shape[1]} parents; give one name per parent.")
    frames = [_frame(votes, vectors, couplings, parent_names) for vectors, couplings in steps]
    labels = [f"iteration {number}" for number in range(1, len(frames) + 1)]
    return frame_slider.slider(frames, labels, alt=alt, title=title, frame_bytes=FRAME_BYTES)


def _frame(votes, vectors, couplings, names) -> picture.Picture:
    children, parents, _ = votes.shape
    result = picture.figure(8.4, 3.2, alt="one iteration")
    axes = np.atleast_1d(result.subplots(1, parents + 1))
    reach = 1.45 * max(np.abs(votes).max(), 1.0)
    for parent, name in enumerate(names):
        panel = axes[parent]
        for child in range(children):
            ink = picture.LINE_COLOURS[child % len(picture.LINE_COLOURS)]
            share = float(couplings[child, parent])
            panel.annotate(
                "", xy=votes[child, parent], xytext=(0, 0),
                arrowprops={
                    "arrowstyle": "-|>", "color": ink, "linewidth": 0.6 + 3.6 * share, "alpha": 0.3 + 0.7 * share,
                },
            )  # fmt: skip
            x, y = votes[child, parent]
            panel.text(
                x * 1.06, y * 1.06, f"{child + 1}: {share:.2f}", color=ink, fontsize=9,
                ha="left" if x > 0 else "right", va="bottom" if y > 0 else "top",
            )  # fmt: skip
        panel.annotate(
            "",
            xy=vectors[parent],
            xytext=(0, 0),
            arrowprops={"arrowstyle": "-|>", "color": picture.INK, "linewidth": 2.6},
        )
        panel.set_xlim(-reach, reach)
        panel.set_ylim(-reach, reach)
        panel.set_aspect("equal")
        panel.axhline(0, color="#e6e6e6", linewidth=0.8)
        panel.axvline(0, color="#e6e6e6", linewidth=0.8)
        panel.set_title(f"votes for {name}, its length {np.linalg.norm(vectors[parent]):.2f}", loc="left", fontsize=9.5)
    bars, left = axes[-1], np.zeros(children)
    places = np.arange(children)[::-1]
    for parent, name in enumerate(names):
        shares = np.asarray(couplings, dtype=float)[:, parent]
        shade = ("#555555", "#bdbdbd", "#e6e6e6", "#8a8a8a")[parent % 4]
        bars.barh(places, shares, left=left, color=shade, edgecolor="white", label=name)
        for place, share, start in zip(places, shares, left, strict=True):
            if share >= 0.12:
                bars.text(
                    start + share / 2, place, f"{share:.2f}", ha="center", va="center", fontsize=8.5,
                    color="white" if parent % 4 == 0 else picture.INK,
                )  # fmt: skip
        left = left + shares
    bars.set_yticks(places, [f"child {child + 1}" for child in range(children)])
    bars.set_xlim(0, 1)
    bars.set_title("couplings add up to 1", loc="left", fontsize=9.5)
    bars.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=parents, frameon=False)
    return result
