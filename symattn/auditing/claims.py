"""What is claimed: formulas, or another mechanism, put beside the mechanism that they are claimed of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from sympy import Expr, Symbol

from symattn.auditing.mistakes import with_equal_sizes
from symattn.equations import Equation, EquationSystem
from symattn.errors import InputError, ShapeError, UnknownNameError
from symattn.language import WORDS, parse_equations
from symattn.language.names import check_name, suggestion
from symattn.nodes import Value, full_shape
from symattn.nodes.cases import put_in
from symattn.shapes import same_size, show

DEFINED = re.compile(r"^\s*([A-Za-z]\w*)\s*(?:\[[^\]=]*\])?\s*=(?!=)", flags=re.MULTILINE)
"""The left side of an equation, at the beginning of a line."""

CLAIMED = "claimed"
"""What the names of claimed values end with where they stand beside the mechanism's own."""


@dataclass(frozen=True)
class Claim:
    """A claim beside the mechanism: one system that holds the equations of both.

    ``system`` has the mechanism's inputs; ``left`` is its value, ``right`` what is claimed to be equal to it. ``equal``
    are the sizes that have to be equal for the claim to conform.
    """

    text: str
    system: EquationSystem
    mechanism: EquationSystem
    left: str
    right: str
    equal: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def claim_of(claim: str | EquationSystem, system: EquationSystem, value: str | None = None) -> Claim:
    """The claim of a text in the language of equations, or of another mechanism, about a value of a mechanism.

    Names that the claim does not define are the mechanism's inputs and values. Without ``value`` the claim is about the
    value that its last equation is named after, and about the output if there is none of that name. A text whose
    products conform only where two sizes are equal is a claim about these sizes.
    Errors: those of ``mechanism`` for text that is no formula; ``ShapeError`` for a claim of another shape.
    """
    if value is not None and value not in system.by_name:
        raise system.unknown(value)
    if isinstance(claim, EquationSystem):
        return _beside(claim.name, system, *_of_mechanism(claim, system), value)
    text = _with_left_side(claim, value or system.output)
    try:
        return _of_text(text, claim, system, value)
    except ShapeError:
        for equal, merged in with_equal_sizes(system):
            try:
                return replace(_of_text(_with_one_size(text, equal), claim, merged, value), equal=equal)
            except ShapeError:
                continue
        raise


def _with_one_size(text: str, equal: Mapping[str, str]) -> str:
    """A text in which sizes that are equal have one name.

    >>> _with_one_size("S = Q @ K / sqrt(d_k)", {"d_k": "n"})
    'S = Q @ K / sqrt(n)'
    """
    for dropped, kept in equal.items():
        text = re.sub(rf"\b{dropped}\b", kept, text)
    return text


def _with_left_side(text: str, value: str) -> str:
    if not isinstance(text, str) or not text.strip():
        raise InputError("a claim is a formula or equations, as in 'O = softmax(Q @ K.T) @ V'; found none.")
    return text if DEFINED.search(text) else f"{value} = {text.strip()}"


def _of_text(text: str, shown: str, system: EquationSystem, value: str | None) -> Claim:
    defined = set(DEFINED.findall(text))
    for name in defined & set(system.inputs):
        raise InputError(f"the claim defines {name}, which is an input of {system.name}; an input is not claimed.")
    symbols: dict[str, Value] = dict(system.inputs)
    symbols.update((name, equation.symbol) for name, equation in system.by_name.items() if name not in defined)
    equations = tuple(Equation(*parsed) for parsed in parse_equations(text, symbols))
    return _beside(" ".join(shown.split()), system, equations, equations[-1].name, value)


def _of_mechanism(claim: EquationSystem, system: EquationSystem) -> tuple[tuple[Equation, ...], str]:
    """The equations of another mechanism, in the sizes of the first, whose inputs it shares by name."""
    sizes: dict[Any, Any] = {}
    for name, symbol in claim.inputs.items():
        if name not in system.inputs:
            hint = suggestion(name, system.inputs)
            listing = ", ".join(system.inputs)
            raise UnknownNameError(
                f"{claim.name} has the input {name!r}, {system.name} has not.{hint} It has: {listing}."
            )
        own, others = full_shape(symbol), full_shape(system.inputs[name])
        if len(own) != len(others) or not all(_fits(sizes, *lengths) for lengths in zip(own, others, strict=True)):
            raise ShapeError(f"{name} is {show(own)} in {claim.name} and {show(others)} in {system.name}.")
    renamed: dict[Any, Any] = dict(sizes)
    renamed.update((symbol, system.inputs[name]) for name, symbol in claim.inputs.items())
    equations = []
    for equation in claim.equations:
        old = equation.symbol
        axes = tuple((symbol, put_in(length, sizes)) for symbol, length in equation.axes)
        changed = Equation(equation.name, put_in(equation.expression, renamed), axes)
        renamed[old] = changed.symbol
        equations.append(changed)
    return tuple(equations), claim.output


def _fits(sizes: dict[Any, Any], own: Expr, other: Expr) -> bool:
    """Whether a size is the other one, or can be called so from here on."""
    if isinstance(own, Symbol):
        return same_size(sizes.setdefault(own, other), other)
    return same_size(own.xreplace(sizes), other)


def _beside(text: str, system: EquationSystem, equations: Sequence[Equation], name: str, value: str | None) -> Claim:
    left = value or (name if name in system.by_name else system.output)
    both, names = joined(system, equations, CLAIMED)
    claim = Claim(text, both, system, left, names[name])
    found, asked = both.shape(claim.right), both.shape(left)
    if len(found) != len(asked) or not all(map(same_size, found, asked)):
        raise ShapeError(f"the claimed {name} is {show(found)}, {left} of {system.name} is {show(asked)}.")
    return claim


def joined(system: EquationSystem, equations: Iterable[Equation], word: str) -> tuple[EquationSystem, dict[str, str]]:
    """A system with further equations, over the same inputs, under names of their own, and these names.

    >>> from symattn.mechanisms import named
    >>> dot = named("dot")
    >>> both, names = joined(dot, dot.equations, "again")
    >>> [equation.name for equation in both], names["O"]
    (['S', 'P', 'O', 'S_again', 'P_again', 'O_again'], 'O_again')
    """
    taken = {*system.inputs, *system.by_name, *(size.name for size in system.sizes)}
    names: dict[str, str] = {}
    renamed: dict[Any, Any] = {}
    added = []
    for equation in equations:
        name = check_name(
            next(name for name in _names_like(equation.name, word) if name not in taken), "a value", WORDS
        )
        changed = Equation(name, put_in(equation.expression, renamed), equation.axes)
        renamed[equation.symbol] = changed.symbol
        taken.add(name)
        names[equation.name] = name
        added.append(changed)
    return replace(system, equations=(*system.equations, *added)), names


def _names_like(name: str, word: str) -> Iterator[str]:
    yield f"{name}_{word}"
    number = 2
    while True:
        yield f"{name}_{word}{number}"
        number += 1
