"""What the rows of the JavaScript tables share: names, the indices in scope, the helpers that have been called."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sympy import Basic, Expr, Symbol

from symattn.equations import EquationSystem
from symattn.errors import LoweringError, MissingRowError
from symattn.language.names import safe_name
from symattn.lowering.pieces import Binding
from symattn.nodes import Value, is_matrix

_WORDS = """
    await break case catch class const continue debugger default delete do else enum export extends false finally for
    function if implements import in instanceof interface let new null package private protected public return static
    super switch this throw true try typeof var void while with yield
    arguments eval inputs undefined Array ArrayBuffer Infinity Math NaN Number Object RangeError TypeError
"""

TAKEN = frozenset(_WORDS.split())
"""What JavaScript keeps for itself, and what the code around the statements calls by its name."""


@dataclass(frozen=True)
class Code:
    """An expression of JavaScript, and how tightly its outermost operator binds.

    >>> Code("a + b", Binding.SUM).within(Binding.PRODUCT)
    '(a + b)'
    """

    text: str
    binding: Binding = Binding.ATOM

    def within(self, binding: Binding) -> str:
        """The text, in brackets unless it binds at least so tightly."""
        return self.text if self.binding >= binding else f"({self.text})"


Row = Callable[[Any, Any], Code]
"""``(writer, value) -> code``."""


class JavaScriptWriter:
    """Turns values into expressions by two tables, one for matrices and one for scalars."""

    def __init__(
        self, system: EquationSystem, rows: Mapping[type[Basic], Row], scalars: Mapping[type[Basic], Row]
    ) -> None:
        self.system = system
        self.helpers: set[str] = set()
        self.sizes: set[Symbol] = set()
        self.lengths: dict[Symbol, Expr] = {}
        """How many values each index in scope takes, from 0 on."""
        self._rows, self._scalars = rows, scalars
        self._indices: dict[Symbol, str] = {}
        self._inside: list[type] = []
        symbols = [*system.input_symbols, *(equation.symbol for equation in system.equations), *system.sizes]
        self._names = {symbol.name: identifier(safe_name(symbol)) for symbol in symbols}

    def value(self, value: Value) -> Code:
        """The code of a scalar, a number, or of a matrix, an array of rows.

        Errors: ``MissingRowError`` for a kind of value that the tables lack.
        """
        row = self._row(value)
        self._inside.append(type(value))
        try:
            return row(self, value)
        finally:
            self._inside.pop()

    def text(self, value: Value) -> str:
        """The code of a value where nothing around it binds."""
        return self.value(value).text

    def _row(self, value: Value) -> Row:
        if is_matrix(value):
            if type(value) in self._rows:
                return self._rows[type(value)]
        else:
            for kind in type(value).__mro__:
                if kind in self._scalars:
                    return self._scalars[kind]
        where = f", inside {self._inside[-1].__name__}" if self._inside else ""
        raise MissingRowError(
            f"javascript cannot lower {type(value).__name__}{where}; add a row to lowering/javascript.py"
        )

    def call(self, helper: str, *arguments: str) -> Code:
        """A call of a helper, which is then put into the function."""
        self.helpers.add(helper)
        return Code(f"{helper}({', '.join(arguments)})")

    def helper(self, name: str) -> str:
        """The name of a helper, or of a function of JavaScript's own, that is handed on."""
        if name.startswith("_"):
            self.helpers.add(name)
        return name

    def named(self, name: str) -> Code:
        """The variable of an input or of an equation's value."""
        return Code(self._names[name])

    def symbol(self, value: Symbol) -> Code:
        """An index in scope, a named number, or a size, which the function then takes from the inputs' shapes.

        Errors: ``LoweringError`` for any other symbol.
        """
        if value in self._indices:
            return Code(self._indices[value])
        if value.name in self.system.inputs or value.name in self.system.by_name:
            return self.named(value.name)
        if value.name not in self._names:
            raise LoweringError(f"javascript cannot lower {value}: it is no input, no size and no index in scope.")
        self.sizes.add(value)
        return self.named(value.name)

    @contextmanager
    def over(self, lengths: Mapping[Symbol, Expr]) -> Iterator[list[str]]:
        """The variables of some indices, which what is written inside this context may mention."""
        indices, before = self._indices, self.lengths
        made: dict[Symbol, str] = {}
        for symbol in lengths:
            stem = re.sub(r"\W|^[_\d]+", "", symbol.name) or "k"
            name = identifier(stem)
            others = {*self._names.values(), *made.values(), *(n for s, n in indices.items() if s != symbol)}
            while name in others:
                name += "_"
            made[symbol] = name
        self._indices, self.lengths = {**indices, **made}, {**before, **lengths}
        try:
            yield list(made.values())
        finally:
            self._indices, self.lengths = indices, before

    def listed(self, lengths: Mapping[Symbol, Expr], value: Callable[[], str]) -> str:
        """An array of arrays of what ``value`` writes, one axis for each index, outermost first."""
        counts = [self.text(length) for length in lengths.values()]
        with self.over(lengths) as names:
            made = value()
        for name, count in reversed(list(zip(names, counts, strict=True))):
            made = self.call("_list", count, f"({name}) => {made}").text
        return made

    def depends_on_inputs(self, value: Basic) -> bool:
        """Whether a scalar or a condition rests on more than sizes and indices."""
        named = {*self.system.inputs, *self.system.by_name}
        return any(
            symbol not in self._indices and getattr(symbol, "name", "") in named for symbol in value.free_symbols
        )


def identifier(name: str) -> str:
    """A name as JavaScript may call a variable; no name of the language ends with an underscore.

    >>> identifier("Q"), identifier("new")
    ('Q', 'new_')
    """
    return f"{name}_" if name in TAKEN else name
