"""Which names the language admits, and which characters; everything else stops at this door."""

from __future__ import annotations

import builtins
import keyword
import re
import string
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from symattn import limits
from symattn.errors import LanguageError, LimitError

NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*\Z")

GENERATED_CODE_NAMES = frozenset({"np", "numpy", "math", "torch", "mpmath", "sympy", "symattn"})
RESERVED = frozenset(keyword.kwlist) | frozenset(dir(builtins)) | GENERATED_CODE_NAMES

LETTERS_TAKEN = {"lambda": "lamda"}
"""Greek letters whose names are words of Python, and how they are written instead."""

CHARACTERS = frozenset(string.ascii_letters + string.digits + " \n" + string.punctuation) - {"\\"}
"""Characters that reach the parser; the ones that no equation uses get its own message there."""

INSTEAD = {
    "×": "write * (entry by entry) or @ (matrix product)",
    "·": "write * (entry by entry) or @ (matrix product)",
    "⋅": "write * (entry by entry) or @ (matrix product)",
    "∘": "write *",
    "⊙": "write *",
    "÷": "write /",
    "−": "write -",
    "–": "write -",
    "√": "write sqrt(…)",
    "ᵀ": "write .T",
    "⊤": "write .T",
    "²": "write **2",
    "Σ": "write sum(a, …), rowsum(…) or colsum(…)",
    "∑": "write sum(a, …), rowsum(…) or colsum(…)",
}


def check_name(name: object, what: str, vocabulary: Iterable[str] = ()) -> str:
    """A name that the language admits, or an error that says what would do.

    >>> check_name("W_Q", "an input")
    'W_Q'

    Errors: ``LanguageError`` for anything else; ``LimitError`` for a name that is too long.
    """
    if not isinstance(name, str):
        raise LanguageError(f"{what} is named by text, found {name!r}.")
    if len(name) > limits.NAME_LENGTH:
        raise LimitError(f"{what} has a name of {len(name)} characters; the most is {limits.NAME_LENGTH}.")
    for character in name:
        if character not in CHARACTERS or character in " \n":
            raise LanguageError(f"{what} is named {printable(name)}: {describe_character(character)}.")
    if not NAME.match(name):
        raise LanguageError(
            f"{what} is named {printable(name)}: a name is letters and digits, beginning with a letter, "
            "with single underscores between parts, as in Q, d_k or W_Q1."
        )
    if name in RESERVED or name in vocabulary:
        other = LETTERS_TAKEN.get(name, f"{name}1")
        raise LanguageError(f"{what} cannot be named {name}: that name is taken. Try {other} or another name.")
    return name


def safe_name(symbol: Any) -> str:
    """The name of a symbol, which is letters, digits and underscores or an error.

    Errors: ``LanguageError`` for a name that could mean something to TeX, to a browser or to a terminal.
    """
    name = str(symbol.name)
    if not NAME.match(name):
        shown = printable(name)
        raise LanguageError(f"cannot print the name {shown}: a name is letters and digits, as in Q, d_k or W_Q1.")
    return name


def printable(text: str) -> str:
    """A text as a message may show it: quoted, shortened, with nothing invisible left in it.

    >>> printable("a\\u200bb")
    "'a\\\\u200bb'"
    """
    return ascii(text if len(text) <= 60 else text[:57] + "...")


def describe_character(character: str) -> str:
    """What a character outside the language is, and what to write instead.

    >>> describe_character("\\u0430")
    "'\\\\u0430' (CYRILLIC SMALL LETTER A, U+0430) is not in the language; names are ASCII letters, digits and _"
    """
    label = unicodedata.name(character, "no name")
    instead = INSTEAD.get(character)
    if instead is None and label.startswith("GREEK"):
        instead = f"write Greek letters out, as in {label.split()[-1].lower()}"
    instead = instead or "names are ASCII letters, digits and _"
    return f"{character!a} ({label}, U+{ord(character):04X}) is not in the language; {instead}"


def suggestion(name: str, known: Iterable[str]) -> str:
    """`` Did you mean …?``, or nothing if no known name is near.

    >>> suggestion("sofmax", ["softmax", "exp"])
    ' Did you mean softmax?'
    """
    known = sorted(known)
    exact = [candidate for candidate in known if candidate.lower() == name.lower()]
    near = exact or get_close_matches(name, known, n=1, cutoff=0.6)
    return f" Did you mean {near[0]}?" if near else ""
