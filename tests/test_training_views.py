"""The pictures of trainings: what is drawn is what was given, and lines differ by more than colour."""

import numpy as np
import pytest

from course_utils import plots

FALLING = {"loss": [2.0, 1.0, 0.5], "val_loss": [2.2, 1.5, 1.4], "accuracy": [0.2, 0.6, 0.8]}


def _lines(axes):
    return {line.get_label(): line for line in axes.get_lines()}


def test_training_is_dashed_and_validation_solid_in_one_colour():
    picture = plots.training_curves({"a": FALLING, "b": FALLING}, alt="curves")
    loss, accuracy = picture.axes
    lines = _lines(loss)
    assert list(lines) == ["a, training", "a, validation", "b, training", "b, validation"]
    assert [line.get_linestyle() for line in lines.values()] == ["--", "-", "--", "-"]
    assert lines["a, training"].get_color() == lines["a, validation"].get_color() != lines["b, training"].get_color()
    assert lines["a, training"].get_marker() != lines["b, training"].get_marker()
    np.testing.assert_array_equal(lines["b, validation"].get_xdata(), [1, 2, 3])
    np.testing.assert_array_equal(lines["b, validation"].get_ydata(), FALLING["val_loss"])
    assert list(_lines(accuracy)) == ["a, training", "b, training"]  # nothing is made up where nothing was measured
    assert loss.get_ylim()[0] == 0


def test_a_single_history_needs_no_name_and_may_be_what_fit_returns():
    class History:
        history = FALLING

    for given in (FALLING, History()):
        picture = plots.training_curves(given, metrics=["loss"], log_loss=True, alt="curves")
        (axes,) = picture.axes
        assert list(_lines(axes)) == ["training", "validation"]
        assert axes.get_yscale() == "log"


def test_training_curves_say_what_is_missing():
    with pytest.raises(ValueError, match="no history with loss or accuracy"):
        plots.training_curves({"a": {"mae": [1.0]}}, alt="x")


def test_pairs_of_curves_share_one_scale():
    other = {"loss": [4.0, 3.0], "val_loss": [4.5, 5.0]}
    picture = plots.curve_pairs({"A": FALLING, "B": other}, titles=["good", "bad"], alt="pairs")
    good, bad = picture.axes
    assert [axes.get_title(loc="left") for axes in (good, bad)] == ["good", "bad"]
    assert good.get_ylim() == bad.get_ylim()
    assert good.get_yscale() == "log"
    assert [line.get_linestyle() for line in bad.get_lines()] == ["--", "-"]
    np.testing.assert_array_equal(_lines(bad)["validation"].get_ydata(), other["val_loss"])


@pytest.mark.parametrize(
    ("histories", "options", "message"),
    [
        ({}, {}, "0 histories and 0 titles"),
        ({"A": FALLING}, {"titles": ["a", "b"]}, "1 histories and 2 titles"),
        ({"A": FALLING}, {"metric": "mae"}, "'A' has no 'mae'; it has loss, val_loss, accuracy"),
    ],
)
def test_pairs_of_curves_say_what_does_not_fit(histories, options, message):
    with pytest.raises(ValueError, match=message):
        plots.curve_pairs(histories, alt="x", **options)


def test_there_is_one_dot_for_each_seed_and_a_bar_at_the_mean():
    runs = {"dense": [0.90, 0.92, 0.94], "shared": [0.96, 0.96, 0.96]}
    (axes,) = plots.seed_dots(runs, xlabel="accuracy", alt="dots").axes
    ranges, dots, bars = axes.get_lines()[0::3], axes.get_lines()[1::3], axes.get_lines()[2::3]
    for place, values in enumerate(runs.values()):
        np.testing.assert_array_equal(dots[place].get_xdata(), values)
        assert len(set(dots[place].get_ydata())) == 3  # equal runs do not hide each other
        np.testing.assert_allclose(bars[place].get_xdata(), np.mean(values))
        np.testing.assert_array_equal(ranges[place].get_xdata(), [min(values), max(values)])
    assert [text.get_text().strip() for text in axes.texts] == ["92.0%", "96.0%"]
    assert dots[0].get_marker() != dots[1].get_marker()


def test_numbers_beyond_one_are_no_percentages():
    (axes,) = plots.seed_dots({"a": [12.0, 14.0]}, alt="dots").axes
    assert [text.get_text().strip() for text in axes.texts] == ["13"]


@pytest.mark.parametrize("spread", [0.003, 0.02, 0.049, 0.06, 0.15, 0.17, 0.4, 0.9])
def test_the_ticks_of_percentages_say_where_they_stand(spread):
    """A tick at 37.5% may not read 38%."""
    drawn = plots.seed_dots({"a": [0.05, 0.05 + spread / 2], "b": [0.05 + spread]}, alt="dots")
    drawn.canvas.draw()
    (axes,) = drawn.axes
    for place, text in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True):
        assert float(text.get_text().replace("\N{MINUS SIGN}", "-").rstrip("%")) == pytest.approx(100 * place, abs=1e-6)


@pytest.mark.parametrize(("runs", "message"), [({}, "no variant"), ({"a": []}, "'a' has no run")])
def test_dots_say_what_is_missing(runs, message):
    with pytest.raises(ValueError, match=message):
        plots.seed_dots(runs, alt="x")


def test_confusion_writes_every_count_at_its_row_and_column():
    matrix = np.array([[9, 1, 0], [0, 8, 2], [0, 0, 10]])
    (axes,) = plots.confusion(matrix, ["cat", "dog", "owl"], title="errors", alt="confusion").axes
    written = {tuple(map(int, text.get_position())): text.get_text() for text in axes.texts}
    assert written == {(0, 0): "9", (1, 0): "1", (1, 1): "8", (2, 1): "2", (2, 2): "10"}  # (column, row)
    shaded = np.ma.filled(axes.get_images()[0].get_array(), np.nan)
    np.testing.assert_array_equal(np.isnan(shaded), (matrix == 0) | np.eye(3, dtype=bool))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted", "true")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cat", "dog", "owl"]


def test_confusion_says_what_does_not_fit():
    with pytest.raises(ValueError, match=r"\(2, 3\); for 2 class names it must be \(2, 2\)"):
        plots.confusion(np.ones((2, 3)), ["a", "b"], alt="x")
