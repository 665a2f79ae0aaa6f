"""What is compared: mechanisms with one set of numbers, their weights, winners and entropies, and what changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from symattn.comparing.changes import Change, changes
from symattn.comparing.known import Known, geometry_in
from symattn.comparing.reasons import reasons_for
from symattn.comparing.weighing import Weighed
from symattn.comparing.wording import plain_text
from symattn.errors import InputError
from symattn.exact import ExactMatrix, functions
from symattn.language.names import suggestion

Step = Callable[[int, int, str], None]
"""Told ``(done, total, what)`` as the work goes on."""


def silent(done: int, total: int, what: str) -> None:
    """No progress is shown."""


class Compared:
    """Mechanisms compared on one set of numbers, in the order in which they were named; the first is the reference.

    ``winners`` are the winning keys by mechanism and query, ``changes`` the queries that choose otherwise than under
    the first mechanism, ``reasons`` why. Keys and queries count from 0 here and from 1 in print.
    """

    def __init__(self, members: tuple[Weighed, ...], value: str | None = None, progress: Step | None = None) -> None:
        self.members = members
        self.value = value
        self.progress: Step = progress if progress is not None else silent
        geometry = next((found for member in members if (found := geometry_in(member)) is not None), None)
        self.known = tuple(Known(member, geometry) for member in members)

    @property
    def labels(self) -> tuple[str, ...]:
        """What the mechanisms are called."""
        return tuple(member.label for member in self.members)

    @cached_property
    def has_winners(self) -> bool:
        """Whether every row compared holds weights, of which the largest can be said to win."""
        if self.value is not None:
            return all(member.are_distributions for member in self.members)
        return all(member.normaliser is not None or member.are_nonnegative for member in self.members)

    def weights(self, label: str) -> ExactMatrix:
        """The compared value of one mechanism, ``(n, m)``."""
        return self._known(label).member.weights

    @cached_property
    def winners(self) -> dict[str, tuple[tuple[int, ...], ...]]:
        """By mechanism, the winning keys of each query, counted from 0; several where they tie exactly."""
        return {known.label: known.winners for known in self.known}

    def entropy(self, label: str) -> ExactMatrix:
        """The entropy of each row in nats, ``(n, 1)``; of weights whose rows are distributions."""
        return ExactMatrix([[entropy] for entropy in self._with_entropies(label).entropies])

    def perplexity(self, label: str) -> ExactMatrix:
        """``exp(entropy)`` of each row, ``(n, 1)``: how many equal weights would be as even."""
        return ExactMatrix([[functions.exp(entropy)] for entropy in self._with_entropies(label).entropies])

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The queries that choose other keys than under the first mechanism."""
        return tuple(changes(self.known)) if self.has_winners else ()

    def reasons(self, label: str, query: int) -> tuple[str, ...]:
        """Why another key wins a query, counted from 0, than under the first mechanism; nothing where none does."""
        known = self._known(label)
        found = [change for change in self.changes if change.query == query and change.other is known]
        return tuple(plain_text(reason) for change in found for reason in reasons_for(change))

    def _known(self, label: str) -> Known:
        for known in self.known:
            if known.label == label:
                return known
        raise InputError(
            f"{label!a} is not compared.{suggestion(str(label), self.labels)} There are: {', '.join(self.labels)}."
        )

    def _with_entropies(self, label: str) -> Known:
        known = self._known(label)
        member = known.member
        if not member.are_distributions:
            raise InputError(f"the rows of {member.name} of {label} are no distributions, so they have no entropy.")
        return known
