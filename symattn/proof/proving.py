"""prove: whether two formulas are equal for every size, with the argument, a counterexample, or why it is not known."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from symattn.equations import EquationSystem
from symattn.errors import InputError
from symattn.proof import equality
from symattn.proof.counterexample import search
from symattn.proof.statement import Statement, stated
from symattn.verdicts import Verdict

SECONDS = 10.0
"""How long a statement is worked on unless told."""

SHARE = 0.5
"""The part of the time that goes to the argument; the rest is for a counterexample."""


def prove(
    lhs: Any,
    rhs: Any,
    inputs: Mapping[str, str] | None = None,
    given: str | Iterable[str] = "",
    seconds: float = SECONDS,
) -> Verdict:
    """Whether two formulas are equal for every size: ``proved``, ``refuted`` with a counterexample, or ``unknown``.

    Both sides are texts in the language of equations over ``inputs`` (name to shape, as for a mechanism) and the
    definitions ``given``, or two matrix expressions. A proof brings both sides to one normal form in index notation;
    a refutation shows the smallest sizes and simple numbers at which exact values, or rigorous enclosures, differ.
    Errors: ``LanguageError``, ``UnknownNameError``, ``ShapeError`` for what is no statement; ``InputError`` for a time
    that is none.

    >>> print(prove("softmax(S + c)", "softmax(S)", inputs={"S": "n m", "c": "n 1"}).kind)
    proved
    """
    if not isinstance(seconds, (int, float)) or not 0 < seconds < float("inf"):
        raise InputError(f"seconds is a positive number, found {seconds!r}.")
    return decide(stated(lhs, rhs, inputs, given), seconds)


def prove_values(system: EquationSystem, left: str, right: str, seconds: float = SECONDS) -> Verdict:
    """The same for two named values of one system, families included.

    Errors: ``UnknownNameError`` for a name that the system does not have, ``ShapeError`` for different shapes.
    """
    return decide(Statement(system, left, right, f"{left} = {right}"), seconds)


def decide(statement: Statement, seconds: float = SECONDS) -> Verdict:
    """The verdict on a statement: an argument is looked for first, then a counterexample."""
    begun = time.monotonic()
    system, left, right = statement.system, statement.left, statement.right
    argument = equality.argue(system, left, right, seconds * SHARE)
    if argument.holds:
        return equality.proved(system, left, right, statement.text, argument, begun)
    found = search(system, left, right, seconds=max(seconds - (time.monotonic() - begun), 0.05))
    spent = time.monotonic() - begun
    if found.counterexample is not None:
        reason = "the two sides differ at the numbers shown"
        return Verdict("refuted", statement.text, reason, counterexample=found.counterexample, seconds=spent)
    tried = f"; no counterexample among {found.exact} instances compared exactly and {found.sampled} in floating point"
    return Verdict("unknown", statement.text, argument.reason + tried, instances=tuple(found.instances), seconds=spent)
