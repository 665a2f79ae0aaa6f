"""Square brackets: members of a family, entries, rows, columns and blocks of a named matrix."""

from __future__ import annotations

import ast

from sympy import Expr, Integer, MatrixExpr, MatrixSymbol, S, Symbol, expand

from symattn.errors import ShapeError, UnknownNameError
from symattn.language.names import suggestion
from symattn.language.part import Part, of_indices
from symattn.language.ranges import largest, smallest
from symattn.language.vocabulary import WORDS
from symattn.nodes import Block, Column, FamilySymbol, Member, Row, Value, is_matrix
from symattn.nodes.written import element
from symattn.shapes import show


class Subscripts(Part):
    """Reads ``Q[h]``, ``A[:, a]``, ``A[a, :]``, ``A[:, a:b]``, ``v[a]`` and ``A[i, j]``."""

    def __call__(self, tree: ast.Subscript) -> Value:
        parts = list(tree.slice.elts) if isinstance(tree.slice, ast.Tuple) else [tree.slice]
        family = self._family(tree.value)
        if family is not None:
            return self._member(tree, family, parts)
        value = self.read(tree.value)
        if not isinstance(value, (MatrixSymbol, Member)):
            raise self.refuse(tree, "only a named matrix can be indexed; name the formula first.")
        if len(parts) == 1 and not isinstance(parts[0], ast.Slice):
            return self._vector_entry(tree, value, parts[0])
        if len(parts) != 2:
            raise self.refuse(tree, "a matrix takes two subscripts, as in A[:, a], A[a, :] or A[i, j].")
        return self._of_matrix(parts, value)

    def _family(self, tree: ast.expr) -> FamilySymbol | None:
        value = self.scope.values.get(tree.id) if isinstance(tree, ast.Name) else None
        return value if isinstance(value, FamilySymbol) else None

    def _member(self, tree: ast.Subscript, family: FamilySymbol, parts: list[ast.expr]) -> Member:
        count, name = len(family.lengths), family.name
        if len(parts) != count or any(isinstance(part, ast.Slice) for part in parts):
            asked = f"{count} subscript{'s' * (count > 1)}, of lengths {show(family.lengths)}"
            raise self.refuse(tree, f"{name} is a family; a member takes {asked}, as in {example(family)}.")
        positions = [self._position(part, length) for part, length in zip(parts, family.lengths, strict=True)]
        return Member(family, *positions)

    def _vector_entry(self, tree: ast.Subscript, value: MatrixExpr, part: ast.expr) -> Expr:
        rows, columns = value.shape
        if columns == 1:
            return element(value, self._position(part, rows), S.Zero)
        if rows == 1:
            return element(value, S.Zero, self._position(part, columns))
        name = self.text(tree.value)
        raise self.refuse(tree, f"{name} is {show(value.shape)}; write {name}[:, a], {name}[a, :] or {name}[i, j].")

    def _of_matrix(self, parts: list[ast.expr], value: MatrixExpr) -> Value:
        slices = [isinstance(part, ast.Slice) for part in parts]
        if all(slices):
            (top, rows), (left, columns) = (
                self._stretch(part, length) for part, length in zip(parts, value.shape, strict=True)
            )
            block = Block(value, top, left, rows, columns)
            return value if block.takes_all_rows and block.takes_all_columns else block
        if slices[0] and self._is_whole(parts[0]):
            return Column(value, self._position(parts[1], value.shape[1]))
        if slices[1] and self._is_whole(parts[1]):
            return Row(value, self._position(parts[0], value.shape[0]))
        if any(slices):
            part = parts[slices.index(False)]
            message = f"a stretch goes with a stretch or with ':'; write {self.text(part)}:{self.text(part)} + 1."
            raise self.refuse(part, message)
        i, j = (self._position(part, count) for part, count in zip(parts, value.shape, strict=True))
        return element(value, i, j)

    @staticmethod
    def _is_whole(part: ast.expr) -> bool:
        return isinstance(part, ast.Slice) and not (part.lower or part.upper or part.step)

    def _stretch(self, part: ast.expr, length: Expr) -> tuple[Expr, Expr]:
        """The start of a stretch of rows or columns and how many it takes."""
        assert isinstance(part, ast.Slice)
        if part.step is not None:
            raise self.refuse(part.step, "a stretch takes every row or column; steps are not in the language.")
        start = S.Zero if part.lower is None else self._bound(part.lower)
        stop = length if part.upper is None else self._bound(part.upper)
        count = expand(stop - start)
        whole = f"{self.text(part.lower) if part.lower else ''}:{self.text(part.upper) if part.upper else ''}"
        where = part.lower or part.upper
        if where is None:
            return S.Zero, length
        if count.free_symbols & self.scope.lengths.keys():
            message = f"the stretch {whole} has {count} entries; the parts that an index selects are all of one length."
            raise self.at(where, ShapeError(message))
        if not (count.is_integer and count.is_positive):
            message = f"the stretch {whole} has {count} entries, which is not a whole number from 1 on for all sizes."
            raise self.at(where, ShapeError(message))
        self._check_inside(where, whole, start, stop, length)
        return start, count

    def _names_known(self, part: ast.expr) -> None:
        """An error for a name without a meaning: in a subscript an index is meant, which nothing says how to run."""
        heads = [getattr(node, "func", None) or getattr(node, "value", None) for node in ast.walk(part)]
        for node in ast.walk(part):
            if isinstance(node, ast.Name) and node not in heads and node.id not in {*self.scope.values, *WORDS}:
                message = (
                    f"the index {node.id} is not defined.{suggestion(node.id, map(str, self.scope.lengths))} An index "
                    f"stands on the left side as well, as in P[{node.id}] = …, or in a sum({node.id}, …)."
                )
                raise self.at(node, UnknownNameError(message))

    def _bound(self, tree: ast.expr) -> Expr:
        self._names_known(tree)
        bound = self.scalar(tree, "a bound")
        if bound.is_integer is not True:
            raise self.refuse(tree, f"{self.text(tree)} is not a whole number for all sizes.")
        return bound

    def _check_inside(self, tree: ast.expr, whole: str, start: Expr, stop: Expr, length: Expr) -> None:
        """A stretch lies inside whatever its indices are; an index without a range has it from where it ends."""
        lengths = self.scope.lengths
        own = sorted((start.free_symbols | stop.free_symbols) & lengths.keys(), key=str)
        for symbol in own:
            if lengths[symbol] is None:
                lengths[symbol] = self._range(tree, symbol, stop, length)
        ranges = {symbol: lengths[symbol] or S.One for symbol in own}
        first, last = smallest(start, ranges), largest(stop, ranges)
        if first is None or last is None or not (first.is_nonnegative and expand(length - last).is_nonnegative):
            message = f"the stretch {whole} does not lie inside a length of {length} for all sizes."
            raise self.at(tree, ShapeError(message))

    def _range(self, tree: ast.expr, symbol: Symbol, stop: Expr, length: Expr) -> Expr:
        """How many values an index takes if the last of its stretches, one after the other, ends with the matrix."""
        step = expand(stop).coeff(symbol, 1)
        rest = expand(stop - step * symbol)
        if step.is_positive and not rest.has(symbol):
            found = expand((length - rest) / step + 1)
            if found.is_integer and found.is_positive:
                return found
        message = f"the range of {symbol} does not follow from stretches of a length of {length}."
        raise self.at(tree, ShapeError(message))

    def _position(self, part: ast.expr, length: Expr) -> Expr:
        self._names_known(part)
        position = self.read(part)
        if is_matrix(position):
            raise self.refuse(part, "a subscript is a scalar.")
        if position in self.scope.lengths:
            return self.select(part, position, length)
        if position.is_negative or (position - length).is_nonnegative:
            raise self.at(part, ShapeError(f"the subscript {self.text(part)} is outside 0 … {length - 1}."))
        if isinstance(position, Integer):
            return position
        if self.scope.computed_positions:
            if position.is_integer is True and of_indices(position):
                return position
            message = (
                f"a position is a whole number made of indices and sizes; {self.text(part)} is none. Write // for /."
            )
            raise self.refuse(part, message)
        raise self.refuse(part, "a subscript is an index of a sum around it, or a whole number from 0 on.")


def example(family: FamilySymbol) -> str:
    """How a member of a family is written."""
    return f"{family.name}[{', '.join('hgrst'[: len(family.lengths)])}]"
