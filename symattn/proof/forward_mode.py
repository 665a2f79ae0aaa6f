"""Forward mode proved for every size: each tangent is what the chain rule says, one equation after the other.

For every equation ``B`` of the forward equations the chain rule asks for

    B_dot[p] = the sum over the names A that B mentions, and over their entries q, of the derivative of B[p] by A[q]
    times A_dot[q],

and that is what the claimed equation of the tangent is compared with, in index notation.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from symattn.calculus import backward, forward_parts, hvp, jvp
from symattn.equations import Equation, EquationSystem
from symattn.errors import LimitError, MissingRowError
from symattn.proof import notation
from symattn.proof.chain_rule import SECONDS
from symattn.proof.differentiation import differential
from symattn.proof.equality import Argument, opened_until_zero, place_of, translator_of
from symattn.proof.gradients import prove_gradients, same_forward
from symattn.proof.normal_form import UndefinedError
from symattn.proof.patience import OutOfTimeError, within_seconds
from symattn.proof.terms import Expression, Factor, of_factor, subtracted, zero
from symattn.proof.translation import Translator
from symattn.verdicts import Verdict, weakest


@dataclass(frozen=True)
class TangentProof:
    """What is known of each tangent, and through it of all that rest on it."""

    arguments: Mapping[str, Argument]
    tangents: Mapping[str, str]
    seconds: float = field(default=0.0, compare=False)

    def __bool__(self) -> bool:
        return all(argument.holds for argument in self.arguments.values())

    def verdict(self, name: str) -> Verdict:
        """The verdict on the tangent of one value, all others that it may rest on included."""
        statement = f"the tangent of {name} is its derivative along the tangents that are given"
        failed = next((other for other, argument in self.arguments.items() if not argument.holds), None)
        if failed is not None:
            return Verdict("unknown", statement, f"that of {failed} is not proved: {self.arguments[failed].reason}")
        own = self.arguments[name]
        reason = "each tangent is what the chain rule asks for, in index notation, for every size"
        return Verdict("proved", statement, reason, own.steps, own.normal_form, seconds=self.seconds)

    @property
    def kind(self) -> str:
        """The weakest evidence for any of the tangents."""
        return weakest(self.verdict(name).kind for name in self.arguments)

    def __str__(self) -> str:
        """A line for each tangent that has an equation."""
        return "\n".join(f"{verdict.kind}: {name}: {verdict.reason}" for name, verdict in self.verdicts.items())

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """The verdict on each tangent that has an equation, by the tangent's name."""
        return {self.tangents[name]: self.verdict(name) for name in self.arguments}


def prove_tangents(
    system: EquationSystem,
    output: str | None = None,
    wrt: str | Iterable[str] | None = None,
    seconds: float = SECONDS,
    claimed: EquationSystem | None = None,
) -> TangentProof:
    """Whether the forward mode of a mechanism is right for every size: its own, or another one that is ``claimed``.

    Errors: ``UnknownNameError`` for a name that the mechanism does not have.

    >>> from symattn.mechanisms import named
    >>> prove_tangents(named("scaled-dot")).kind
    'proved'
    """
    begun = time.monotonic()
    names = wrt if wrt is None or isinstance(wrt, str) else tuple(wrt)
    forward = forward_parts(system, output, names)
    same_forward(system, forward)
    made = jvp(system, output, names) if claimed is None else claimed
    own = {equation.name for equation in forward}
    behind = tuple(equation for equation in made.equations if equation.name not in own)
    whole = replace(made, equations=(*forward, *behind), results=())
    translator = translator_of(whole)
    arguments = {}
    for equation in forward:
        tangent = dict(made.tangents).get(equation.name)
        if tangent is None or tangent not in whole.by_name:
            continue
        try:
            with within_seconds(seconds):
                arguments[equation.name] = _argued(whole, equation, tangent, forward, translator)
        except OutOfTimeError:
            arguments[equation.name] = Argument(False, reason=f"no answer within {seconds:g} s")
        except (MissingRowError, LimitError, UndefinedError, RecursionError) as error:
            arguments[equation.name] = Argument(False, reason=f"index notation cannot tell: {error}")
    return TangentProof(arguments, dict(made.tangents), time.monotonic() - begun)


def prove_second_order(
    system: EquationSystem, output: str | None = None, wrt: str | Iterable[str] | None = None, seconds: float = SECONDS
) -> Verdict:
    """Whether the Hessian of <dO, O> times a direction is right for every size: the backward pass and its tangents.

    Errors: ``UnknownNameError`` for a name that the mechanism does not have.

    >>> from symattn.mechanisms import named
    >>> prove_second_order(named("scaled-dot"), wrt="Q").kind
    'proved'
    """
    begun = time.monotonic()
    first = prove_gradients(system, output, wrt, seconds)
    back = backward(system, output, wrt)
    names = tuple(dict.fromkeys(name for name, cotangent in back.cotangents if cotangent in back.results))
    second = prove_tangents(back, None, names, seconds, claimed=hvp(system, output, wrt))
    kind = weakest([first.kind, second.kind])
    statement = "the Hessian of <upstream, output> times a direction is as claimed"
    if kind == "proved":
        reason = "the backward pass and the tangents of its cotangents are what the chain rule asks for"
        return Verdict(kind, statement, reason, seconds=time.monotonic() - begun)
    why = [str(first)] if first.kind != "proved" else []
    why += [f"{name}: {argument.reason}" for name, argument in second.arguments.items() if not argument.holds]
    return Verdict("unknown", statement, "; ".join(why), seconds=time.monotonic() - begun)


def _argued(
    whole: EquationSystem, equation: Equation, tangent: str, forward: tuple[Equation, ...], translator: Translator
) -> Argument:
    positions = place_of(whole, equation.name, translator)
    asked = along(whole, equation, positions, forward, translator)
    opening = Translator({tangent: whole.by_name[tangent]}, translator.scalars, translator.templates)
    found = opening.named(tangent, positions)
    rest, names = opened_until_zero(subtracted(found, asked), whole, translator, [equation.name])
    if not rest.is_zero:
        return Argument(False, reason=f"claimed and chain rule differ by {notation.text(rest)[:400]}")
    opened = f", with {', '.join(dict.fromkeys(names))} written out" if names else ""
    line = f"the chain rule and the claimed equation have one normal form{opened}"
    return Argument(True, (f"the chain rule asks for {notation.text(asked)[:400]}", line), notation.text(found))


def along(
    whole: EquationSystem,
    equation: Equation,
    positions: tuple[Expression, ...],
    forward: tuple[Equation, ...],
    translator: Translator,
) -> Expression:
    """What the chain rule asks of the tangent of an equation's value at a place.

    Through a value whose tangent has no name the chain rule goes on to those that it rests on; an input without one
    stands still.
    """
    tangents, by_name = dict(whole.tangents), {other.name: other for other in forward}

    def of_entry(factor: Factor) -> Expression:
        if factor.head in tangents:
            return of_factor(Factor("entry", tangents[factor.head], factor.parts))
        if factor.head in by_name:
            return along(whole, by_name[factor.head], factor.parts, forward, translator)
        return zero()

    opening = Translator({equation.name: equation}, translator.scalars, translator.templates)
    return differential(opening.named(equation.name, positions), of_entry)
