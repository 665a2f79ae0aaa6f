"""Running somebody else's code: its output kept apart, its time bounded, its errors turned into one message."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from typing import Any

from symattn.errors import InputError


class OutOfTimeError(BaseException):
    """Raised inside code that has run for too long; code that catches every ``Exception`` does not catch this."""


class TookTooLongError(InputError):
    """Code that was given up because it had run for too long."""


def quietly(call: Callable[[], Any], seconds: float, what: str) -> Any:
    """What a call returns; what it prints goes to standard error.

    The time is bounded where signals can interrupt it: in the main thread of a Unix process, and not inside one long
    call of compiled code.
    Errors: ``InputError`` that says what was raised and where, ``TookTooLongError`` for no result in time.
    """
    try:
        with contextlib.redirect_stdout(sys.stderr), _at_most(seconds):
            return call()
    except OutOfTimeError:
        raise TookTooLongError(f"{what} was not done within {seconds:g} s and was given up.") from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # the code is not ours: even its SystemExit is a message
        raise InputError(f"{what} raised {_described(error)}.") from None


def _described(error: BaseException) -> str:
    text = " ".join(str(error).split())
    text = text if len(text) <= 300 else text[:297] + "..."
    shown = f"{type(error).__name__}: {text}" if text else type(error).__name__
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    place = f" (line {frames[-1].lineno} of {frames[-1].filename})" if frames else ""
    return shown.rstrip(".") + ("" if isinstance(error, SyntaxError) else place)


@contextlib.contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def interrupt(*_: Any) -> None:
        raise OutOfTimeError

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
