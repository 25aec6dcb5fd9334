"""What curves say, on curves that are drawn by formula; accuracy and the CPU timer."""

import time

import keras
import numpy as np
import pytest

from course_utils import training
from course_utils.training import curve_reading

EPOCHS = np.arange(20)
FALL = np.exp(-EPOCHS / 3)
RNG = np.random.default_rng(0)


def noisy(curve, size=0.01):
    return np.asarray(curve) + RNG.normal(0, size, len(curve))


CURVES = {
    "good": [
        {"loss": noisy(2.2 * FALL + 0.05), "val_loss": noisy(2.2 * FALL + 0.12), "accuracy": 0.99 - 0.9 * FALL,
         "val_accuracy": 0.97 - 0.9 * FALL},
        {"loss": noisy(2.2 * FALL + 0.3, 0.02), "val_loss": noisy(2.2 * FALL + 0.2, 0.02),
         "accuracy": 0.93 - 0.8 * FALL, "val_accuracy": 0.96 - 0.8 * FALL},  # dropout: training looks worse
        {"loss": 2.2 * FALL + 0.05},
    ],
    "over-fitting": [
        {"loss": noisy(2.2 * FALL + 0.01), "val_loss": noisy(2 * FALL + 0.5 + 0.03 * EPOCHS),
         "accuracy": 1 - 0.9 * FALL, "val_accuracy": 0.85 - 0.7 * FALL},
        {"loss": 2.2 * FALL, "val_loss": 1.8 * FALL + 0.5 + 0.03 * EPOCHS},
        {"loss": 2.2 * FALL, "val_loss": 1.5 * FALL + 0.8, "accuracy": 1 - 0.9 * FALL,
         "val_accuracy": 0.7 - 0.6 * FALL},  # validation does not rise, but lies far below
    ],
    "under-fitting": [
        {"loss": noisy(0.7 * FALL + 1.4), "val_loss": noisy(0.7 * FALL + 1.42), "accuracy": 0.45 - 0.3 * FALL,
         "val_accuracy": 0.44 - 0.3 * FALL},
        {"loss": noisy(np.full(20, 2.30), 0.003), "val_loss": noisy(np.full(20, 2.30), 0.003),
         "accuracy": np.full(20, 0.1), "val_accuracy": np.full(20, 0.1)},
        {"loss": 0.7 * FALL + 1.4},
    ],
    "still improving": [
        {"loss": 2.3 * np.exp(-EPOCHS / 12), "val_loss": 2.35 * np.exp(-EPOCHS / 12.5),
         "accuracy": 0.1 + 0.025 * EPOCHS, "val_accuracy": 0.1 + 0.024 * EPOCHS},
        {"loss": [2.0, 1.5, 1.1, 0.8], "val_loss": [2.0, 1.6, 1.2, 0.9]},
    ],
    "rate too high": [
        {"loss": 1.5 + 0.8 * (EPOCHS % 2), "val_loss": 1.6 + 0.8 * (EPOCHS % 2)},
        {"loss": 0.5 + 0.2 * EPOCHS, "val_loss": 0.6 + 0.2 * EPOCHS},
        {"loss": [80.0] + [2.31] * 9, "val_loss": [2.31] * 10, "accuracy": [0.1] * 10, "val_accuracy": [0.1] * 10},
    ],
    "diverged": [
        {"loss": [2.3, 50.0, float("nan")], "val_loss": [2.3, 90.0, float("nan")]},
        {"loss": [float("nan")] * 2},
        {"loss": [2.0, 1.0, 0.9], "val_loss": [2.0, float("inf"), 1.0]},
    ],
}  # fmt: skip
CASES = [(kind, curves) for kind, several in CURVES.items() for curves in several]


@pytest.mark.parametrize(("kind", "curves"), CASES, ids=[f"{kind}-{i}" for i, (kind, _) in enumerate(CASES)])
def test_curves_are_read_as_a_person_reads_them(kind, curves):
    found = training.reading(curves)
    assert found.kind == kind
    assert found.sentence == curve_reading.SENTENCES[kind]


def test_every_kind_has_a_case_and_says_what_to_do():
    assert set(CURVES) == set(curve_reading.SENTENCES)
    words = ("Divide", "Give", "Stop", "Train for more", "Keep")
    for sentence in curve_reading.SENTENCES.values():
        assert any(word in sentence for word in words), sentence


def test_a_keras_history_is_read_like_its_dictionary():
    history = keras.callbacks.History()
    history.history = {name: list(values) for name, values in CURVES["good"][0].items()}
    assert training.reading(history).kind == "good"


def test_what_cannot_be_read_is_told():
    with pytest.raises(ValueError, match="has accuracy, but no 'loss'"):
        training.reading({"accuracy": [0.1, 0.2, 0.3]})
    with pytest.raises(ValueError, match="2 epochs; a curve can be read from the third"):
        training.reading({"loss": [2.0, 1.0]})


def test_accuracy_is_the_share_of_right_answers_whatever_the_batch_size():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Rescaling(1.0)])
    images = np.eye(3, dtype="float32")[[0, 1, 2, 0, 1]]
    labels = np.array([0, 1, 2, 1, 1])
    assert training.accuracy(model, images, labels) == 0.8
    assert training.accuracy(model, images, labels, batch_size=2) == 0.8
    with pytest.raises(ValueError, match=r"5 images and labels of the shape \(4,\)"):
        training.accuracy(model, images, labels[:4])
    with pytest.raises(ValueError, match="at least one image"):
        training.accuracy(model, images[:0], labels[:0])
    one = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    with pytest.raises(ValueError, match=r"the shape \(5, 1\).*Does the network end with Dense"):
        training.accuracy(one, images, labels)
    with pytest.raises(ValueError, match=r"the shape \(5, 3, 1\); the model takes \(N, 3\)"):
        training.accuracy(model, images[..., np.newaxis], labels)
    with pytest.raises(ValueError, match="1 values of the images are NaN or infinite, the first in image 2"):
        training.accuracy(model, np.where(np.arange(15).reshape(5, 3) == 6, np.nan, images), labels)
    with pytest.raises(ValueError, match="the labels go from 1 to 3; the model has 3 outputs, so 0 to 2 is needed"):
        training.accuracy(model, images, labels + 1)


def test_accuracy_takes_what_calls_itself_a_model_with_several_shapes():
    class Several:
        input_shape = ((None, 3), (None, 2))

        def __call__(self, images, training):
            return images

    assert training.accuracy(Several(), np.eye(3, dtype="float32"), np.array([0, 1, 1])) == pytest.approx(2 / 3)


def test_the_timer_counts_work_and_not_waiting():
    with training.cpu_timer() as waiting:
        time.sleep(0.05)
    with training.cpu_timer() as working:
        end = time.process_time() + 0.05
        while time.process_time() < end:
            pass
    assert waiting.seconds < 0.04
    assert working.seconds >= 0.05
