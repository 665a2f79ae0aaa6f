"""A file's bytes or text, once its kind and its size are known to be right."""

from __future__ import annotations

import os
import stat

from symattn import limits
from symattn.errors import InputError

BYTE_ORDER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def shown(path: str) -> str:
    """A path as a message shows it: quoted, nothing invisible in it.

    >>> shown("x\\x1b.csv")
    "'x\\\\x1b.csv'"
    """
    return repr(path if len(path) <= 200 else path[:80] + "..." + path[-100:])


def read_bytes(path: str, wanted: str, most: int = limits.FILE_BYTES) -> bytes:
    """The bytes of a regular file; ``wanted`` says in an error what they are read for.

    Errors: ``InputError`` for a file that does not exist, cannot be read, is no regular file or is too large.
    """
    try:
        found = os.stat(path)
        if stat.S_ISDIR(found.st_mode):
            raise InputError(f"{wanted}: {shown(path)} is a directory; name a file in it.")
        if not stat.S_ISREG(found.st_mode):
            raise InputError(f"{wanted}: {shown(path)} is not a regular file; copy its content to one.")
        if found.st_size > most:
            raise too_large(wanted, path, found.st_size, most)
        with open(path, "rb") as stream:
            data = stream.read(most + 1)
    except FileNotFoundError:
        raise InputError(f"{wanted}: there is no file {shown(path)} (looked in {shown(os.getcwd())}).") from None
    except PermissionError:
        raise InputError(f"{wanted}: {shown(path)} may not be read; its permissions forbid it.") from None
    except InputError:
        raise
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"{wanted}: {shown(path)} cannot be read: {reason}.") from None
    if len(data) > most:
        raise too_large(wanted, path, len(data), most)
    return data


def too_large(wanted: str, path: str, found: int, most: int) -> InputError:
    """The error for a file above the bound."""
    return InputError(f"{wanted}: {shown(path)} has {found} bytes; the most is {most}.")


def decoded(data: bytes, source: str) -> str:
    """Text from UTF-8 bytes, a byte order mark taken off.

    >>> decoded(b"\\xef\\xbb\\xbf1,2", "x.csv")
    '1,2'

    Errors: ``InputError`` for another encoding, and for a NUL, which no text holds.
    """
    if data[:2] in BYTE_ORDER_MARKS:
        raise InputError(f"{source} is in {BYTE_ORDER_MARKS[data[:2]]}; save it as UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{source} is not text in UTF-8: byte {error.start + 1} is 0x{data[error.start]:02x}; save it as UTF-8."
        ) from None
    if "\0" in text:
        raise InputError(f"{source} is not text: it holds a NUL character.")
    return text
