"""Permuting: statements about any permutation matrix, decided in index notation with a place for each row's 1."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from symattn.deriving.claim import Claim
from symattn.deriving.index_equality import same_entries, translated
from symattn.deriving.instances import exactly
from symattn.deriving.marked import as_typed
from symattn.proof import normal_form
from symattn.proof.places import placed
from symattn.proof.terms import Expression
from symattn.proof.translation import Translator
from symattn.verdicts import Verdict
from symattn.verification.instances import rational

INSTANCES = 4
"""Instances at which a statement is tried before it is proved."""

DRAWS = 40
"""Instances that these are chosen from."""


@dataclass(frozen=True)
class Permutations:
    """The inputs that are permutation matrices: square, one 1 in each row and column, and 0 elsewhere.

    Called with a claim it decides it for every such matrix and every size: the entry in row i and column j is 1 where
    j = p(i), p being any one-to-one map of the rows, so that sums over p(i) are sums over i.

    >>> from symattn.deriving.claim import Setting
    >>> any_order = Permutations(("Pi",))
    >>> any_order(Claim("softmax(S @ Pi)", "=", "softmax(S) @ Pi", Setting({"S": "n m", "Pi": "m m"}))).kind
    'proved'
    """

    names: tuple[str, ...]

    @property
    def condition(self) -> str:
        """What is assumed, in words."""
        are = "are permutation matrices" if self.names[1:] else "is a permutation matrix"
        return (
            f"{' and '.join(f'`{name}`' for name in self.names)} {are}: one 1 in each row and column, and 0 elsewhere"
        )

    def __call__(self, claim: Claim) -> Verdict:
        found = exactly(claim, self.telling_instances(claim))
        if found.kind == "refuted":
            return found
        system = claim.written_out
        translator = translated(_Permuted, system, permutations=self.lengths(claim))
        reason = "both sides have one normal form in index notation, for every size and every permutation"
        verdict = same_entries(claim, system, translator, reason)
        return replace(verdict, conditions=(as_typed(self.condition),)) if verdict else verdict

    def lengths(self, claim: Claim) -> dict[str, Any]:
        """How many rows each permutation has."""
        return {name: claim.setting.symbols[name].shape[0] for name in self.names}

    def telling_instances(self, claim: Claim) -> list[Mapping[str, Any]]:
        """The instances that tell most of some: those whose permutations are not their own inverses come first."""

        def own_inverses(values: Mapping[str, Any]) -> int:
            return sum(
                values[name] == [list(column) for column in zip(*values[name], strict=True)] for name in self.names
            )

        return sorted(itertools.islice(self.instances(claim), DRAWS), key=own_inverses)[:INSTANCES]

    def instances(self, claim: Claim) -> Iterator[Mapping[str, Any]]:
        """Small numbers for the inputs, with permutations drawn at random."""
        generator = random.Random(0)
        for instance in rational(claim.system, generator):
            values = dict(instance.elements[0])
            for name in self.names:
                count = len(values[name])
                order = generator.sample(range(count), count)
                values[name] = [[int(column == place) for column in range(count)] for place in order]
            yield values


@dataclass
class _Permuted(Translator):
    """A translator to which an entry of a permutation matrix says where its row's 1 is."""

    permutations: Mapping[str, Any] | None = None

    def named(self, name: str, positions: tuple[Expression, ...]) -> Expression:
        if name not in (self.permutations or {}):
            return super().named(name, positions)
        row, column = positions
        return normal_form.delta(column, placed(name, row, self.length((self.permutations or {})[name])))
