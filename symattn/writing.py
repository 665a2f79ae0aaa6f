"""Writing a result to a file whole or not at all: beside the target first, then renamed into its place."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import time
from typing import NamedTuple

from symattn.errors import OutputError


class Format(NamedTuple):
    """One format that documents are printed in.

    ``suffixes`` are those by which a file's name stands for it, ``ending`` is how a file of it in a directory of many
    ends, ``whole`` says whether one can ask for a whole document instead of a piece.
    """

    suffixes: tuple[str, ...]
    ending: str
    whole: bool = False


FORMATS: dict[str, Format] = {
    "text": Format((".txt",), ".txt"),
    "latex": Format((".tex",), ".tex", whole=True),
    "mathml": Format((".mml", ".mathml", ".xhtml"), ".xhtml", whole=True),
    "html": Format((".html",), ".html", whole=True),
    "markdown": Format((".md",), ".md"),
    "json": Format((".json",), ".json", whole=True),
    "notebook": Format((".ipynb",), ".ipynb", whole=True),  # which it always is
    "slides": Format((), "-slides.tex", whole=True),
}
"""One row a format; how each is printed stands in publishing/formats.py, which loads far more than this."""

FORMAT_OF_SUFFIX = {suffix: name for name, row in FORMATS.items() for suffix in row.suffixes}


UNFINISHED = (".symattn-", ".part")
"""How the name of a file begins and ends while it is being written."""

STALE_SECONDS = 60.0
"""After which such a file is what a killed program left: all that it was to hold was at hand when it was made."""


def format_of(path: str) -> str:
    """The format that a file's suffix stands for.

    >>> format_of("attention.tex")
    'latex'

    Errors: ``OutputError`` for another suffix.
    """
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in FORMAT_OF_SUFFIX:
        kind = f"has the suffix {suffix!r}" if suffix else "has no suffix"
        known = ", ".join(FORMAT_OF_SUFFIX)
        raise OutputError(f"-o {path!r} {kind}, which names no format; give --format, or one of {known}.")
    return FORMAT_OF_SUFFIX[suffix]


def check_target(path: str) -> None:
    """Refuse a target that could not be written, before the work is done whose result it is to hold.

    That a file can be made beside it is tried, for no permissions tell it: a file system may be read-only.
    Errors: ``OutputError`` for a directory, a file or directory that may not be written, a missing directory, no name.
    """
    _refuse_wrong(path)
    target = os.path.realpath(path)
    if not _is_special(target):
        beside = _beside(target)
        try:
            os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as error:
            raise _not_written(path, error) from None
        finally:
            with contextlib.suppress(OSError):
                os.unlink(beside)


def _refuse_wrong(path: str) -> None:
    """Refuse a target of which it can be seen that it could not be written."""
    if not path:
        raise OutputError("-o '' names no file; - is standard output.")
    try:
        target = os.path.realpath(path)
        folder = os.path.dirname(target)
        if os.path.isdir(target) or path.endswith(("/", os.sep)):
            raise OutputError(f"-o {path!r} is a directory; name a file in it.")
        if not os.path.isdir(folder):
            raise OutputError(f"-o {path!r}: there is no directory {folder!r}; make it first, or choose another.")
        if os.path.exists(target) and not os.access(target, os.W_OK):
            raise OutputError(f"-o {path!r} may not be written; its permissions forbid it.")
        if not os.access(folder, os.W_OK) and not _is_special(target):
            raise OutputError(f"-o {path!r}: the directory {folder!r} may not be written; its permissions forbid it.")
    except OutputError:
        raise
    except (OSError, ValueError) as error:
        raise _not_written(path, error) from None


def write_text(path: str, text: str) -> None:
    """Put a text into a file as UTF-8, as :func:`write_bytes` does."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: str, data: bytes) -> None:
    """Put bytes into a file; on any failure, and on Ctrl-C, what stood there before is untouched.

    A symbolic link keeps its place and its target is written; a device or pipe is written directly.
    Errors: ``OutputError``.
    """
    _refuse_wrong(path)
    target = os.path.realpath(path)
    try:
        if _is_special(target):
            with open(target, "wb") as stream:
                stream.write(data)
        else:
            _replace(target, data)
    except OSError as error:
        raise _not_written(path, error) from None


def _replace(target: str, data: bytes) -> None:
    beside = _beside(target)
    try:  # from here on, for Ctrl-C may come as soon as the file is there
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(beside, _mode(target))
        os.replace(beside, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise


def _beside(target: str) -> str:
    """A file in the same directory that nobody else has."""
    return os.path.join(os.path.dirname(target), f"{UNFINISHED[0]}{secrets.token_hex(8)}{UNFINISHED[1]}")


def clear_unfinished(folder: str) -> None:
    """Take away what programs that were killed while writing have left in a folder; what is being written stays."""
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            ours = entry.name.startswith(UNFINISHED[0]) and entry.name.endswith(UNFINISHED[1])
            with contextlib.suppress(OSError):
                if (
                    ours
                    and entry.is_file(follow_symlinks=False)
                    and time.time() - entry.stat().st_mtime > STALE_SECONDS
                ):
                    os.unlink(entry.path)


def _mode(target: str) -> int:
    """The permissions of the file that is replaced, or those a new file would get."""
    try:
        return stat.S_IMODE(os.stat(target).st_mode)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _is_special(target: str) -> bool:
    return os.path.exists(target) and not os.path.isfile(target)


def _not_written(path: str, error: OSError | ValueError) -> OutputError:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return OutputError(f"-o {path!r} could not be written: {reason}; nothing was changed.")
