"""Digits with a coloured tag: what is where, and that nothing but the tag differs between the kinds."""

import numpy as np
import pytest

from course_utils.datasets import tagged_scenes


def _inside(image, box):
    top, left, bottom, right = box
    return image[top:bottom, left:right]


@pytest.fixture(scope="module")
def kinds():
    return {kind: tagged_scenes.make(60, kind) for kind in ("class", "random", "other", "none")}


def test_tags_have_the_colour_that_they_are_to_have(kinds):
    assert (kinds["class"].tags == kinds["class"].labels).all()
    assert not (kinds["other"].tags == kinds["other"].labels).any()
    assert set(kinds["random"].tags) == set(kinds["other"].tags) == {0, 1, 2, 3}
    assert set(kinds["none"].tags) == {-1}
    for image, tag, box in zip(kinds["other"].images, kinds["other"].tags, kinds["other"].tag_boxes, strict=True):
        assert (_inside(image, box) == tagged_scenes.COLOURS[tag]).all()


def test_only_the_tag_differs(kinds):
    for scenes in kinds.values():
        outside = np.ones(scenes.images.shape[1:3], bool)
        _inside(outside, scenes.tag_boxes[0])[:] = False
        np.testing.assert_array_equal(scenes.images[:, outside], kinds["none"].images[:, outside])
        np.testing.assert_array_equal(scenes.boxes, kinds["none"].boxes)
    assert (kinds["none"].images[..., 0] == kinds["none"].images[..., 2]).all(), "without a tag all is gray"


def test_the_box_holds_the_bright_ink_and_no_tag(kinds):
    scenes = kinds["class"]
    for image, bare, box in zip(scenes.images, kinds["none"].images, scenes.boxes, strict=True):
        bright = bare[..., 0] > 130  # the backgrounds are halved: at most 127
        assert _inside(bright, box).sum() == bright.sum() > 10
        np.testing.assert_array_equal(_inside(image, box), _inside(bare, box))


def test_another_corner_and_other_images_for_the_test():
    moved = tagged_scenes.make(4, corner="bottom right")
    assert moved.tag_boxes[0].tolist() == [46, 46, 54, 54]
    assert (tagged_scenes.make(4, split="test").images != tagged_scenes.make(4).images).mean() > 0.5
    np.testing.assert_array_equal(tagged_scenes.make(4).images, tagged_scenes.make(4).images)


@pytest.mark.parametrize("wrong", [{"tags": "blue"}, {"corner": "top"}, {"split": "validation"}, {"count": 0}])
def test_what_is_refused(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))} is"):
        tagged_scenes.make(**{"count": 4, **wrong})
