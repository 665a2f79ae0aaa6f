"""What every part of the reader has: the text, the names in scope, the reading of an inner formula, its errors."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sympy import Expr, Symbol, nan, oo, zoo

from symattn.errors import LanguageError, LimitError, ShapeError, SymattnError
from symattn.language.names import check_name
from symattn.language.scope import Scope
from symattn.language.source import SourceText
from symattn.language.vocabulary import WORDS
from symattn.nodes import Value, index, is_matrix
from symattn.nodes.bounded import check_decidable, check_digits
from symattn.shapes import same_size


@dataclass(frozen=True)
class Part:
    """A part of the reader of one formula; ``read`` reads the formulas inside it."""

    source: SourceText
    scope: Scope
    read: Callable[[ast.expr], Value]

    def refuse(self, tree: ast.expr, message: str) -> LanguageError:
        """A language error that points at a part of the tree."""
        return self.source.error(message, self.source.place(tree))

    def at(self, tree: ast.expr, error: SymattnError) -> SymattnError:
        """An error, pointed at a part of the tree."""
        return error.in_context(*self.source.point(self.source.place(tree)))

    def text(self, tree: ast.expr) -> str:
        """The text of a part of the tree."""
        return self.source.segment(tree)

    def scalar(self, tree: ast.expr, what: str) -> Expr:
        """The scalar that a part of the tree stands for."""
        value = self.read(tree)
        if is_matrix(value):
            raise self.at(tree, ShapeError(f"{what} is a scalar, but {self.text(tree)} is a matrix."))
        return value

    def bounded(self, tree: ast.expr, check: Callable[..., None], *values: Expr) -> None:
        """Apply a check of bounds; its error points at a part of the tree."""
        try:
            check(*values)
        except LimitError as error:
            raise self.at(tree, error) from None

    def finite(self, tree: ast.expr, value: Expr) -> Expr:
        """The scalar, unless it is known to be no finite real number."""
        self.bounded(tree, check_digits, value)
        self.bounded(tree, check_decidable, value)
        if value.has(zoo, oo, -oo, nan):
            raise self.refuse(tree, f"{self.text(tree)} is not a finite number (a division by zero?).")
        if value.is_real is False:
            raise self.refuse(tree, f"{self.text(tree)} is not a real number.")
        return value

    def size(self, tree: ast.expr) -> Expr:
        """A size: a whole number from 1 on, for all values of the sizes in it."""
        length = self.read(tree)
        if is_matrix(length) or not (length.is_integer and length.is_positive):
            raise self.refuse(tree, f"{self.text(tree)} is not a size.")
        return length

    @contextmanager
    def positions(self, tree: ast.expr, *symbols: Symbol) -> Iterator[None]:
        """Inside: the row index and the column index have their meaning, which nothing else may have outside."""
        values = self.scope.values
        for symbol in symbols:
            taken = symbol.name in values and values[symbol.name] != symbol
            if taken or symbol in self.scope.lengths:
                name = symbol.name
                message = f"{name} is an index inside where=… and matrix(…), and a name of its own outside; rename it."
                raise self.refuse(tree, message)
        self.scope.values = {**values, **{symbol.name: symbol for symbol in symbols}}
        try:
            yield
        finally:
            self.scope.values = values

    def new_index(self, tree: ast.expr) -> Symbol:
        """The index that a part of the tree names, in scope from here on, its range not known yet."""
        if not isinstance(tree, ast.Name):
            raise self.refuse(tree, f"asked for an index, a name such as h; found {self.text(tree)}.")
        try:
            name = check_name(tree.id, "an index", WORDS)
        except SymattnError as error:
            raise self.at(tree, error) from None
        if name in self.scope.values:
            raise self.refuse(tree, f"{name} already has a meaning; an index needs a name of its own.")
        symbol = index(name)
        self.scope.values[name] = symbol
        self.scope.lengths[symbol] = None
        return symbol

    def forget_index(self, symbol: Symbol) -> Expr | None:
        """Take an index out of scope; its range, if something has been selected with it."""
        del self.scope.values[symbol.name]
        return self.scope.lengths.pop(symbol)

    def select(self, part: ast.expr, position: Expr, length: Expr) -> Expr:
        """An index runs over the length of what it selects from; all its selections must agree."""
        known = self.scope.lengths[position]
        if known is not None and not same_size(known, length):
            message = f"the index {position} runs over {known} values elsewhere and over {length} here."
            raise self.at(part, ShapeError(message))
        self.scope.lengths[position] = length
        return position


def of_indices(*values: Expr) -> bool:
    """Whether scalars are made of indices, sizes and numbers alone.

    >>> of_indices(index("i") / 2, index("j")), of_indices(Symbol("tau", real=True))
    (True, False)
    """
    return all(symbol.is_integer is True for value in values for symbol in value.free_symbols)
