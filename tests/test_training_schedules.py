"""The one-cycle schedule beside a table worked out by hand and a plain loop; counting steps; seeds."""

import math
import subprocess
import sys

import numpy as np
import pytest

from course_utils import training


def by_hand(step, peak, total, warm_up, start, end):
    rising = warm_up * total
    if step < rising:
        return peak * (start + (1 - start) * step / rising)
    share = min(1.0, (step - rising) / (total - rising))
    return peak * (end + (1 - end) * (1 + math.cos(math.pi * share)) / 2)


def test_the_rates_of_a_run_of_100_steps_are_those_worked_out_by_hand():
    schedule = training.OneCycle(peak=0.4, total_steps=100, warm_up=0.2, start=0.1, end=0.0)
    table = {
        0: 0.04,  # a tenth of the peak
        5: 0.13,  # 0.04 + 0.36 / 4
        10: 0.22,
        20: 0.4,  # the peak
        40: 0.4 * (1 + math.sqrt(0.5)) / 2,  # a quarter of the way down: cos(45 degrees)
        60: 0.2,  # half of the way down: cos(90 degrees) = 0
        80: 0.4 * (1 - math.sqrt(0.5)) / 2,
        100: 0.0,
        1000: 0.0,
    }
    for step, rate in table.items():
        assert float(schedule(step)) == pytest.approx(rate, abs=1e-7), step


@pytest.mark.parametrize("settings", [(1e-2, 280, 0.25, 0.04, 0.001), (1.0, 7, 0.0, 0.5, 0.0), (0.1, 1, 0.9, 0.0, 1.0)])
def test_the_rates_are_those_of_a_plain_loop(settings):
    peak, total, warm_up, start, end = settings
    schedule = training.OneCycle(peak, total, warm_up=warm_up, start=start, end=end)
    expected = [by_hand(step, peak, total, warm_up, start, end) for step in range(total + 3)]
    np.testing.assert_allclose([float(schedule(step)) for step in range(total + 3)], expected, rtol=1e-5, atol=1e-8)


def test_the_schedule_survives_saving():
    import keras

    schedule = training.OneCycle(0.02, 50, warm_up=0.3, start=0.2, end=0.01, name="mine")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(schedule))
    assert type(again) is training.OneCycle
    assert again.get_config() == schedule.get_config()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"peak": 0}, "peak is 0; it must be above 0"),
        ({"peak": float("nan")}, "peak is nan"),
        ({"total_steps": 0}, "total_steps is 0; it must be a whole number, 1 or more"),
        ({"total_steps": 2.5}, "total_steps is 2.5"),
        ({"warm_up": 1.0}, "warm_up is 1.0; it must be a share of all steps"),
        ({"end": 3}, "end is 3; it must be a share of the peak"),
        ({"start": "low"}, "start is 'low'"),
    ],
)
def test_a_setting_out_of_range_is_told(wrong, said):
    with pytest.raises((TypeError, ValueError), match=said):
        training.OneCycle(**{"peak": 0.1, "total_steps": 10, **wrong})


def test_steps_are_counted_with_the_last_smaller_batch():
    assert training.num_steps(1000, 300, 2) == 8
    assert training.num_steps(900, 300, 2) == 6
    for wrong in ((0, 1, 1), (10, 0, 1), (10, 1, 0), (10, True, 1), (10, 2.0, 1)):
        with pytest.raises((TypeError, ValueError), match="must be a whole number"):
            training.num_steps(*wrong)


def test_seeding_makes_weights_repeat():
    import keras

    def weights(number):
        training.seed(number)
        return keras.layers.Dense(3)(np.ones((1, 4), "float32"))

    first, again, other = (np.asarray(weights(number)) for number in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    with pytest.raises(ValueError, match="the seed is -1"):
        training.seed(-1)


def test_importing_and_counting_load_no_keras():
    code = (
        "import sys\nfrom course_utils import training\ntraining.num_steps(10, 2, 1)\n"
        "print([name for name in ('keras', 'tensorflow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_part_is_answered_with_the_list():
    with pytest.raises(AttributeError, match=r"has no 'onecycle'\. It has: AdamByStage, DamagedCheckpoint"):
        training.onecycle  # noqa: B018
