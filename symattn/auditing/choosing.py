"""audit: which kind of claim is made, about which value of which mechanism."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from symattn import limits
from symattn.auditing.claims import claim_of
from symattn.auditing.formulas import audit_formula
from symattn.auditing.functions import audit_function
from symattn.auditing.loading import function_of, is_function_claim
from symattn.auditing.outcome import Audit
from symattn.counts import count
from symattn.defining import Mechanism
from symattn.equations import EquationSystem
from symattn.errors import InputError
from symattn.mechanisms import named

MOST_SECONDS = 3600.0


def audit(
    claim: str | EquationSystem | Callable[..., Any],
    mechanism: str | EquationSystem,
    *,
    value: str | None = None,
    gradient: str | None = None,
    run: bool = False,
    arguments: Mapping[str, str] | None = None,
    instances: int = 16,
    seed: int = 0,
    seconds: float = 10.0,
) -> Audit:
    """Compare what is claimed of a mechanism with the mechanism.

    ``claim`` is a formula or equations in the language, a mechanism, or a function (itself, or ``"file.py:name"``),
    which is executed only with ``run=True``. ``mechanism`` is a name of the library or a mechanism. The claim is about
    ``value``, unless given what its last equation is named after, or the output; with ``gradient="dQ"`` it is about
    that value of the mechanism's backward pass, whose inputs are the mechanism's and the upstream cotangent.
    ``arguments`` say what a function's parameters are given, as in ``{"a": "Q"}``. ``seconds`` bound the proof, the
    search for a counterexample and the search for pairs of mistakes, each.
    Errors: those of ``mechanism`` for a text that is no formula, ``InputError`` for a function that does not run.

    >>> found = audit("O = softmax(Q @ K.T) @ V", "scaled-dot")
    >>> found.verdict.kind, found.mistakes
    ('refuted', ('1/√d_k missing',))
    """
    count(instances, "instances", 1, limits.INSTANCES)
    if not 0 < seconds <= MOST_SECONDS:
        raise InputError(f"seconds = {seconds!r}: a time is above 0 and at most {MOST_SECONDS:g}.")
    system, value = _subject(mechanism, value, gradient)
    if is_function_claim(claim):
        assert not isinstance(claim, EquationSystem)
        function = function_of(claim, run)
        return audit_function(function, system, value or system.output, arguments, instances, seed, seconds)
    if arguments:
        raise InputError("arguments say what a function's parameters are given; the claim is a formula.")
    assert isinstance(claim, (str, EquationSystem))
    return audit_formula(claim_of(claim, system, value), instances, seed, seconds)


def _subject(
    mechanism: str | EquationSystem, value: str | None, gradient: str | None
) -> tuple[EquationSystem, str | None]:
    if not isinstance(mechanism, (str, EquationSystem)):
        raise InputError(f"a mechanism is a name of the library or made by mechanism(), found {mechanism!r}.")
    system = named(mechanism) if isinstance(mechanism, str) else mechanism
    if gradient is None:
        return system, value
    if not isinstance(system, Mechanism):
        raise InputError("a gradient is of a mechanism made by mechanism(), or of one of the library.")
    backward = system.backward(value)
    if gradient not in backward.by_name:
        raise backward.unknown(gradient)
    return backward, gradient
