"""A user's text before it is parsed: bounded, free of foreign characters, its places kept for error messages."""

from __future__ import annotations

import ast
import inspect
import re
import warnings
from dataclasses import dataclass

from symattn import limits
from symattn.errors import LanguageError, LimitError
from symattn.language.names import CHARACTERS, LETTERS_TAKEN, describe_character

TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9][0-9A-Za-z_.]*|\*\*|[^\s]")
NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
CLOSING = {")": "(", "]": "["}


@dataclass(frozen=True)
class Place:
    """A stretch of one line, counted from 0."""

    line: int
    start: int
    end: int


@dataclass(frozen=True)
class SourceText:
    """A text of equations, each line of it reachable for a message.

    Errors: ``LanguageError`` for a character or bracket that is out of place, ``LimitError`` for a text that is too
    long, too deep, or holds a number too large to build.
    """

    text: str

    @staticmethod
    def of(text: object) -> SourceText:
        """The checked text; nothing has been parsed before every bound is checked."""
        if not isinstance(text, str):
            raise LanguageError(f"equations are given as text, found {type(text).__name__}.")
        if len(text) > limits.TEXT_LENGTH:
            raise LimitError(f"the equations are {len(text)} characters long; the most is {limits.TEXT_LENGTH}.")
        source = SourceText(inspect.cleandoc(text.replace("\r\n", "\n")))
        source._check_characters()
        source._check_tokens()
        return source

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    def parse(self) -> ast.Module:
        """Python's own reading of the text; the tree is only looked at, never run."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(self.text)
        except SyntaxError as error:
            line = (error.lineno or 1) - 1
            start = max((error.offset or 1) - 1, 0)
            end = error.end_offset - 1 if error.end_offset and error.end_lineno == error.lineno else start + 1
            reason = error.msg.split(". Perhaps")[0].split(". Maybe")[0]
            taken = [word for word in TOKEN.findall(self.lines[line]) if word in LETTERS_TAKEN]
            instead = f" Write {LETTERS_TAKEN[taken[0]]} for {taken[0]}." if taken else ""
            raise self.error(f"not an equation: {reason}.{instead}", Place(line, start, max(end, start + 1))) from None
        except (RecursionError, MemoryError, ValueError):
            raise LimitError("the equations are nested too deeply to read.") from None

    def place(self, tree: ast.expr | ast.stmt) -> Place:
        """Where a part of the tree stands; a part over several lines is marked on its first."""
        line = tree.lineno - 1
        end = tree.end_col_offset if tree.end_lineno == tree.lineno else len(self.lines[line])
        return Place(line, tree.col_offset, end or tree.col_offset + 1)

    def segment(self, tree: ast.expr) -> str:
        """The text of a part of the tree, on one line."""
        return " ".join((ast.get_source_segment(self.text, tree) or "").split())

    def point(self, place: Place) -> tuple[str, str]:
        """The line of a place, and a line of carets under the place."""
        numbered = [number for number, line in enumerate(self.lines) if line.split("#")[0].strip()]
        label = f"in equation {numbered.index(place.line) + 1}: " if place.line in numbered else "in: "
        line = self.lines[place.line] if place.line < len(self.lines) else ""
        first = max(0, place.start - 60)
        shown = line[first : first + 120]
        width = max(1, min(place.end, first + len(shown)) - place.start)
        return label + shown, " " * (len(label) + place.start - first) + "^" * width

    def error(self, message: str, place: Place) -> LanguageError:
        """A language error that points at a place."""
        error = LanguageError(message)
        error.in_context(*self.point(place))
        return error

    def _check_characters(self) -> None:
        for number, line in enumerate(self.lines):
            for column, character in enumerate(line):
                if character not in CHARACTERS:
                    message = f"{describe_character(character)}."
                    safe = SourceText("".join(c if c in CHARACTERS else "?" for c in self.text))
                    raise safe.error(message, Place(number, column, column + 1))

    def _check_tokens(self) -> None:
        opened: list[tuple[str, Place]] = []
        count = 0
        for number, line in enumerate(self.lines):
            for token in TOKEN.finditer(line.split("#")[0]):
                count += 1
                place = Place(number, token.start(), token.end())
                self._check_token(token.group(), place)
                self._check_bracket(token.group(), place, opened)
        if opened:
            bracket, place = opened[-1]
            raise self.error(f"the bracket {bracket} is never closed.", place)
        if count > 4 * limits.NODE_COUNT:
            raise LimitError(f"the equations hold {count} names and signs; the most is {4 * limits.NODE_COUNT}.")

    def _check_token(self, token: str, place: Place) -> None:
        if len(token) > limits.NAME_LENGTH and not token[0].isdigit():
            message = f"a name of {len(token)} characters; the most is {limits.NAME_LENGTH}."
            raise LimitError(message).in_context(*self.point(place))
        if token[0].isdigit() and sum(map(str.isdigit, token)) > limits.NUMBER_DIGITS:
            message = f"a number of {len(token)} digits; the most is {limits.NUMBER_DIGITS}."
            raise LimitError(message).in_context(*self.point(place))

    def _check_bracket(self, token: str, place: Place, opened: list[tuple[str, Place]]) -> None:
        if token in "([":
            opened.append((token, place))
            if len(opened) > limits.NESTING_DEPTH:
                message = f"brackets inside one another deeper than {limits.NESTING_DEPTH}; name the inner parts."
                raise LimitError(message).in_context(*self.point(place))
        elif token in CLOSING:
            if not opened or opened[-1][0] != CLOSING[token]:
                raise self.error(f"the bracket {token} closes nothing.", place)
            opened.pop()


def number_parts(text: str) -> tuple[str, int]:
    """The digits of a decimal number and its power of ten: ``"0.10"`` gives ``("010", -2)``.

    Errors: ``ValueError`` unless the text is a plain decimal number.

    >>> number_parts("2.5e3")
    ('25', 2)
    """
    if not NUMBER.fullmatch(text):
        raise ValueError(text)
    mantissa, _, exponent = text.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    return whole + fraction, int(exponent or 0) - len(fraction)
