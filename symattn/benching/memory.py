"""How much memory a function takes beyond what there is before it is called, measured in a process of its own."""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import multiprocessing
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from symattn.benching.threads import held_to

RESIDENT = "growth of the resident set's high-water mark"
SINCE_START = "growth of the largest resident set since the process began"
NOT_MEASURED = "this system does not tell the largest resident set of a process"

SECONDS = 120.0
"""How long one task may take unless the caller says otherwise."""

Make = Callable[..., Callable[[], object]]


@dataclass(frozen=True)
class Task:
    """``make(*arguments)`` builds inputs and gives the function that is measured when it is called once.

    ``make`` is a function of a module, and ``arguments`` can be pickled, for both go to another process. With ``warm``,
    other arguments for small inputs, ``make(*warm)()`` comes before, so that what libraries set up once is not counted.
    """

    make: Make
    arguments: tuple[Any, ...] = ()
    warm: tuple[Any, ...] | None = None


@dataclass(frozen=True)
class Peak:
    """Bytes at the highest point beyond those before the call, the result's own among them.

    ``extra`` is ``None`` where nothing could be measured, and ``how`` says why; else it says what was measured.
    """

    extra: int | None
    how: str = RESIDENT

    @property
    def mebibytes(self) -> float:
        """The same in units of 2²⁰ bytes; not a number where nothing was measured."""
        return float("nan") if self.extra is None else self.extra / 2**20


def peak_extra_bytes(make: Make, *arguments: Any, warm: tuple[Any, ...] | None = None, **options: Any) -> Peak:
    """The memory that ``make(*arguments)()`` takes in a process of its own; see ``Task`` and ``peaks``."""
    return next(iter(peaks([Task(make, arguments, warm)], **options)))


def peaks(tasks: Iterable[Task], *, threads: int = 1, seconds: float = SECONDS) -> Iterator[Peak]:
    """The memory of each task, one after the other in one process, which is begun anew if a task ends it.

    Each task may take so many ``seconds``. ``threads`` are those of BLAS and torch.
    """
    with Measurer(threads) as measurer:
        for task in tasks:
            yield measurer.measured(task, seconds)


class Measurer:
    """A process that measures tasks as they are sent, begun at the first and anew after one that ended it.

    It is spawned, so that it has nothing of this one's memory. Use it as a context, at whose end the process is ended.
    """

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._process: Any = None
        self._connection: Any = None

    def __enter__(self) -> Measurer:
        return self

    def __exit__(self, *exception: object) -> None:
        self._end()

    def measured(self, task: Task, seconds: float = SECONDS) -> Peak:
        """The memory that a task takes, or the reason why it is not known."""
        if self._process is None:
            context = multiprocessing.get_context("spawn")
            self._connection, theirs = context.Pipe()
            self._process = context.Process(target=_measure_all, args=(theirs, self._threads), daemon=True)
            self._process.start()
            theirs.close()
        try:
            self._connection.send(task)
            if self._connection.poll(seconds):
                found = self._connection.recv()
                assert isinstance(found, Peak)
                return found
            reason = f"it did not end within {seconds:.3g} seconds"
        except (EOFError, OSError):
            self._process.join(5)
            status = self._process.exitcode
            killed = ", for want of memory perhaps" if status == -9 else ""
            reason = f"its process ended with status {status}{killed}"
        except BaseException:
            self._end()
            raise
        self._end()
        return Peak(None, reason)

    def _end(self) -> None:
        if self._process is not None:
            self._connection.close()
            self._process.terminate()
            self._process.join(5)
        self._process = None


def _measure_all(connection: Any, threads: int) -> None:
    """What the other process does: measure the tasks that come until no more do."""
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            task = connection.recv()
            try:
                found = _measured(task, threads)
            except MemoryError:
                found = Peak(None, "there is not enough memory")
            except Exception as error:
                found = Peak(None, f"{type(error).__name__}: {error}".splitlines()[0])
            connection.send(found)


def _measured(task: Task, threads: int) -> Peak:
    if task.warm is not None:
        warming = task.make(*task.warm)
        with held_to(threads):
            warming()
        del warming
    function = task.make(*task.arguments)
    with held_to(threads):
        _give_back_free_memory()
        is_reset = _reset_high_water_mark()
        before = _status("VmRSS") if is_reset else _largest()
        result = function()
        after = _status("VmHWM") if is_reset else _largest()
        del result
    if before is None or after is None:
        return Peak(None, NOT_MEASURED)
    return Peak(max(0, after - before), RESIDENT if is_reset else SINCE_START)


def _reset_high_water_mark() -> bool:
    """Whether the system, Linux that is, let the high-water mark begin anew."""
    try:
        with open("/proc/self/clear_refs", "w", encoding="ascii") as stream:
            stream.write("5")
    except OSError:
        return False
    return _status("VmHWM") is not None


def _status(name: str) -> int | None:
    with contextlib.suppress(OSError), open("/proc/self/status", encoding="ascii") as stream:
        for line in stream:
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return None


def _largest() -> int | None:
    with contextlib.suppress(ImportError):
        resource = importlib.import_module("resource")
        largest = int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        return largest if sys.platform == "darwin" else largest * 1024
    return None


def _give_back_free_memory() -> None:
    """What was freed before is given back to the system, where the C library can: else it would be taken uncounted."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def available_bytes() -> int | None:
    """Memory that can be taken without swapping, in bytes; nothing where the system does not tell."""
    with contextlib.suppress(OSError), open("/proc/meminfo", encoding="ascii") as stream:
        for line in stream:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None
