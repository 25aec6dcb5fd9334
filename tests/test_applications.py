"""The pictures of the tour are what their alt texts say, and the six steps count what a plain loop counts."""

import numpy as np
import pytest

from course_utils import images, kernels, pipeline
from course_utils.plots import applications, drawings, kernel_effects, pipeline_steps

TOUR = (
    "image_labels",
    "games",
    "doodles",
    "board_game",
    "sound",
    "text",
    "drone",
    "road_signs",
    "house_numbers",
    "page",
)


@pytest.mark.parametrize("name", TOUR)
def test_every_picture_is_drawn_with_alt_text_and_stays_small(name):
    shown = getattr(applications, name)()
    markup = shown._repr_mimebundle_()["text/html"]
    assert markup.startswith("<img alt=")
    assert len(shown.alt.split()) >= 20
    assert len(markup) < 200_000


def test_pictures_are_the_same_twice():
    for name in ("drone", "road_signs", "house_numbers"):
        first, second = (getattr(applications, name)().to_rgb() for _ in range(2))
        np.testing.assert_array_equal(first, second)


def test_stones_of_the_board_lie_on_different_points():
    points = applications._points(applications.BLACK_STONES) + applications._points(applications.WHITE_STONES)
    assert len(points) == len(set(points))
    assert all(0 <= row < 19 and 0 <= column < 19 for row, column in points)
    assert applications._points("A19 T1") == [(0, 0), (18, 18)]


def test_the_spectrogram_finds_the_pitch_of_each_note():
    decibels = applications.spectrogram(applications.melody())
    hertz = np.arange(decibels.shape[0]) * applications.SAMPLES_PER_SECOND / 256
    for note, pitch in enumerate((440.0, 554.37, 659.26, 880.0)):
        moment = round((0.5 * note + 0.15) * applications.SAMPLES_PER_SECOND / 64)
        assert abs(hertz[np.argmax(decibels[:, moment])] - pitch) <= applications.SAMPLES_PER_SECOND / 256
    assert decibels.max() == 0


def test_the_ball_and_the_paddle_move_and_the_bricks_do_not():
    first, second = drawings.breakout_screen(0), drawings.breakout_screen(1)
    moved = (first != second).any(axis=2)
    assert moved.any()
    assert not moved[:100].any()


def test_signs_and_doodles_that_do_not_exist_are_named():
    with pytest.raises(ValueError, match="there are stop, give way"):
        drawings.road_sign("halt")
    for name in drawings.DOODLES:
        paper = drawings.doodle(name, side=64)
        assert paper[0, 0] == 255
        assert 0.02 < (paper < 128).mean() < 0.3


def test_a_path_leads_where_it_is_said_to():
    def middle_of_sand(turn):
        row = drawings.forest_path(turn)[75].astype(float)
        sand = np.abs(row - [176, 146, 104]).max(axis=1) < 30
        return np.flatnonzero(sand).mean()

    left, ahead, right = (middle_of_sand(turn) for turn in (-1.0, 0.0, 1.0))
    assert left < 60 < 90 < ahead < 110 < 140 < right


def test_each_digit_of_the_wall_lies_in_its_box():
    wall, boxes = applications.house_wall("38")
    brightness = wall.astype(float).mean(axis=2)
    for left, top, width, height in boxes:
        assert brightness[top : top + height, left : left + width].max() > 150


def test_the_page_comes_apart_into_letters():
    clean, boxes = applications.letter_boxes(images.load("page"))
    assert set(np.unique(clean)) == {0, 255}
    assert 150 < len(boxes) < 300
    assert np.median([height for _, _, _, height in boxes]) < 20


def test_what_kernels_show():
    photograph = images.load("cat")[:60, :80]
    np.testing.assert_array_equal(kernel_effects.shown(photograph, kernels.IDENTITY), photograph)
    edges = kernel_effects.shown(photograph, kernels.SOBEL_X)
    assert edges.shape == photograph.shape[:2]
    assert edges.dtype == np.uint8
    mirrored = kernel_effects.shown(photograph, -kernels.SOBEL_X)
    assert np.abs(edges.astype(int) + mirrored - 256).max() <= 1
    with pytest.raises(ValueError, match="must be RGB"):
        kernel_effects.slider(photograph[..., 0], {"a": kernels.IDENTITY, "b": kernels.BOX_3}, alt="a cat")
    with pytest.raises(ValueError, match="up to 7 x 7"):
        kernel_effects.slider(photograph, {"a": kernels.box(9), "b": kernels.BOX_3}, alt="a cat")


def test_frames_of_the_kernel_slider_are_light():
    named = {"as it is": kernels.IDENTITY, "edges": kernels.SOBEL_X, "blurred": kernels.box(5)}
    slider = kernel_effects.slider(images.load("cat"), named, alt="a cat")
    assert all(len(uri) * 3 / 4 < 35_000 for uri in slider.uris)


def _features_by_loop(area):
    """Return the two features from the definition of the Sobel kernels, pixel by pixel."""
    strengths = [0.0, 0.0]
    for row in range(1, area.shape[0] - 1):
        for column in range(1, area.shape[1] - 1):
            window = area[row - 1 : row + 2, column - 1 : column + 2].astype(float)
            upright = window[0, 2] + 2 * window[1, 2] + window[2, 2] - window[0, 0] - 2 * window[1, 0] - window[2, 0]
            level = window[2, 0] + 2 * window[2, 1] + window[2, 2] - window[0, 0] - 2 * window[0, 1] - window[0, 2]
            strengths[0] += abs(upright)
            strengths[1] += abs(level)
    return np.array(strengths) / ((area.shape[0] - 2) * (area.shape[1] - 2))


def test_features_are_the_mean_strength_of_both_kinds_of_edges():
    area = pipeline.areas(pipeline.prepare(pipeline.take("gravel")), 16, "right")[5]
    np.testing.assert_allclose(pipeline.features(area), _features_by_loop(area), rtol=1e-5)


def test_areas_of_the_two_halves_do_not_touch_and_cover_what_fits():
    image = np.arange(100 * 200).reshape(100, 200)
    left, right = (pipeline.areas(image, 32, half) for half in ("left", "right"))
    assert len(left) == len(right) == 9
    assert max(area.max() % 200 for area in left) < 100 <= min((area % 200).min() for area in right)
    numbers = np.concatenate([area.ravel() for area in left])
    assert numbers.size == np.unique(numbers).size


def test_the_counts_that_the_lesson_quotes():
    np.testing.assert_array_equal(pipeline.run(side=64), [[32, 0, 0], [0, 28, 4], [0, 8, 24]])
    np.testing.assert_array_equal(pipeline.run(side=32), [[128, 0, 0], [0, 111, 17], [0, 41, 87]])


def test_no_answer_of_the_pipeline_hangs_on_the_last_digit():
    for side in (32, 64):
        typical = pipeline.typical_features(side)
        for name in pipeline.CLASSES:
            for area in pipeline.areas(pipeline.prepare(pipeline.take(name)), side, "right"):
                nearest, second = np.sort(pipeline.distances(pipeline.features(area), typical))[:2]
                assert second - nearest > 1e-4


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: pipeline.take("sand"), "its classes are brick, grass, gravel"),
        (lambda: pipeline.areas(np.zeros((64, 64)), 40, "left"), "side is 40; give whole pixels from 8 to 32"),
        (lambda: pipeline.areas(np.zeros((64, 64)), 8.0, "left"), "side is 8.0"),
        (lambda: pipeline.areas(np.zeros((64, 64)), 8, "middle"), "half is 'middle'"),
        (lambda: pipeline_steps.row("brick", index=99), "areas 0 to 31"),
    ],
)
def test_wrong_arguments_are_named_with_the_rule(call, words):
    with pytest.raises(ValueError, match=words.replace("(", r"\(")):
        call()
