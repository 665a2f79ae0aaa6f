"""A statement that two formulas are equal, as a system of equations in which they are two named values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Basic, MatrixSymbol, Symbol

from symattn.equations import Equation, EquationSystem
from symattn.errors import LanguageError, ShapeError
from symattn.language import WORDS, parse_equations, parse_shape
from symattn.language.declarations import declare
from symattn.language.names import check_name
from symattn.nodes import FamilySymbol, Value
from symattn.nodes.base import is_index
from symattn.nodes.from_sympy import from_sympy
from symattn.proof.equality import same_shape
from symattn.shapes import show

LEFT, RIGHT = "lhs", "rhs"


@dataclass(frozen=True)
class Statement:
    """``left = right``, two names of a system, and how the statement reads."""

    system: EquationSystem
    left: str
    right: str
    text: str


def stated(lhs: Any, rhs: Any, inputs: Mapping[str, str] | None = None, given: str | Iterable[str] = "") -> Statement:
    """A statement from two texts in the language of equations, or from two matrix expressions.

    ``inputs`` gives each input's shape as for a mechanism; of expressions the symbols are the inputs. ``given`` are
    definitions, one equation a line, that both sides may use.
    Errors: ``LanguageError``, ``UnknownNameError``, ``ShapeError`` for sides of different shapes.

    >>> stated("softmax(S + c)", "softmax(S)", {"S": "n m", "c": "n 1"}).text
    'softmax(S + c) = softmax(S)'
    """
    if isinstance(lhs, Basic) and isinstance(rhs, Basic) and inputs is None:
        made = _of_expressions(lhs, rhs)
    elif isinstance(lhs, str) and isinstance(rhs, str):
        made = _of_texts(lhs, rhs, inputs, given)
    else:
        raise LanguageError(
            "prove takes two texts with inputs={name: shape}, or two matrix expressions; "
            f"found {type(lhs).__name__} and {type(rhs).__name__}{'' if inputs is None else ' with inputs'}."
        )
    if not same_shape(made.system, made.left, made.right):
        shapes = (show(made.system.shape(name)) for name in (made.left, made.right))
        raise ShapeError("the sides have different shapes: the left is {}, the right {}.".format(*shapes))
    return made


def _of_texts(lhs: str, rhs: str, inputs: Mapping[str, str] | None, given: str | Iterable[str]) -> Statement:
    if not inputs:
        raise LanguageError('inputs give each name a shape, as in inputs={"S": "n m"}.')
    symbols: dict[str, Value] = {}
    for key, shape in inputs.items():
        checked = check_name(key, "an input", WORDS)
        symbols[checked] = declare(checked, parse_shape(shape, checked))
    definitions = given if isinstance(given, str) else "\n".join(given)
    left, right = (_free_name(name, symbols, definitions) for name in (LEFT, RIGHT))
    for side, text in (("left", lhs), ("right", rhs)):
        if "\n" in text.strip() or not text.strip():
            raise LanguageError(f"the {side} side is one formula on one line, found {text!r}.")
    lines = [*definitions.splitlines(), f"{left} = {lhs.strip()}", f"{right} = {rhs.strip()}"]
    parsed = parse_equations("\n".join(line.strip() for line in lines if line.strip()), symbols)
    equations = tuple(Equation(*equation) for equation in parsed)
    system = EquationSystem("a statement", tuple(symbols.values()), equations, right)
    return Statement(system, left, right, f"{lhs.strip()} = {rhs.strip()}")


def _free_name(name: str, symbols: Mapping[str, Value], definitions: str) -> str:
    while name in symbols or name in definitions:
        name += "_1"
    return name


def _is_size(symbol: Symbol) -> bool:
    return bool(symbol.is_integer and symbol.is_positive)


def _of_expressions(lhs: Basic, rhs: Basic) -> Statement:
    sides = [from_sympy(side) for side in (lhs, rhs)]
    symbols: dict[str, Value] = {}
    for side in sides:
        # A family's symbol and a matrix's are atoms; a scalar's is one that is no size and no index.
        for symbol in sorted(side.atoms(MatrixSymbol, FamilySymbol), key=str):
            symbols[symbol.name] = symbol
        for symbol in sorted(side.atoms(Symbol), key=str):
            if not is_index(symbol) and not _is_size(symbol):
                symbols.setdefault(symbol.name, symbol)
    for size in sorted({symbol.name for side in sides for symbol in side.atoms(Symbol) if _is_size(symbol)}):
        if size in symbols:
            raise LanguageError(f"{size} is both a size and another value; rename one of them.")
    left, right = (_free_name(name, symbols, "") for name in (LEFT, RIGHT))
    equations = (Equation(left, sides[0]), Equation(right, sides[1]))
    system = EquationSystem("a statement", tuple(symbols.values()), equations, right)
    return Statement(system, left, right, f"{lhs} = {rhs}")
