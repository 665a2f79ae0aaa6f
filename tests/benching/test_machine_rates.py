"""What the machine can do, from probes whose work is known."""

import sys

import pytest

from symattn.benching import machine, threads
from symattn.benching.machine import Rates, probes, rates_of
from symattn.benching.measuring import Timings
from symattn.benching.threads import held_to
from symattn.errors import InputError


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(machine, "LARGE", 32)
    monkeypatch.setattr(machine, "TILE", 16)
    monkeypatch.setattr(machine, "CACHED", 64)


def test_rates_are_work_by_time_and_the_fastest_of_a_kind_counts(small):
    made = probes("float32", 2, features=8)
    amounts = {name: probe.amount for name, probe in made.items()}
    assert amounts["gemm"] == 32**3
    assert amounts["scores"] == amounts["weighted"] == 2 * 2**27
    assert amounts["exp"] == amounts["exp2"] == 2 * 64 * 128
    times = {"gemm": 1.0, "scores": 4.0, "weighted": 2.0, "exp": 2.0, "exp2": 1.0}
    timings = Timings({name: (time,) for name, time in times.items()})
    rates = rates_of(made, timings, "float32", 2)
    assert rates == Rates("float32", 2, gemm=2**27, tile=2**27, exponentials=2 * 64 * 128, function="exp2")
    assert rates.limit(2**27, 64 * 128) == 1.5
    assert rates.gigaflops == pytest.approx(2**28 / 1e9)


@pytest.mark.parametrize("count", [1, 2])
def test_rates_are_measured_on_some_threads(small, count):
    rates = machine.measure_rates("float64", count, features=4, seconds=0.01)
    assert rates.dtype == "float64" and rates.threads == count
    assert min(rates.gemm, rates.tile, rates.exponentials) > 0


def test_threads_are_held_and_given_back():
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    with held_to(1):
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before


def test_blas_is_held_where_threadpoolctl_is_installed():
    threadpoolctl = pytest.importorskip("threadpoolctl")
    import numpy as np

    np.ones((2, 2)) @ np.ones((2, 2))
    threads._controller.cache_clear()
    with held_to(1) as remark:
        assert remark == ""
        found = [each["num_threads"] for each in threadpoolctl.threadpool_info() if each["user_api"] == "blas"]
        assert set(found) <= {1}


def test_a_machine_without_threadpoolctl_is_told_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    threads._controller.cache_clear()
    try:
        with held_to(1) as remark:
            assert "threadpoolctl is not installed" in remark and "OPENBLAS_NUM_THREADS" in remark
    finally:
        threads._controller.cache_clear()


def test_no_threads_are_refused():
    with pytest.raises(InputError, match="threads = 0"), held_to(0):
        pass
