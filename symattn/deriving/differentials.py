"""Differentials: statements about derivatives along moving inputs, decided in index notation by the chain rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Expr, Function

from symattn.deriving.claim import LEFT, RIGHT, Claim
from symattn.deriving.index_equality import NORMAL_FORMS_DIFFER, same_entries, translated
from symattn.deriving.moving_instances import counterexample
from symattn.deriving.tables import in_language
from symattn.equations import Equation, EquationSystem
from symattn.language import parse_expression
from symattn.nodes import ElementwiseFunction, full_shape
from symattn.proof import normal_form
from symattn.proof.differentiation import derivative
from symattn.proof.terms import Expression, Factor, added, fresh, of_factor, of_index, zero
from symattn.proof.translation import Places, Translator
from symattn.verdicts import Verdict


class Differentiated(Function):
    """The derivative of a number along the rates of the inputs, left as it is written."""

    @classmethod
    def eval(cls, x: Expr) -> None:
        return None


class Differential(ElementwiseFunction):
    """``D(A)``, the rate at which every entry changes; shapes ``(n, m) -> (n, m)``.

    >>> from sympy import MatrixSymbol
    >>> Differential(MatrixSymbol("S", 2, 3))[0, 1]
    Differentiated(S[0, 1])
    """

    @staticmethod
    def of_number(x: Expr) -> Expr:
        return Differentiated(x)


FUNCTIONS = {"D": Differential}
"""What statements about derivatives may call, beside the functions of the language."""


@dataclass(frozen=True)
class Moving:
    """The inputs that move, each with the input that is its rate; called with a claim in which ``D(…)`` occurs.

    ``D(A)`` is the derivative of A in the direction of the rates, so that a formula for it which is linear in the rates
    is the derivative itself. It is found from the entries by the sum, product and chain rules, for every size.

    >>> from symattn.deriving.claim import Setting
    >>> along = Moving({"S": "dS"})
    >>> scores = Setting({"S": "n m", "dS": "n m"}, "P = softmax(S)")
    >>> along(Claim("D(P)", "=", "P * (dS - rowsum(P * dS))", scores)).kind
    'proved'
    """

    rates: Mapping[str, str]

    def __call__(self, claim: Claim) -> Verdict:
        system = self.written(claim)
        translator = translated(_Along, system, moving=self.directions(claim))
        reason = "differentiated, both sides have one normal form, for every size"
        found = same_entries(claim, system, translator, reason)
        if found.reason != NORMAL_FORMS_DIFFER:
            return found
        shown = counterexample(system, self.rates, Differentiated)
        if shown is not None:
            return Verdict("refuted", str(claim), "the derivatives differ", counterexample=shown)
        return found

    def written(self, claim: Claim) -> EquationSystem:
        """Both sides written out to the inputs."""
        setting = claim.setting
        sides = {LEFT: claim.before, RIGHT: claim.after}
        made = [
            Equation(name, parse_expression(in_language(text), setting.known, FUNCTIONS))
            for name, text in sides.items()
        ]
        symbols = tuple(setting.symbols.values())
        whole = EquationSystem("a step", symbols, (*setting.definitions, *made), RIGHT)
        written = tuple(Equation(name, whole.expression(name)) for name in sides)
        return EquationSystem("a step", symbols, written, RIGHT)

    def directions(self, claim: Claim) -> dict[str, tuple[str, tuple[Expr, ...]]]:
        """The rate and the shape of each input that moves."""
        symbols: Mapping[str, Any] = claim.setting.symbols
        return {name: (rate, full_shape(symbols[name])) for name, rate in self.rates.items()}


@dataclass
class _Along(Translator):
    """A translator that knows what D means."""

    moving: Mapping[str, tuple[str, tuple[Expr, ...]]] | None = None

    def formula(self, value: Any, places: Places) -> Expression:
        if not isinstance(value, Differentiated):
            return super().formula(value, places)
        inside = self.formula(value.args[0], places)
        parts = []
        for name, (rate, shape) in (self.moving or {}).items():
            indices = [None if length == 1 else fresh(self.length(length)) for length in shape]
            positions = tuple(zero() if index is None else of_index(index) for index in indices)
            slope = derivative(inside, name, positions)
            term = normal_form.multiplied(slope, of_factor(Factor("entry", rate, positions)))
            for index in indices:
                term = term if index is None else normal_form.total(index, term)
            parts.append(term)
        return added(*parts)
