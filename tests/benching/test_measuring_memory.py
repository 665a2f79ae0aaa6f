"""Memory is measured in a process of its own: what a call takes, not what was there before it."""

import memory_cases
import pytest

from symattn.benching import memory
from symattn.benching.memory import Task, available_bytes, peak_extra_bytes, peaks

LINUX = memory._status("VmHWM") is not None


@pytest.mark.skipif(not LINUX, reason="the high-water mark can be reset on Linux alone")
def test_the_memory_of_a_call_is_counted_and_that_of_its_inputs_is_not():
    tasks = [
        Task(memory_cases.array_of, (48,), (1,)),
        Task(memory_cases.array_and_input, (48,), (1,)),
        Task(memory_cases.array_of, (16,)),
    ]
    large, little, small = peaks(tasks)
    assert 44 < large.mebibytes < 60
    assert little.mebibytes < 8
    assert 12 < small.mebibytes < 28
    assert large.how == memory.RESIDENT


def test_a_task_that_ends_its_process_does_not_end_the_others():
    failing, dying, waiting, fine = peaks(
        [Task(each) for each in (memory_cases.failing, memory_cases.dying, memory_cases.waiting)]
        + [Task(memory_cases.array_of, (1,))],
        seconds=2.5,
    )
    assert (failing.extra, failing.how) == (None, "ValueError: no such luck")
    assert (dying.extra, dying.how) == (None, "its process ended with status 7")
    assert (waiting.extra, waiting.how) == (None, "it did not end within 2.5 seconds")
    assert fine.extra is not None
    assert str(failing.mebibytes) == "nan"


def test_one_task_can_be_measured_alone():
    assert peak_extra_bytes(memory_cases.array_of, 1, warm=(1,)).extra is not None


def test_a_system_that_tells_nothing_is_said_so(monkeypatch):
    monkeypatch.setattr(memory, "_reset_high_water_mark", lambda: False)
    monkeypatch.setattr(memory, "_largest", lambda: None)
    assert memory._measured(Task(memory_cases.array_of, (1,)), 1) == memory.Peak(None, memory.NOT_MEASURED)


def test_without_a_high_water_mark_the_growth_since_the_start_counts(monkeypatch):
    monkeypatch.setattr(memory, "_reset_high_water_mark", lambda: False)
    found = memory._measured(Task(memory_cases.array_of, (1,)), 1)
    assert found.how == memory.SINCE_START or found.extra is None


def test_the_available_memory_is_a_number_or_unknown():
    found = available_bytes()
    assert found is None or found > 0
