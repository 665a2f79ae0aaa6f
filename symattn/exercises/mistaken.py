"""Mistaken values: what the usual mistakes give for an exercise's numbers, each computed by the same engine."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import NamedTuple

from symattn.auditing.mistakes import mistaken_systems
from symattn.equations import EquationSystem
from symattn.errors import SymattnError
from symattn.exact import Element, ExactMatrix
from symattn.exact.evaluation import Known
from symattn.exercises.task import Task
from symattn.worked import Bound

ROUNDED_TO = (0, 1, 2, 3)
"""Decimal places to which intermediate values are rounded by hand."""


class Mistaken(NamedTuple):
    """A value, the sentence of the mistake that gives it, and what stands in the sentence's places."""

    value: Known
    sentence: str
    words: dict[str, str]


def mistaken_values(task: Task) -> Iterator[Mistaken]:
    """The values of the usual mistakes: the exercise's own, those that audits name, and rounding on the way.

    A mistake that cannot be made with these numbers, such as a quotient by zero, gives no value.

    >>> from symattn.exercises.catalogue import identified
    >>> task = identified("weights-7-1").task
    >>> [found.sentence for found in mistaken_values(task)][:2]
    ['slip divided by d_k', 'mistake 1/√d_k missing']
    """
    for slip in task.slips:
        yield from _value(task, slip.made_in(task.system), slip.sentence)
    for mistake, mistaken in mistaken_systems(task.system):
        yield from _value(task, mistaken.system, f"mistake {mistake.name}")
    yield from _rounded_on_the_way(task)


def _value(task: Task, system: EquationSystem, sentence: str) -> Iterator[Mistaken]:
    try:
        yield Mistaken(_bound(task, system).exact(task.asked), sentence, {})
    except SymattnError:
        return


def _bound(task: Task, system: EquationSystem) -> Bound:
    return Bound(system, {name: task.bound.exact(name) for name in task.system.inputs})


def _rounded_on_the_way(task: Task) -> Iterator[Mistaken]:
    for equation in task.system.needed(task.asked)[:-1]:
        exact = task.bound.exact(equation.name)
        for places in ROUNDED_TO:
            rounded = _rounded(exact, places)
            if rounded is None or rounded == exact:
                continue
            try:
                value = task.bound.with_value(equation.name, rounded).exact(task.asked)
            except SymattnError:
                continue
            yield Mistaken(value, "slip rounded on the way", {"name": equation.name, "places": str(places)})


def _rounded(value: Known, places: int) -> Known | None:
    """Every number rounded to so many decimal places; nothing for a family."""
    if isinstance(value, Element):
        return Element.of(rounded_to(value, places))
    if isinstance(value, ExactMatrix):
        return ExactMatrix([[Element.of(rounded_to(each, places)) for each in row] for row in value.rows])
    return None


def rounded_to(number: Element, places: int, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """A number rounded to decimal places, half to even, or cut off with ``ROUND_DOWN``.

    >>> rounded_to(Element.of("2/3"), 2)
    Decimal('0.67')

    Errors: ``LimitError`` for more digits than a decimal may have.
    """
    digits = max(number.decimal(20).adjusted() + places + 15, 20)
    shown = number.decimal(digits)
    with localcontext(prec=digits + 2):
        return shown.quantize(Decimal(1).scaleb(-places), rounding)
