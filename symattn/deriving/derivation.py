"""Derivation: a chain that reads like the paper and checks each step as it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from symattn.deriving.bounds import ordered
from symattn.deriving.claim import Claim, Setting
from symattn.deriving.equality import equal
from symattn.deriving.grounds import Grounds, grounds_of
from symattn.deriving.limiting import approached, squeezed
from symattn.deriving.marked import as_typed
from symattn.deriving.presenting import derivation_presentation
from symattn.deriving.printing import lines_of
from symattn.deriving.rules import Rule, bound, limit
from symattn.deriving.saying import as_data, with_formulas
from symattn.deriving.step import Step
from symattn.deriving.weaker import EVIDENCE_ASKED, weaker
from symattn.errors import InputError, LanguageError, RefutedError
from symattn.publishing import Presentation
from symattn.verdicts import Verdict, weakest

Checker = Callable[[Claim], Verdict]
"""What finds out whether a claim is right."""


@dataclass(frozen=True, eq=False)
class Derivation:
    """A chain of steps from ``start``, each checked when it is written; immutable, so that none can rest on itself.

    ``inputs`` and ``given`` are a mechanism's inputs and equations; ``conditions`` say what the inputs satisfy.
    Formulas in conditions that are words, and in notes, stand between backquotes and are parsed when they are printed
    or kept. ``checker`` takes the place of the prover, for statements of another kind.
    Errors: those of the language for a text that is not in it, ``RefutedError`` for a step that is wrong, with the
    numbers that show it.

    >>> from symattn.deriving.rules import definition, exponent
    >>> chain = Derivation("a product of weights", "exp(S) * exp(S)", inputs={"S": "n m"})
    >>> print(chain.to("exp(2 * S)", by=exponent))
    a product of weights
      for S (n m)
         exp(S) * exp(S)
       = exp(2 * S)   [by exponent; proved]
      evidence: proved
    """

    title: str
    start: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    given: str = ""
    conditions: Sequence[str] = ()
    source: str = ""
    checker: Checker | None = field(default=None, compare=False, repr=False)
    steps: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.conditions, str):
            raise InputError(f"conditions come as a list of texts, found one text: {self.conditions!r}.")
        if not isinstance(self.given, str):
            raise InputError(
                f"given is one text, an equation a line; found {type(self.given).__name__}: {self.given!r}."
            )
        object.__setattr__(self, "start", self.start.strip())
        object.__setattr__(self, "conditions", tuple(self.conditions))
        object.__setattr__(self, "inputs", dict(self.inputs))
        object.__setattr__(self, "given", "\n".join(line.strip() for line in self.given.strip().splitlines()))
        if self.checker is None and not self.steps:
            _ = self.setting.system(start_side=self.start)

    @cached_property
    def setting(self) -> Setting:
        """What all sides are written over."""
        return Setting(self.inputs, self.given, tuple(self.conditions))

    @property
    def end(self) -> str:
        """Where the chain has come to."""
        return self.steps[-1].after if self.steps else self.start

    @property
    def relation(self) -> str:
        """How the start is related to the end: equal, at most, at least, tending to."""
        return next((step.relation for step in self.steps if step.relation != "="), "=")

    @property
    def conclusion(self) -> str:
        """What the chain shows: its start, the relation, its end."""
        return f"{self.start} {self.relation} {self.end}"

    def to(
        self,
        after: str,
        by: Rule,
        using: Iterable[Derivation] = (),
        note: str = "",
        evidence: str = "proved",
        at: Iterable[Mapping[str, Any]] = (),
    ) -> Derivation:
        """The chain with one more step, ``= after``.

        The prover is asked first. Where it does not know, the step is kept and is only claimed, unless ``evidence``
        allows a weaker kind: ``"exact"`` (exact arithmetic at instances, those ``at`` which or small random ones),
        ``"sampled"`` (50 digits at random instances) or ``"cited"`` (claimed, with its source in the rule).
        """
        claim = Claim(self.end, "=", after.strip(), self.setting)
        return self._extended(claim, (self.checker or equal)(claim), by, using, note, evidence, at)

    def at_most(self, after: str, by: Rule = bound, slack: str | None = None, **more: Any) -> Derivation:
        """The chain with one more step, ``<= after``, entry by entry; options as for ``to``.

        ``slack`` is what ``after`` exceeds by, written so that it is seen not to be negative.
        """
        claim = Claim(self.end, "<=", after.strip(), self.setting)
        return self._bounded(claim, slack, by, **more)

    def at_least(self, after: str, by: Rule = bound, slack: str | None = None, **more: Any) -> Derivation:
        """The chain with one more step, ``>= after``, entry by entry; options as for ``at_most``."""
        claim = Claim(self.end, ">=", after.strip(), self.setting)
        return self._bounded(claim, slack, by, **more)

    def tends_to(
        self,
        after: str,
        when: str,
        at: Iterable[Mapping[str, Any]] = (),
        between: tuple[Derivation, Derivation] | None = None,
        by: Rule = limit,
        note: str = "",
    ) -> Derivation:
        """The chain with one more step, ``-> after`` when, as in ``"T -> 0"`` or ``"T -> oo"``.

        It is proved by continuity, or ``between`` a derivation of a lower and one of an upper bound that have this
        limit; otherwise it is checked at instances, where ``at`` are numbers for the other inputs. An input that tends
        to a number does so from above.
        """
        claim = Claim(self.end, "->", after.strip(), self.setting)
        note = f"when `{when}`" + (f"; {note}" if note else "")
        if between is None:
            verdict = approached(claim, when, list(at))
        else:
            lower, upper = between
            verdict = squeezed(claim, when, lower.bound_on(claim), upper.bound_on(claim), list(at))
        return self._extended(claim, verdict, by, between or (), note, "proved", ())

    def bound_on(self, claim: Claim) -> Claim:
        """What this derivation shows of the side that a claim starts with.

        Errors: ``LanguageError`` if it is about something else, or under conditions that the claim has not.
        """
        here, there = self.setting, claim.setting
        same = (self.start, here.inputs, here.given) == (claim.before, there.inputs, there.given)
        if not same or not set(here.conditions) <= set(there.conditions):
            raise LanguageError(f"“{self.title}” bounds {self.start}, under its conditions, and not {claim.before}.")
        return Claim(self.start, self.relation, self.end, here)

    def _bounded(
        self,
        claim: Claim,
        slack: str | None,
        by: Rule,
        using: Iterable[Derivation] = (),
        note: str = "",
        evidence: str = "proved",
        at: Iterable[Mapping[str, Any]] = (),
    ) -> Derivation:
        verdict = ordered(claim, slack, self.checker or equal)
        return self._extended(claim, verdict, by, using, note, evidence, at, slack or "")

    def _extended(
        self,
        claim: Claim,
        verdict: Verdict,
        by: Rule,
        using: Iterable[Derivation],
        note: str,
        evidence: str,
        at: Iterable[Mapping[str, Any]],
        slack: str = "",
    ) -> Derivation:
        if evidence not in EVIDENCE_ASKED:
            raise InputError(f"evidence is one of {', '.join(EVIDENCE_ASKED)}, found {evidence!r}.")
        if not isinstance(by, Rule):
            raise InputError(f"a step is by a Rule such as symattn.deriving.rules.definition, found {by!r}.")
        with_formulas(self.setting, note)
        if len({self.relation, claim.relation} - {"="}) > 1:
            raise LanguageError(f"after {self.relation} a chain does not go on with {claim.relation}: nothing follows.")
        if verdict.kind == "unknown":
            verdict = weaker(claim, verdict, evidence, by, list(at))
        if verdict.kind == "refuted":
            raise RefutedError(f"the step by {by.name} is wrong: {claim}").in_context(
                verdict.reason, *str(verdict.counterexample).splitlines(), f"in “{self.title}”"
            )
        step = Step(claim.before, claim.relation, claim.after, by, verdict, tuple(using), note, slack)
        return replace(self, steps=(*self.steps, step))

    @property
    def evidence(self) -> str:
        """The weakest evidence of its steps and of everything that they use; a chain without steps claims nothing."""
        return weakest(step.evidence for step in self.steps)

    def rests_on(self) -> Grounds:
        """All rules, derivations and claimed steps, each once, through all levels."""
        return grounds_of([self])

    def present(self) -> Presentation:
        """The derivation as a document, to be printed by ``.to("latex")`` and in the other formats."""
        return derivation_presentation(self, self.source)

    def to_dict(self) -> dict[str, Any]:
        """The derivation as data; what it uses is named, and comes by ``rests_on``.

        Formulas are as they are typed; the parts of a note, words and formulas, are in ``note_parts`` as printed too.
        """
        return {
            "title": self.title,
            "inputs": dict(self.inputs),
            "given": self.given.splitlines(),
            "conditions": [as_typed(condition) for condition in self.conditions],
            "start": self.start,
            "steps": [{**step.to_dict(), "note_parts": as_data(self.setting, step.note)} for step in self.steps],
            "conclusion": self.conclusion,
            "evidence": self.evidence,
            "source": self.source,
        }

    def __str__(self) -> str:
        return "\n".join(lines_of(self))
