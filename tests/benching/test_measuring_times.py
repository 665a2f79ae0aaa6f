"""Times are taken in turn, and ratios round by round."""

import pytest

from symattn.benching.measuring import Timings, interleaved
from symattn.errors import InputError


class Clock:
    """A clock that functions move on."""

    def __init__(self):
        self.now = 0.0
        self.calls = []

    def __call__(self):
        return self.now

    def function(self, name, *seconds):
        """A function that takes so long in its calls, the last one for all that follow."""
        taken = list(seconds)

        def call():
            self.calls.append(name)
            self.now += taken.pop(0) if len(taken) > 1 else taken[0]

        return call


def test_functions_are_timed_in_turn_and_in_both_orders():
    clock = Clock()
    functions = {"a": clock.function("a", 0.5), "b": clock.function("b", 0.25)}
    timings = interleaved(functions, rounds=3, clock=clock)
    assert "".join(clock.calls) == "ab" + "abbaab"
    assert timings.rounds == 3
    assert (timings.median("a"), timings.median("b"), timings.ratio("b", "a")) == (0.5, 0.25, 0.5)


def test_the_ratio_is_the_median_of_ratios_and_not_the_ratio_of_medians():
    timings = Timings({"a": (1.0, 10.0, 100.0), "b": (2.0, 5.0, 400.0)})
    assert timings.ratio("b", "a") == 2.0


def test_quick_functions_are_called_several_times_a_sample():
    clock = Clock()
    timings = interleaved({"a": clock.function("a", 0.001)}, rounds=2, clock=clock)
    assert timings.median("a") == pytest.approx(0.001)
    assert len(clock.calls) == 3 + 2 * 4


def test_time_is_bounded_but_there_are_three_rounds():
    clock = Clock()
    assert interleaved({"a": clock.function("a", 1.0)}, seconds=8.0, clock=clock).rounds == 7
    assert interleaved({"a": clock.function("a", 100.0)}, seconds=1.0, clock=clock).rounds == 3


def test_interrupted_times_are_those_of_whole_rounds():
    clock, count = Clock(), iter(range(100))

    def interrupted():
        clock.now += 1.0
        if next(count) == 3:
            raise KeyboardInterrupt

    timings = interleaved({"a": clock.function("a", 1.0), "b": interrupted}, rounds=9, clock=clock, partial=True)
    assert timings.rounds == 2 and timings.interrupted
    count = iter(range(100))
    with pytest.raises(KeyboardInterrupt):
        interleaved({"b": interrupted}, rounds=9, clock=clock)
    with pytest.raises(KeyboardInterrupt):
        interleaved({"a": clock.function("a", 1.0), "b": _interrupt}, rounds=9, clock=clock, partial=True)


def _interrupt():
    raise KeyboardInterrupt


def test_a_device_is_waited_for_before_the_clock_is_read():
    clock, waited = Clock(), []
    interleaved({"a": clock.function("a", 1.0)}, rounds=2, clock=clock, finish=lambda: waited.append(clock.now))
    assert waited == [1.0, 2.0, 3.0]


def test_nothing_to_time_is_refused():
    with pytest.raises(InputError, match="0 functions"):
        interleaved({})
    with pytest.raises(InputError, match="in 0 rounds"):
        interleaved({"a": lambda: None}, rounds=0)
