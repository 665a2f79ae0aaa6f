"""Sizes: what the shapes of given values make of the symbolic sizes of a system of equations."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Expr, Poly, Symbol

from symattn.equations import EquationSystem
from symattn.errors import ShapeError
from symattn.nodes import full_shape
from symattn.shapes import Shape, show


def solve_sizes(system: EquationSystem, shapes: Mapping[str, tuple[int, ...]]) -> dict[Symbol, int]:
    """The value of every symbolic size, from the shape of each input by name, as ``full_shape`` gives shapes.

    Errors: ``ShapeError`` for shapes that do not conform, naming the two inputs that disagree.
    """
    known: dict[Symbol, tuple[int, str]] = {}
    asked: list[tuple[str, Expr, int]] = []
    for name, symbol in system.inputs.items():
        for length, found in zip(_of_one_kind(name, full_shape(symbol), shapes[name]), shapes[name], strict=True):
            if isinstance(length, Symbol) and known.setdefault(length, (found, name))[0] == found:
                continue
            asked.append((name, length, found))
    # What is left is a disagreement, a whole number, or made of products and sums such as 2*d_k and 2*r + 1, solved
    # when one unknown is left in it.
    pending = asked
    while pending:
        left = []
        for item in pending:
            name, length, found = item
            unknown = [symbol for symbol in length.free_symbols if symbol not in known]
            if len(unknown) > 1:
                left.append(item)
                continue
            rest = length.subs({symbol: value for symbol, (value, _) in known.items()})
            if unknown:
                (symbol,) = unknown
                value = _whole_root(rest - found, symbol)
                if value is None:
                    raise _disagreement(system, shapes, name, length, f"{length} = {found} has no whole {symbol}")
                known[symbol] = (value, name)
            elif rest != found:
                others = ", ".join(
                    f"{symbol} = {known[symbol][0]} from {known[symbol][1]}" for symbol in _sizes(length)
                )
                reason = f"{length} is {rest}" if others else f"this size is {length}"
                message = f"{reason}, found {found}" + (f" ({others})" if others else "")
                raise _disagreement(system, shapes, name, length, message)
        if len(left) == len(pending):
            name, length, found = left[0]
            raise _disagreement(system, shapes, name, length, f"{length} = {found} does not determine its sizes")
        pending = left
    return {symbol: value for symbol, (value, _) in known.items()}


def _sizes(length: Expr) -> list[Symbol]:
    return sorted(length.free_symbols, key=str)


def _whole_root(difference: Expr, symbol: Symbol) -> int | None:
    """The whole value from 1 on at which a difference is 0: at most one, as lengths grow with their sizes."""
    roots = [root for root in Poly(difference, symbol).ground_roots() if root.is_Integer and root >= 1]
    return int(roots[0]) if roots else None


def _of_one_kind(name: str, asked: Shape, found: tuple[int, ...]) -> Shape:
    if len(asked) != len(found):
        raise ShapeError(f"{name} is {_described(asked)}, found {_described(found)}.")
    return asked


def _described(shape: Shape | tuple[int, ...]) -> str:
    if len(shape) > 2:
        return f"a family over {show(shape[:-2])} of matrices {show(shape[-2:])}"
    return f"a matrix {show(shape)}" if shape else "a single number"


def _disagreement(
    system: EquationSystem, shapes: Mapping[str, tuple[int, ...]], name: str, length: Expr, reason: str
) -> ShapeError:
    """The error of an input one of whose lengths disagrees, with the shapes of all inputs that share its sizes."""
    listing = ", ".join(
        f"{other} is {show(full_shape(symbol))}, found {show(shapes[other])}"
        for other, symbol in system.inputs.items()
        if other == name or any(length.free_symbols & each.free_symbols for each in full_shape(symbol))
    )
    return ShapeError(f"{name} does not conform: {reason}. {listing}.")
