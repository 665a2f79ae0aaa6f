"""A user's own mechanism: equations from text, a file or standard input, and the shapes of their inputs."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable

from symattn import limits
from symattn.errors import InputError
from symattn.language.names import printable
from symattn.reading.files import decoded, read_bytes, shown

MOST_BYTES = 4 * limits.TEXT_LENGTH + 4


def read_equations(argument: str, option: str = "--equations") -> str:
    """The equations that an argument names: ``-`` is standard input, a text with ``=`` the equations, else a file.

    ``option`` is what the argument was given to, for messages.

    >>> read_equations("P = softmax(Q @ K.T)")
    'P = softmax(Q @ K.T)'

    Errors: ``InputError`` for a file that cannot be read or is not text.
    """
    if argument == "-":
        data = sys.stdin.buffer.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise InputError(f"{option} -: more than {MOST_BYTES} bytes on standard input, the most that is read.")
        text = decoded(data, "standard input")
    elif ("=" in argument or "\n" in argument) and not _is_file(argument):
        text = argument
    else:
        text = decoded(_file_bytes(argument, option), shown(argument))
    if not text.strip():
        raise InputError(f"{option}: found no equations; write them as in {option} 'P = softmax(Q @ K.T)'.")
    return text


def _file_bytes(path: str, option: str) -> bytes:
    try:
        return read_bytes(path, option, MOST_BYTES)
    except InputError as error:
        error.in_context(f"equations can be given themselves, as in {option} 'P = softmax(Q @ K.T)', or - for stdin")
        raise


def _is_file(argument: str) -> bool:
    try:
        return os.path.isfile(argument)
    except ValueError:
        return False


def title_of(text: str) -> str | None:
    """What the first line calls the mechanism, if it is a comment: ``# gated attention``.

    >>> title_of("# gated attention" + chr(10) + "O = G * V")
    'gated attention'
    """
    first = text.lstrip().split("\n", 1)[0].strip()
    title = first.lstrip("# ").strip()
    return title[:100] if first.startswith("#") and title and title.isprintable() else None


DECLARED = re.compile(r"\s*([A-Za-z]\w*)\s*:([^=#[\]]*)(?:#.*)?")


def declared_within(text: str) -> tuple[list[str], str]:
    """The inputs that a text declares in lines such as ``Q: n d_k``, as ``Q=n d_k``, and the text without these lines.

    The lines stay as empty ones, so that an error points at the line that the user wrote.

    >>> declared_within("A: n m" + chr(10) + "B = A.T")
    (['A=n m'], '\\nB = A.T')
    """
    declarations, lines = [], []
    for line in text.splitlines():
        found = DECLARED.fullmatch(line)
        if found:
            declarations.append(f"{found[1]}={found[2].strip()}")
        lines.append("" if found else line)
    return declarations, "\n".join(lines)


def read_declarations(declarations: Iterable[str]) -> dict[str, str]:
    """The shape of each input, from texts such as ``Q=n d_k``.

    >>> read_declarations(["Q=n d_k", "tau=scalar"])
    {'Q': 'n d_k', 'tau': 'scalar'}

    Errors: ``InputError`` for text without ``=`` and for a name given twice.
    """
    shapes: dict[str, str] = {}
    for declaration in declarations:
        name, equals, shape = declaration.partition("=")
        name = name.strip()
        if not equals or not name:
            raise InputError(f"--input {printable(declaration)}: write NAME=SHAPE, as in --input Q='n d_k'.")
        if name in shapes:
            raise InputError(f"the input {printable(name)[1:-1]} is given twice; give one shape.")
        shapes[name] = shape
    return shapes
