"""Best weights, early stopping, and a progress line that leaves nothing behind."""

import io
import itertools
import sys

import keras
import numpy as np
import pytest

from course_utils import live_line, training
from course_utils.training import progress_display


class Script(keras.callbacks.Callback):
    """Plays the part of a training whose validation losses are known, and marks the weights with the epoch."""

    def __init__(self, losses):
        super().__init__()
        self.losses = losses

    def on_epoch_end(self, epoch, logs=None):
        logs["val_loss"] = self.losses[epoch]
        self.model.set_weights([np.full(array.shape, float(epoch)) for array in self.model.get_weights()])


def fitted(losses, *, patience=None, epochs=None, **options):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    callbacks = [Script(losses), *training.callbacks(patience=patience, **options)]
    inputs = np.ones((2, 1), "float32")
    model.fit(inputs, inputs, epochs=epochs or len(losses), verbose=0, callbacks=callbacks)
    best = next(one for one in callbacks if isinstance(one, training.KeepBest))
    return model, best


@pytest.mark.parametrize(
    ("losses", "best", "last"),
    [
        ([3.0, 1.0, 2.0, 2.0], 1, 3),
        ([3.0, 2.0, 1.0], 2, 2),
        ([1.0, 1.0, 1.0], 0, 2),
        ([float("nan"), 2.0, float("nan")], 1, 2),
    ],
)
def test_the_weights_of_the_best_epoch_are_put_back(losses, best, last):
    model, keeper = fitted(losses)
    assert keeper.best_epoch == best
    assert model.get_weights()[0].item() == best
    assert len(model.history.epoch) == last + 1


def test_training_stops_after_patience():
    model, keeper = fitted([5.0, 4.0, 4.5, 4.2, 1.0, 1.0], patience=2)
    assert model.history.epoch == [0, 1, 2, 3]
    assert keeper.stopped
    assert model.get_weights()[0].item() == 1.0


def test_a_better_epoch_in_time_goes_on():
    model, keeper = fitted([5.0, 4.0, 4.5, 3.0, 3.5], patience=2)
    assert len(model.history.epoch) == 5
    assert not keeper.stopped


def test_losses_that_are_never_a_number_stop_too():
    model, _ = fitted([float("nan")] * 6, patience=3)
    assert len(model.history.epoch) == 3


def test_an_accuracy_is_better_when_higher():
    keeper = training.KeepBest(monitor="val_accuracy")
    keeper.set_model(keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]))
    for epoch, value in enumerate((0.5, 0.8, 0.7)):
        keeper.on_epoch_end(epoch, {"val_accuracy": value})
    assert keeper.best_epoch == 1


def test_patience_without_validation_is_told():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    inputs = np.ones((2, 1), "float32")
    with pytest.raises(ValueError, match=r"patience=2 needs 'val_loss'.*Give fit its validation_data"):
        model.fit(inputs, inputs, verbose=0, callbacks=training.callbacks(patience=2))
    with pytest.raises(ValueError, match="patience is 0"):
        training.callbacks(patience=0)


def test_without_validation_the_last_weights_stay():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    inputs = np.ones((2, 1), "float32")
    model.fit(inputs, 3 * inputs, epochs=3, verbose=0, callbacks=training.callbacks())
    assert model.history.history["loss"][-1] < model.history.history["loss"][0]


@pytest.mark.parametrize(("variable", "value"), [("COURSE_PROGRESS", "off"), ("NBGRADER_EXECUTION", "autograde")])
def test_there_is_no_display_where_outputs_are_compared(monkeypatch, variable, value):
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    assert live_line.screen() == "terminal"
    monkeypatch.setenv(variable, value)
    assert live_line.screen() is None
    fitted([2.0, 1.0])
    assert terminal.getvalue() == ""


def test_several_starts_say_which_one_it_is(monkeypatch):
    written = []
    monkeypatch.setattr(live_line.LiveLine, "write", lambda line, text: written.append(text))
    monkeypatch.setattr(live_line.LiveLine, "close", lambda line: written.append("closed"))

    def build():
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    assert [seed for seed, _ in training.fresh_starts(build, seeds=(7, 3))] == [7, 3]
    assert written == ["start 1 of 2", "start 2 of 2", "closed"]
    endless = training.fresh_starts(build, seeds=itertools.cycle((0, 1)))
    assert [next(endless)[0] for _ in range(3)] == [0, 1, 0]
    assert written[3:] == []


def test_a_file_or_pipe_gets_nothing(monkeypatch, capsys):
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    fitted([2.0, 1.0])
    assert capsys.readouterr().out == ""


def test_a_terminal_gets_one_line_that_is_rewritten(monkeypatch):
    terminal = io.StringIO()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", "100")
    display = progress_display.ProgressDisplay(where="terminal")
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    inputs = np.ones((4, 1), "float32")
    model.fit(inputs, inputs, batch_size=2, epochs=2, verbose=0, callbacks=[display])
    text = terminal.getvalue()
    assert text.count("\n") == 1
    assert text.endswith("\n")
    assert "epoch 2/2 ████████████████ loss" in text.split("\r")[-1]
    assert all(len(line.rstrip("\n")) <= 99 for line in text.split("\r"))


def test_the_time_left_does_not_count_the_first_step_which_makes_the_network_ready(monkeypatch):
    shown, clock = [], [0.0]
    monkeypatch.setattr(progress_display.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(live_line.LiveLine, "write", lambda line, text: shown.append(text))
    display = progress_display.ProgressDisplay(where="terminal")
    display.set_params({"epochs": 2, "steps": 10})
    display.on_train_begin()
    display.on_epoch_begin(0)
    for batch, seconds in enumerate((30, 31, 32, 33)):  # 30 s to begin, then one a step
        clock[0] = float(seconds)
        display.on_train_batch_end(batch, {"loss": 1.0})
    assert "left" not in shown[0]
    assert shown[-1].endswith("16 s left")
    display.on_train_end()


def test_a_notebook_gets_a_line_that_is_empty_at_the_end(monkeypatch):
    shown = []

    class Handle:
        def update(self, line):
            shown.append(line._repr_mimebundle_()["text/plain"])

    import IPython.display

    monkeypatch.setattr(IPython.display, "display", lambda line, display_id: Handle())
    display = progress_display.ProgressDisplay(where="notebook")
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    inputs = np.ones((4, 1), "float32")
    model.fit(inputs, inputs, epochs=2, verbose=0, callbacks=[display])
    assert any("epoch 2/2" in line for line in shown)
    assert shown[-1] == ""
