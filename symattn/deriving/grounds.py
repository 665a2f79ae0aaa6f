"""Grounds: everything that a derivation rests on, each once, through all levels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from symattn.deriving.rules import Rule
from symattn.deriving.step import Chain, Step


@dataclass(frozen=True)
class Grounds:
    """The rules, the derivations used, and the steps that are only claimed, with the derivation each stands in.

    ``derivations`` come in an order in which each stands behind those that it uses.
    """

    rules: tuple[Rule, ...]
    derivations: tuple[Chain, ...]
    claimed: tuple[tuple[str, Step], ...]

    def __str__(self) -> str:
        lines = [f"by {rule}" for rule in self.rules]
        lines += [f"with “{derivation.title}” ({derivation.evidence})" for derivation in self.derivations]
        lines += [f"claimed in “{title}”: {step.before} {step.relation} {step.after}" for title, step in self.claimed]
        return "\n".join(lines)


def grounds_of(roots: Iterable[Chain]) -> Grounds:
    """What some derivations rest on; they are not among the derivations unless one uses another."""
    rules: dict[Rule, None] = {}
    found: dict[int, Chain] = {}
    claimed: dict[int, tuple[str, Step]] = {}
    seen: set[int] = set()

    def visit(derivation: Chain) -> None:
        seen.add(id(derivation))
        for step in derivation.steps:
            rules.setdefault(step.rule)
            if step.claimed:
                claimed.setdefault(id(step), (derivation.title, step))
            for used in step.using:
                if id(used) not in seen:
                    visit(used)
                found.setdefault(id(used), used)

    for root in roots:
        if id(root) not in seen:
            visit(root)
    return Grounds(tuple(rules), tuple(found.values()), tuple(claimed.values()))
