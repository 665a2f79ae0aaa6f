"""A benchmark from beginning to end, at tiny sizes: nothing is said of any time but that it was taken."""

import json
import math
import re

import pytest

from symattn.benching import budgeting, running
from symattn.benching.contestants import Contestant
from symattn.benching.machine import Rates
from symattn.benching.measuring import Timings
from symattn.benching.memory import Peak
from symattn.benching.outcome import Outcome, Row, Settings
from symattn.benching.picture import picture_of
from symattn.benching.running import benchmark
from symattn.benching.tabulating import table
from symattn.errors import InputError
from symattn.mechanisms import named

NUMPY = ("NumPy direct", "textbook NumPy", "NumPy in place")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Rates are given, not measured."""
    monkeypatch.setattr(running, "probes", lambda *_: {})
    monkeypatch.setattr(running, "rates_of", lambda *_: Rates("float32", 1, 4e10, 2e10, 1e9, "exp2"))


@pytest.fixture
def numpy_alone(monkeypatch):
    """As if torch were not installed."""
    monkeypatch.setattr("symattn.benching.entering.is_installed", lambda library: library != "torch")


def settings(**changes):
    given = {
        "lengths": (8, 16),
        "features": 4,
        "rounds": 2,
        "memory": False,
        "seconds": 30.0,
        "strategies": ("direct",),
    }
    return Settings(**{**given, **changes})


def test_each_contestant_has_a_row_for_each_number_of_tokens(numpy_alone):
    outcome = benchmark(named("scaled-dot"), settings())
    assert [(row.n, row.name) for row in outcome.rows] == [(n, name) for n in (8, 16) for name in NUMPY]
    for row in outcome.rows:
        assert row.seconds > 0 and row.rounds == 2 and row.units < 50
        assert set(row.ratios) == {"textbook NumPy", "NumPy in place"}
        assert row.limit == (row.n**2 * 8) / 4e10 + row.n**2 / 1e9
        assert row.operations == 2 * row.n**2 * 8
        assert row.share == row.limit / row.seconds and row.tokens == row.n / row.seconds
    assert outcome.passed and not outcome.interrupted


def test_the_table_and_the_picture_have_every_row(numpy_alone):
    outcome = benchmark(named("causal"), settings(memory=True, lengths=(8,)))
    text = table(outcome)
    assert text.startswith("causal")
    for name in NUMPY:
        assert re.search(rf"8  {name} +[\d.]+ (µs|ms|s) .*MiB +[\d]+ %", text), text
    assert "80 GFLOP/s in matrix products (40 of the size of tiles)" in text
    assert "torch SDPA: torch is not installed" in text
    assert "All results agree" in text
    svg = picture_of(outcome).to("svg")
    assert "milliseconds" in svg and "MiB" in svg and all(f"{name}, n = 8" in svg for name in NUMPY)
    found = json.loads(outcome.to_json())
    assert found["rows"][0]["name"] == "NumPy direct" and found["rows"][0]["memory"]["extra"] >= 0


def test_heads_are_a_batch_where_a_mechanism_has_none(numpy_alone):
    one, three = (benchmark(named("scaled-dot"), settings(heads=heads, lengths=(8,))) for heads in (1, 3))
    assert three.rows[0].operations == 3 * one.rows[0].operations


def test_gradients_are_compared_too():
    pytest.importorskip("torch")
    outcome = benchmark(named("causal"), settings(strategies=None, backward=True, lengths=(8,), rounds=1))
    assert {row.name for row in outcome.rows} >= {"NumPy direct", "torch fused + autograd", "torch SDPA"}
    assert outcome.passed and "forward and backward" in table(outcome)


def test_a_wrong_contestant_is_named_and_not_timed(numpy_alone, monkeypatch):
    right = Contestant.results

    def wrong(self, found):
        results = right(self, found)
        return {name: value * 1.01 for name, value in results.items()} if self.name == "NumPy direct" else results

    monkeypatch.setattr(Contestant, "results", wrong)
    outcome = benchmark(named("scaled-dot"), settings(lengths=(8,)))
    first, *others = outcome.rows
    assert first.wrong and first.seconds is None and not outcome.passed
    assert all(row.seconds is not None for row in others)
    assert re.search(r"8  NumPy direct +WRONG: an error of \S+ units, where up to 50 agree; not timed", table(outcome))
    assert "All results agree" not in table(outcome)


def test_a_failing_contestant_says_how_and_the_others_go_on(numpy_alone, monkeypatch):
    def prepared(contestant, case):
        if contestant.name == "NumPy direct":
            raise RuntimeError("out of luck\nand more")
        return contestant.prepared(case)

    monkeypatch.setattr(running, "prepare", prepared)
    outcome = benchmark(named("scaled-dot"), settings(lengths=(8,)))
    assert outcome.rows[0].reason == "it failed: RuntimeError: out of luck"
    assert outcome.rows[1].seconds is not None


def test_a_score_matrix_beyond_the_memory_is_not_even_tried(numpy_alone, monkeypatch):
    monkeypatch.setattr(budgeting, "available_bytes", lambda: 2**12)
    monkeypatch.setattr(Contestant, "prepared", None)
    outcome = benchmark(named("scaled-dot"), settings(lengths=(64,)))
    assert all("its score matrix" in row.reason and "are free" in row.reason for row in outcome.rows)
    with pytest.raises(InputError, match="nothing was measured"):
        picture_of(outcome)


def test_what_would_take_too_long_is_left_out(numpy_alone, monkeypatch):
    times = dict.fromkeys(NUMPY, (3.0,))
    monkeypatch.setattr(running, "interleaved", lambda ready, **_: Timings({name: times[name] for name in ready}))
    outcome = benchmark(named("scaled-dot"), settings(lengths=(8, 16), seconds=10.0))
    assert all(row.seconds == 3.0 for row in outcome.rows[:3])
    assert all("it would take about" in row.reason for row in outcome.rows[3:])
    times["NumPy direct"] = (0.0001,)
    outcome = benchmark(named("scaled-dot"), settings(lengths=(8, 16), seconds=10.0))
    assert [row.seconds is None for row in outcome.rows[3:]] == [False, True, True]


def test_one_row_is_measured_though_loading_has_used_up_the_time(numpy_alone, monkeypatch):
    monkeypatch.setattr(budgeting.time, "monotonic", iter(range(0, 10**6, 20)).__next__)
    outcome = benchmark(named("scaled-dot"), settings(lengths=(8, 16), seconds=10.0))
    first, *others = outcome.rows
    assert (first.n, first.name) == (8, "NumPy direct") and first.seconds > 0
    assert {row.reason for row in others} == {budgeting.TIME_IS_UP}


def test_what_is_too_much_for_the_time_that_was_asked_says_which_would_do(numpy_alone, monkeypatch):
    monkeypatch.setattr(budgeting.time, "monotonic", iter(range(0, 10**6, 20)).__next__)
    monkeypatch.setattr(budgeting, "SLOW_ENTRIES", 1.0)
    outcome = benchmark(named("scaled-dot"), settings(lengths=(8,), seconds=10.0))
    enough = [int(re.search(r"--seconds (\d+) would do to begin", row.reason)[1]) for row in outcome.rows]
    assert min(enough) > 10


def test_what_was_measured_before_ctrl_c_is_kept(numpy_alone, monkeypatch):
    def measured(self, row, n, case, measurer):
        if n == 16 or row.name == NUMPY[2]:
            raise KeyboardInterrupt
        return Peak(5)

    monkeypatch.setattr(running._Run, "_memory", measured)
    outcome = benchmark(named("scaled-dot"), settings())
    assert outcome.interrupted
    assert [row.name for row in outcome.rows] == list(NUMPY)
    assert all(row.seconds is not None for row in outcome.rows)


def test_ctrl_c_while_times_are_taken_ends_the_whole(numpy_alone, monkeypatch):
    found = dict.fromkeys(NUMPY, (1.0,))
    monkeypatch.setattr(running, "interleaved", lambda ready, **_: Timings(found, interrupted=True))
    outcome = benchmark(named("scaled-dot"), settings(memory=True))
    assert outcome.interrupted
    assert [(row.n, row.seconds, row.memory) for row in outcome.rows] == [(8, 1.0, None)] * 3


def test_results_are_compared_at_fewer_tokens_where_an_analysis_would_be_too_large(numpy_alone, monkeypatch):
    monkeypatch.setattr("symattn.benching.judging.ANALYSED", 100)
    outcome = benchmark(named("sliding-window"), settings(lengths=(64,)))
    assert outcome.passed and all(row.units < 50 for row in outcome.rows)
    assert outcome.remarks == (running.MADE_BEFORE,)
    monkeypatch.setattr("symattn.benching.judging.available_bytes", lambda: 1000)
    outcome = benchmark(named("sliding-window"), settings(lengths=(64,)))
    assert outcome.passed and "compared at n = 8 alone, for want of memory" in outcome.remarks[-1]


def test_a_device_that_is_not_there_is_refused():
    torch = pytest.importorskip("torch")
    with pytest.raises(InputError, match="neither cpu nor cuda"):
        benchmark(named("scaled-dot"), settings(device="abacus"))
    if not torch.cuda.is_available():
        with pytest.raises(InputError, match="no CUDA device is at hand"):
            benchmark(named("scaled-dot"), settings(device="cuda"))


def test_a_device_has_rates_waiting_and_memory_of_its_own(monkeypatch):
    """A rehearsal: torch takes "cpu:0" for a device, which is not the "cpu" of this program."""
    pytest.importorskip("torch")
    waited = []

    class FreeMemory:
        def __call__(self, function):
            function()
            return Peak(3 * 2**20, "what was planted")

        def free_bytes(self):
            return 2**40

    monkeypatch.setattr(running, "check_device", lambda device: None)
    monkeypatch.setattr(running, "waiting_for", lambda device: lambda: waited.append(device))
    monkeypatch.setattr(running, "device_rates", lambda device, dtype: Rates(dtype, 1, 1e12, 1e12, math.inf, "none"))
    monkeypatch.setattr(running, "device_peak", FreeMemory())
    monkeypatch.setattr(budgeting, "device_peak", FreeMemory())
    wanted = settings(device="cpu:0", dtype="bfloat16", strategies=("direct", "fused"), lengths=(16,), memory=True)
    outcome = benchmark(named("causal"), wanted)
    assert {row.name for row in outcome.rows} == {"torch direct", "torch fused", "torch eager", "torch SDPA"}
    assert "NumPy computes on the CPU alone" in outcome.refused["NumPy direct"]
    assert outcome.passed and all(row.limit == 17 / 32 * 2 * 16**2 * 4 / 1e12 for row in outcome.rows)
    assert waited
    text = table(outcome)
    assert "cpu:0" in text and "3.0 MiB" in text and "Memory is what was planted." in text


def test_json_has_no_number_that_is_none():
    row = Row(8, "a", 1.0, {"b": math.nan}, memory=Peak(None, "why"))
    outcome = Outcome("m", Settings(), Rates("float32", 1, 1.0, 1.0, math.inf, "none"), ("b",), (row,), {})
    found = json.loads(outcome.to_json())
    assert found["rates"]["exponentials"] is None and found["rows"][0]["ratios"]["b"] is None
    assert "Memory of a (n = 8): why." in table(outcome)


def test_no_tick_lies_outside_its_chart():
    rows = tuple(Row(n, "a", n * 1e-3, memory=Peak(n * 2**20)) for n in (1000, 5000))
    for chart in picture_of(Outcome("m", Settings(), None, (), rows, {})).panels:
        assert chart.x.low == 1000 and chart.x.high == 5000
        for axis in (chart.x, chart.y):
            assert axis.ticks and all(axis.low <= tick.at <= axis.high for tick in axis.ticks)


def test_one_number_of_tokens_and_one_time_can_be_drawn():
    outcome = Outcome("m", Settings(), None, (), (Row(8, "a", 1e-3),), {})
    assert picture_of(outcome).to("svg").count("<path") > 4
