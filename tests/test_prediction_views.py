"""The pictures of what a classifier says, and of a fully connected network."""

import numpy as np
import pytest

from course_utils import plots


def _texts(axes):
    return [text.get_text() for text in axes.get_yticklabels()]


def test_predictions_mark_right_and_wrong_answers_by_more_than_colour():
    images = [np.zeros((4, 4, 1), np.uint8)] * 2
    picture = plots.predictions(images, [[0.2, 0.8], [0.9, 0.1]], ["cat", "dog"], labels=[1, 1], alt="two answers")
    bars = [axes for axes in picture.axes if axes.patches]
    assert [_texts(axes) for axes in bars] == [["cat", "dog ✓"], ["cat ✗", "dog"]]
    assert [[bar.get_width() for bar in axes.patches] for axes in bars] == [[0.2, 0.8], [0.9, 0.1]]
    assert 'alt="two answers"' in picture.to_html()


def test_predictions_without_labels_mark_nothing_as_wrong():
    picture = plots.predictions([np.zeros((3, 3))], np.array([[0.5, 0.3, 0.2]]), alt="one answer")
    (axes,) = [axes for axes in picture.axes if axes.patches]
    assert _texts(axes) == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("probabilities", "options", "message"),
    [
        ([[0.5, 0.5]], {}, "one row per image"),
        ([[2.0, -1.0]] * 2, {}, "logits"),
        ([[np.nan, 1.0]] * 2, {}, "between 0 and 1"),
        ([[0.5, 0.5]] * 2, {"class_names": ["a"]}, "1 class names for 2"),
        ([[0.5, 0.5]] * 2, {"labels": [1]}, "1 labels for 2"),
    ],
)
def test_predictions_say_what_does_not_fit(probabilities, options, message):
    with pytest.raises(ValueError, match=message):
        plots.predictions([np.zeros((3, 3))] * 2, probabilities, alt="x", **options)
    with pytest.raises(ValueError, match="1 to 8 images"):
        plots.predictions([], np.zeros((0, 2)), alt="x")


def test_a_wall_names_what_was_taken_for_what():
    images = np.zeros((3, 5, 5, 1), np.uint8)
    picture = plots.wall(images, [0, 1, 1], [0, 0, 1], ["cat", "dog"], alt="a wall")
    assert [axes.get_title() for axes in picture.axes] == ["cat", "dog, not cat", "dog"]
    with pytest.raises(ValueError, match="one of each per image"):
        plots.wall(images, [0, 1], [0, 0, 1], alt="x")


def test_a_dense_network_states_its_weights_and_biases():
    picture = plots.dense_network([784, 512, 10], ["pixels", "units", "scores"], alt="a network")
    texts = [text.get_text().replace("\n", " ") for text in picture.axes[0].texts]
    assert "784 × 512 = 401,408 weights" in texts
    assert "+ 512 biases" in texts
    assert "scores" in texts
    for text in picture.axes[0].texts:
        box = text.get_window_extent()
        assert min(box.x0, box.y0) >= 0
        assert box.x1 <= picture.bbox.x1
        assert box.y1 <= picture.bbox.y1


def test_a_small_dense_network_is_drawn_in_full():
    picture = plots.dense_network([3, 4, 2], alt="a small network")
    marked = [line for line in picture.axes[0].lines if line.get_linestyle() == "None"]
    assert [len(line.get_xdata()) for line in marked] == [3, 4, 2]
    assert sum(line.get_linestyle() == "-" for line in picture.axes[0].lines) == 3 * 4 + 4 * 2


@pytest.mark.parametrize(("sizes", "names"), [([3], None), ([3, 0], None), ([3, 2], ["only one"])])
def test_a_dense_network_says_what_does_not_fit(sizes, names):
    with pytest.raises(ValueError, match="layers"):
        plots.dense_network(sizes, names, alt="x")
