"""The errors a user can meet: each says what was asked, what was found and what would do."""

from __future__ import annotations


class SymattnError(Exception):
    """Base of every error that symattn raises for wrong input.

    The first line is the message; outer layers add lines of context with ``in_context`` and the inner lines stay.

    >>> str(SymattnError("asked, found, what would do").in_context("in equation 1"))
    'asked, found, what would do\\n  in equation 1'
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.context: tuple[str, ...] = ()

    def in_context(self, *lines: str) -> SymattnError:
        """Add lines that say where the error arose, and return the error itself."""
        self.context = (*self.context, *lines)
        return self

    def __str__(self) -> str:
        return "\n".join((self.message, *(f"  {line}" for line in self.context)))

    def __reduce__(self) -> tuple:
        return _rebuild, (type(self), self.message, self.context)


def _rebuild(kind: type[SymattnError], message: str, context: tuple[str, ...]) -> SymattnError:
    return kind(message).in_context(*context)


class LanguageError(SymattnError, ValueError):
    """A text that is not in the language of equations."""


class UnknownNameError(SymattnError, LookupError):
    """A name that nothing has defined."""


class ShapeError(SymattnError, ValueError):
    """Sizes that do not conform for every value they may take."""


class LimitError(SymattnError, ValueError):
    """Something too large to be built: text, depth, digits, exponents, nodes or entries."""


class InputError(SymattnError, ValueError):
    """Numbers or files that are not what was asked for."""


class MissingRowError(SymattnError, TypeError):
    """A table that has no row for a node; the message names the table and the node."""


class LoweringError(SymattnError, TypeError):
    """An expression for which no code can be generated."""


class MissingExtraError(SymattnError, ImportError):
    """An optional part that is not installed; the message names the extra that brings it."""


class ExactnessError(SymattnError, ArithmeticError):
    """An exact value that does not exist or cannot be decided: a division by zero, an undecided comparison."""


class OutputError(SymattnError, OSError):
    """A result that could not be written; what stood there before is untouched."""


class RefutedError(SymattnError, ValueError):
    """A step of a derivation that is wrong; the message ends with the numbers that show it."""
