"""One change at a time in a formula: every sign, transpose, scale, axis, index, product, term, factor and name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from changing import Parent, changes
from changing_indices import Axes, Scope
from sympy import Expr, MatrixSymbol, OneMatrix, Symbol
from sympy.matrices.expressions.matexpr import MatrixElement

import symattn.nodes as nodes
from symattn.errors import ShapeError, SymattnError
from symattn.nodes import Member, Value, is_matrix, shape_of
from symattn.shapes import same_size

Path = tuple[int, ...]
SELECTIONS = (nodes.Column, nodes.Block)


@dataclass(frozen=True)
class Mutant:
    """A changed formula; ``key`` says which change where, the same one in formulas of the same build."""

    key: tuple[Path, str, int]
    expression: Any

    @property
    def kind(self) -> str:
        """What was changed, such as ``"sign"``."""
        return self.key[1].split(":")[0]

    def __str__(self) -> str:
        return f"{self.key[1]} at {'.'.join(map(str, self.key[0])) or 'the top'}"


def mutants(expression: Any, names: Iterable[Value] = (), axes: Axes = ()) -> list[Mutant]:
    """All formulas of the same shape that are one change away; ``names`` are the values that a formula may mention.

    ``axes`` are the indices of the equation that the formula stands in.
    """
    found: dict[Any, Mutant] = {}
    known = tuple(names)
    own = tuple((symbol, length, True) for symbol, length in axes)
    for path, part, parent, scope in _places(expression, (), None, own):
        count: Counter[str] = Counter()
        for kind, change in changes(part, Parent(parent, path[-1] if path else 0), scope, known):
            count[kind] += 1
            made = None if change is None else _put(expression, path, change)
            if made is not None and made != expression:
                found.setdefault(made, Mutant((path, kind, count[kind]), made))
    return list(found.values())


def all_mutants(generic: Callable[[bool], tuple[Any, Iterable[Value], Axes]]) -> Iterator[tuple[bool, Mutant]]:
    """The mutants of ``generic(False)``, and those that only make sense where all sizes are one, ``generic(True)``.

    Each comes with whether it is one of the latter.
    """
    seen = set()
    for mutant in mutants(*generic(False)):
        seen.add(mutant.key)
        yield False, mutant
    for mutant in mutants(*generic(True)):
        if mutant.key not in seen and mutant.kind != "name":
            yield True, mutant


def _places(part: Any, path: Path, parent: Any, scope: Scope) -> Iterator[tuple[Path, Any, Any, Scope]]:
    """Every part that is a matrix or a number, its parent, and the indices that it may mention."""
    yield path, part, parent, scope
    if isinstance(part, (MatrixSymbol, Member, MatrixElement, nodes.ByRowAndColumn, nodes.Scatter)):
        return
    if not is_matrix(part):
        return
    if isinstance(part, nodes.OverAnIndex):
        ordered = not isinstance(part, nodes.IndexSum) or _mentions(part.term, part.symbol) > 1
        yield from _places(part.term, (*path, 0), part, (*scope, (part.symbol, part.length, ordered)))
        return
    if isinstance(part, (nodes.Column, nodes.Block)):
        yield from _places(part.matrix, (*path, 0), part, scope)
        return
    for place, inside in enumerate(part.args):
        if isinstance(inside, Expr) and not isinstance(part, (OneMatrix, nodes.Entmax)):
            yield from _places(inside, (*path, place), part, scope)


def _mentions(part: Any, symbol: Symbol) -> int:
    """In how many places a formula mentions an index."""
    if part == symbol:
        return 1
    return sum(_mentions(inside, symbol) for inside in part.args)


def _put(whole: Any, path: Path, change: Any) -> Any:
    """The formula with another part at a place, of the shape that it had; nothing where that is no formula."""
    old = whole
    for place in path:
        old = old.args[place]
    candidates = [change]
    if is_matrix(old) and shape_of(change) != shape_of(old):
        with suppress(SymattnError, TypeError, ValueError):
            candidates.append(nodes.ElementwiseProduct(change, OneMatrix(*old.shape)))
    for candidate in candidates:
        try:
            made = _rebuilt(whole, path, candidate)
        except (SymattnError, TypeError, ValueError, IndexError, AttributeError):
            continue
        if _same_shape(made, whole):
            return made
    return None


def _rebuilt(whole: Any, path: Path, change: Any) -> Any:
    if not path:
        return change
    arguments = list(whole.args)
    arguments[path[0]] = _rebuilt(arguments[path[0]], path[1:], change)
    if isinstance(whole, SELECTIONS) and not _same_shape(arguments[path[0]], whole.args[path[0]]):
        raise ShapeError("what is selected is not there")
    made = whole.func(*arguments)
    shape_of(made)
    return made


def _same_shape(left: Any, right: Any) -> bool:
    return len(shape_of(left)) == len(shape_of(right)) and all(map(same_size, shape_of(left), shape_of(right)))
