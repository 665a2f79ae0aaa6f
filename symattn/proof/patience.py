"""A time limit that long computations ask about, without being handed a clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

DEADLINE: ContextVar[float | None] = ContextVar("deadline", default=None)


class OutOfTimeError(Exception):
    """The time that was allowed is over: what was asked is unknown."""


@contextmanager
def within_seconds(seconds: float) -> Iterator[None]:
    """Everything inside that checks the time stops after so many seconds; the tighter of nested limits holds."""
    end = time.monotonic() + seconds
    known = DEADLINE.get()
    token = DEADLINE.set(end if known is None else min(end, known))
    try:
        yield
    finally:
        DEADLINE.reset(token)


def check_time() -> None:
    """Errors: ``OutOfTimeError`` once the deadline has passed."""
    deadline = DEADLINE.get()
    if deadline is not None and time.monotonic() > deadline:
        raise OutOfTimeError
