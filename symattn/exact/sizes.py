"""Sizes: what the shapes of given values make of the symbolic sizes of a system of equations."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Expr, Integer, Symbol

from symattn.equations import EquationSystem
from symattn.errors import ShapeError
from symattn.nodes import shape_of
from symattn.shapes import Shape, show


def solve_sizes(system: EquationSystem, shapes: Mapping[str, tuple[int, ...]]) -> dict[Symbol, int]:
    """The value of every symbolic size, from the shape of each input by name (``()`` for a number).

    Errors: ``ShapeError`` for shapes that do not conform, naming the two inputs that disagree.
    """
    known: dict[Symbol, tuple[int, str]] = {}
    asked: list[tuple[str, Expr, int]] = []
    for name, symbol in system.inputs.items():
        for length, found in zip(_both_or_neither(name, shape_of(symbol), shapes[name]), shapes[name], strict=True):
            if isinstance(length, Symbol) and known.setdefault(length, (found, name))[0] == found:
                continue
            asked.append((name, length, found))
    # What is left is a disagreement, a whole number, or a product such as 2*d_k, solved when one unknown is left in it.
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
                value = Integer(found) / (rest / symbol)
                if not (value.is_Integer and value >= 1):
                    raise _disagreement(system, shapes, name, f"{length} = {found} has no whole {symbol}")
                known[symbol] = (int(value), name)
            elif rest != found:
                others = ", ".join(
                    f"{symbol} = {known[symbol][0]} from {known[symbol][1]}" for symbol in _sizes(length)
                )
                reason = f"{length} is {rest}" if others else f"this size is {length}"
                message = f"{reason}, found {found}" + (f" ({others})" if others else "")
                raise _disagreement(system, shapes, name, message)
        if len(left) == len(pending):
            name, length, found = left[0]
            raise _disagreement(system, shapes, name, f"{length} = {found} does not determine its sizes")
        pending = left
    return {symbol: value for symbol, (value, _) in known.items()}


def _sizes(length: Expr) -> list[Symbol]:
    return sorted(length.free_symbols, key=str)


def _both_or_neither(name: str, asked: Shape, found: tuple[int, ...]) -> Shape:
    if bool(asked) != bool(found):
        wanted = f"a matrix {show(asked)}" if asked else "a single number"
        given = f"a matrix {show(found)}" if found else "a single number"
        raise ShapeError(f"{name} is {wanted}, found {given}.")
    return asked


def _disagreement(system: EquationSystem, shapes: Mapping[str, tuple[int, ...]], name: str, reason: str) -> ShapeError:
    listing = ", ".join(
        f"{other} is {show(shape_of(symbol))}, found {show(shapes[other])}"
        for other, symbol in system.inputs.items()
        if (shapes[other] and shape_of(symbol)[0].free_symbols | shape_of(symbol)[1].free_symbols) or other == name
    )
    return ShapeError(f"{name} does not conform: {reason}. {listing}.")
