"""Backward passes proved for every size: each cotangent is what the chain rule says, one equation after the other.

For every name ``A`` of the forward equations the chain rule asks for

    dA[p] = (upstream, if A is the output) + the sum over the equations B that mention A, and over their entries e, of
    dB[e] times the derivative of B[e] by A[p],

and that is what the claimed equation of ``dA`` is compared with, in index notation. If all of them hold, the claimed
cotangents are the derivatives of <upstream, output>: that is the chain rule for a list of equations.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from symattn.equations import Equation, EquationSystem, mentioned_names
from symattn.errors import InputError, LimitError, MissingRowError
from symattn.proof import normal_form, notation
from symattn.proof.differentiation import derivative
from symattn.proof.equality import Argument, opened_until_zero, place_of, translator_of
from symattn.proof.normal_form import UndefinedError
from symattn.proof.patience import OutOfTimeError, within_seconds
from symattn.proof.terms import Expression, Factor, added, of_factor, subtracted, zero
from symattn.proof.translation import Translator
from symattn.verdicts import Verdict, weakest

SECONDS = 20.0
"""How long one cotangent is worked on unless told."""


@dataclass(frozen=True)
class ReverseMode:
    """A backward pass as claimed: the equations of its cotangents, and the forward equations that they are for.

    ``cotangents`` gives for each name of the forward equations the name of its cotangent; that of ``output`` is an
    input of the system, the upstream cotangent.
    """

    system: EquationSystem
    output: str
    cotangents: Mapping[str, str]
    forward: tuple[Equation, ...]
    results: tuple[str, ...] = ()
    """The names of the cotangents that were asked for."""

    @classmethod
    def of(cls, claimed: EquationSystem, forward: Iterable[Equation]) -> ReverseMode:
        """From a system that holds cotangents and says which, and all forward equations up to the output.

        Errors: ``InputError`` if the system has no upstream cotangent among its inputs.
        """
        cotangents = dict(claimed.cotangents)
        upstream = [name for name, cotangent in cotangents.items() if cotangent in claimed.inputs]
        if len(upstream) != 1:
            raise InputError(f"{claimed.name} is no backward pass: one of its inputs is the upstream cotangent.")
        forward = tuple(forward)
        names = {equation.name for equation in forward}
        behind = tuple(equation for equation in claimed.equations if equation.name not in names)
        whole = replace(claimed, equations=(*forward, *behind), results=())
        return cls(whole, upstream[0], cotangents, forward, claimed.results)


@dataclass(frozen=True)
class BackwardProof:
    """What is known of each cotangent of a backward pass, and of those asked for through all they rest on."""

    arguments: Mapping[str, Argument]
    rests_on: Mapping[str, frozenset[str]]
    wrt: tuple[str, ...] = ()
    cotangents: Mapping[str, str] = field(default_factory=dict)
    sampled: Mapping[str, Verdict] = field(default_factory=dict)
    """What was computed, at random instances, for those asked for that are not proved."""
    seconds: float = field(default=0.0, compare=False)

    def __bool__(self) -> bool:
        return all(argument.holds for argument in self.arguments.values())

    def verdict(self, name: str) -> Verdict:
        """The verdict on the cotangent of one name: proved if it and every cotangent that it rests on is."""
        needed = [other for other in self.arguments if other == name or other in self.rests_on[name]]
        open_ones = [other for other in needed if not self.arguments[other].holds]
        statement = f"d{name} is the derivative of <upstream, output> by {name}"
        steps = tuple(f"d{other}: {self.arguments[other].steps[-1]}" for other in needed if self.arguments[other].holds)
        if open_ones and name in self.sampled:
            return self.sampled[name]
        if open_ones:
            first = open_ones[0]
            return Verdict("unknown", statement, f"d{first} is not proved: {self.arguments[first].reason}", steps)
        reason = "each cotangent is what the chain rule asks for, in index notation, for every size"
        normal = self.arguments[name].normal_form
        return Verdict("proved", statement, reason, steps, normal, seconds=self.seconds)

    @property
    def kind(self) -> str:
        """The weakest evidence for any of the cotangents that were asked for."""
        return weakest(self.verdict(name).kind for name in self.wrt or self.arguments)

    def __str__(self) -> str:
        """A line for each cotangent that was asked for."""
        return "\n".join(f"{verdict.kind}: {name}: {verdict.reason}" for name, verdict in self.verdicts.items())

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """The verdict on each cotangent that was asked for, by the cotangent's name."""
        return {self.cotangents.get(name, name): self.verdict(name) for name in self.wrt or self.arguments}


def prove_backward(claimed: ReverseMode, seconds: float = SECONDS, only: Iterable[str] | None = None) -> BackwardProof:
    """Whether each claimed cotangent is the one that the chain rule asks for, ``seconds`` for each.

    ``only`` names the values whose cotangents are looked at; what rests on others is not proved then.
    """
    begun = time.monotonic()
    arguments, rests_on = {}, {}
    translator = translator_of(claimed.system)
    only = None if only is None else frozenset(only)
    for name in claimed.cotangents:
        rests_on[name] = frozenset(_influenced(name, claimed.forward))
        if name == claimed.output or (only is not None and name not in only):
            continue
        try:
            with within_seconds(seconds):
                arguments[name] = _argued(claimed, name, translator)
        except OutOfTimeError:
            arguments[name] = Argument(False, reason=f"no answer within {seconds:g} s")
        except (MissingRowError, LimitError, UndefinedError, RecursionError) as error:
            arguments[name] = Argument(False, reason=f"index notation cannot tell: {error}")
    named = {cotangent: name for name, cotangent in claimed.cotangents.items()}
    wrt = tuple(named[cotangent] for cotangent in claimed.results if cotangent in named)
    return BackwardProof(arguments, rests_on, wrt, claimed.cotangents, seconds=time.monotonic() - begun)


def _influenced(name: str, forward: tuple[Equation, ...]) -> set[str]:
    """The names that rest on a name."""
    found = {name}
    for equation in forward:
        if mentioned_names(equation.expression) & found:
            found.add(equation.name)
    return found - {name}


def _argued(claimed: ReverseMode, name: str, translator: Translator) -> Argument:
    system = claimed.system
    positions = place_of(system, name, translator)
    asked, terms = chain_rule(claimed, name, positions, translator)
    cotangent = claimed.cotangents[name]
    if cotangent in system.by_name:
        own = Translator({cotangent: system.by_name[cotangent]}, translator.scalars, translator.templates)
        found = own.named(cotangent, positions)
    else:
        found = of_factor(Factor("entry", cotangent, positions))
    late = [equation.name for equation in claimed.forward]
    rest, names = opened_until_zero(subtracted(found, asked), system, translator, terms, late)
    if not rest.is_zero:
        return Argument(False, reason=f"claimed and chain rule differ by {notation.text(rest)[:400]}")
    opened = f", with {', '.join(dict.fromkeys(names))} written out" if names else ""
    through = ", ".join(terms) or "nothing"
    line = f"the chain rule through {through} and the claimed equation have one normal form{opened}"
    return Argument(True, (f"the chain rule asks for {notation.text(asked)[:400]}", line), notation.text(found))


def chain_rule(
    claimed: ReverseMode, name: str, positions: tuple[Expression, ...], translator: Translator
) -> tuple[Expression, list[str]]:
    """What the chain rule asks of the cotangent of a name at a place, and the equations that it goes through.

    Through a value whose cotangent has no name the chain rule goes on to those that rest on it.
    """
    parts, through = [zero()], []
    if name == claimed.output:
        parts.append(of_factor(Factor("entry", claimed.cotangents[name], positions)))
    for equation in claimed.forward:
        if name not in mentioned_names(equation.expression):
            continue
        indices, own = translator.places(equation.shape)
        opening = Translator({equation.name: equation}, translator.scalars, translator.templates)
        slope = derivative(opening.named(equation.name, own), name, positions)
        if slope.is_zero:
            continue
        through.append(equation.name)
        cotangent = claimed.cotangents.get(equation.name)
        if cotangent is None:
            upstream = chain_rule(claimed, equation.name, own, translator)[0]
        else:
            upstream = of_factor(Factor("entry", cotangent, own))
        part = normal_form.multiplied(upstream, slope)
        for index in indices:
            part = normal_form.total(index, part)
        parts.append(part)
    return added(*parts), through
