"""Calls: the functions of the language, each read by the kind of arguments that it takes."""

from __future__ import annotations

import ast

from sympy import Expr, MatrixExpr, Max, Min, Rational, floor

from symattn import limits
from symattn.errors import LimitError, ShapeError, SymattnError, UnknownNameError
from symattn.language.allowed import AllowedReader
from symattn.language.extremes import extreme
from symattn.language.named_sets import COLUMN, ROW
from symattn.language.names import suggestion
from symattn.language.part import Part, of_indices
from symattn.language.vocabulary import (
    CONSTANTS,
    ENTMAX,
    MATRIX,
    NODES,
    OF_SCALARS,
    OVER_AN_INDEX,
    SCATTER,
    SPARSEMAX,
    STACKS,
    SUM,
    WORDS,
)
from symattn.nodes import (
    Concatenation,
    ElementwiseFunction,
    Entmax,
    IndexedMatrix,
    IndexSum,
    OverAllowedKeys,
    Scatter,
    Value,
    is_matrix,
)


class Calls(Part):
    """Reads ``softmax(S, where=…)``, ``sum(h, …)``, ``hstack(A, B)``, ``matrix(n, m, …)`` and the like."""

    def __call__(self, tree: ast.Call) -> Value:
        if not isinstance(tree.func, ast.Name):
            raise self.refuse(tree, "only the functions of the language can be called.")
        name = tree.func.id
        over_keys = name in (SPARSEMAX, ENTMAX) or issubclass(NODES.get(name, object), OverAllowedKeys)
        if tree.keywords and not (over_keys and [word.arg for word in tree.keywords] == ["where"]):
            also = "; an allowed set is given as where=…" if over_keys else ""
            rows = " is of each row and" if over_keys else ""
            raise self.refuse(tree, f"{name}{rows} takes its arguments by position{also}.")
        if name in OVER_AN_INDEX:
            return self._over_an_index(tree, name)
        if name == MATRIX:
            return self._indexed(tree)
        if name == SCATTER:
            return self._scatter(tree)
        if name in CONSTANTS:
            return self._constant(tree, name)
        if name in STACKS:
            return self._stack(tree, name)
        if name in OF_SCALARS:
            return self._of_scalars(tree, name)
        if name == ENTMAX:
            self._count(tree, 2, "scores and alpha")
            return self._over_keys(tree, Entmax, self._alpha(tree.args[1]))
        if name == SPARSEMAX:
            self._count(tree, 1)
            return self._over_keys(tree, Entmax, Rational(2))
        node = self.scope.functions.get(name, NODES.get(name))
        if node is None:
            message = f"{name} is not a function of the language.{suggestion(name, WORDS)}"
            raise self.at(tree.func, UnknownNameError(message))
        self._count(tree, 1)
        if issubclass(node, OverAllowedKeys):
            return self._over_keys(tree, node)
        argument = self.read(tree.args[0])
        if is_matrix(argument):
            return node(argument)
        if not issubclass(node, ElementwiseFunction):
            raise self._scalar_mistake(tree, name)
        return self.finite(tree, node.of_number(argument))

    def _count(self, tree: ast.Call, count: int, what: str = "") -> None:
        if len(tree.args) != count:
            name = self.text(tree.func)
            asked = "one argument" if count == 1 else f"{count} arguments" + (f", {what}" if what else "")
            raise self.refuse(tree, f"{name} takes {asked}, found {len(tree.args)}.")

    def _scalar_mistake(self, tree: ast.expr, name: str) -> SymattnError:
        found = tree.args[0] if isinstance(tree, ast.Call) else tree
        message = f"{name} takes a matrix, but {self.text(found)} is a scalar."
        return self.at(tree, ShapeError(message))

    def _over_keys(self, tree: ast.Call, node: type[OverAllowedKeys], *options: Expr) -> MatrixExpr:
        scores = self.read(tree.args[0])
        if not is_matrix(scores):
            raise self._scalar_mistake(tree, self.text(tree.func))
        if not tree.keywords:
            return node(scores, *options)
        with self.positions(tree, ROW, COLUMN):
            allowed = AllowedReader(self.source, self.scope, self.read, scores.shape)(tree.keywords[0].value)
        return node(scores, *options, allowed=allowed)

    def _alpha(self, tree: ast.expr) -> Rational:
        alpha = self.read(tree)
        if not isinstance(alpha, Rational) or alpha <= 1:
            raise self.refuse(tree, f"entmax takes a number above 1 as its alpha, found {self.text(tree)}.")
        return alpha

    def _constant(self, tree: ast.Call, name: str) -> MatrixExpr:
        constant = CONSTANTS[name]
        if len(tree.args) != constant.size_count:
            raise self.refuse(tree, f"{name} takes {constant.size_count} size(s), found {len(tree.args)}.")
        return constant.build(*(self.size(argument) for argument in tree.args))

    def _stack(self, tree: ast.Call, name: str) -> MatrixExpr:
        parts = [self.read(argument) for argument in tree.args]
        if len(parts) < 2 or not all(map(is_matrix, parts)):
            raise self.refuse(tree, f"{name} takes two or more matrices.")
        try:
            return STACKS[name](*parts)
        except ShapeError as error:
            raise self.at(tree, error) from None

    def _of_scalars(self, tree: ast.Call, name: str) -> Expr:
        low, high = OF_SCALARS[name]
        if not low <= len(tree.args) <= high:
            asked = str(low) if low == high else f"{low} or more"
            raise self.refuse(tree, f"{name} takes {asked} arguments, found {len(tree.args)}.")
        values = [self.scalar(argument, f"an argument of {name}") for argument in tree.args]
        kind = Min if name == "min" else Max
        count = sum(len(value.args) if isinstance(value, kind) else 1 for value in values)
        if count > limits.EXTREMES:
            raise self.at(tree, LimitError(f"{name} of {count} scalars; the most is {limits.EXTREMES}."))
        if name == "floor":
            return floor(values[0])
        if name == "clip":
            return Max(values[1], Min(values[2], values[0]))
        return extreme(kind, values)

    def _over_an_index(self, tree: ast.Call, name: str) -> MatrixExpr:
        if len(tree.args) != 2 or not isinstance(tree.args[0], ast.Name):
            hint = "sum(a, v[a] * A[:, a]); rowsum sums rows" if name == SUM else "concat(h, O[h])"
            raise self.refuse(tree, f"{name} takes an index and a formula, as in {hint}.")
        symbol = self.new_index(tree.args[0])
        try:
            term = self.read(tree.args[1])
        finally:
            length = self.forget_index(symbol)
        if length is None:
            raise self.refuse(
                tree, f"the index {symbol} selects nothing, so its range is unknown; use it as in A[:, {symbol}]."
            )
        if not is_matrix(term):
            raise self.refuse(tree, f"the terms of this {name} are scalars; write it as a product such as v.T @ w.")
        return (IndexSum if name == SUM else Concatenation)(term, symbol, length)

    def _indexed(self, tree: ast.Call) -> IndexedMatrix:
        self._count(tree, 3, "its two sizes and a formula in i and j")
        rows, columns = self.size(tree.args[0]), self.size(tree.args[1])
        with self.positions(tree, ROW, COLUMN), self.scope.computing_positions():
            formula = self.scalar(tree.args[2], "the formula of an entry")
        return IndexedMatrix(formula, ROW, COLUMN, rows, columns)

    def _scatter(self, tree: ast.Call) -> Scatter:
        self._count(tree, 5, "its two sizes, a matrix and the row and the column to which its entry i, j is added")
        rows, columns = self.size(tree.args[0]), self.size(tree.args[1])
        matrix = self.read(tree.args[2])
        if not is_matrix(matrix):
            raise self._scalar_mistake(tree.args[2], "scatter")
        with self.positions(tree, ROW, COLUMN):
            p, q = (self._position(part) for part in tree.args[3:])
        return Scatter(matrix, p, q, ROW, COLUMN, rows, columns)

    def _position(self, tree: ast.expr) -> Expr:
        position = self.scalar(tree, "a position")
        if not (position.is_integer and of_indices(position)):
            found = self.text(tree)
            raise self.refuse(
                tree, f"a position is a whole number made of i, j, sizes and other indices; {found} is none."
            )
        return position
