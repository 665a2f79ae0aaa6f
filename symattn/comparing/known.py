"""What is known of each mechanism compared: its winners, what its scores amount to, and how far they reach."""

from __future__ import annotations

from functools import cached_property

from symattn.comparing.fits import Form, Geometry, Scores, fit, form_of, stacked
from symattn.comparing.probes import probes
from symattn.comparing.saturation import BOUNDED, bound_of, functions_in, score_expression, without_saturation
from symattn.comparing.weighing import Weighed
from symattn.equations import EquationSystem, mentioned_names
from symattn.exact import Element, ExactMatrix
from symattn.exact.measures import entropy, softmax_entropy, winners
from symattn.nodes import Softmax


class Known:
    """What is known of one mechanism: its weights, what its scores amount to, and how far they reach."""

    def __init__(self, member: Weighed, geometry: Geometry | None) -> None:
        self.member = member
        self.label = member.label
        self.geometry = geometry

    @cached_property
    def winners(self) -> tuple[tuple[int, ...], ...]:
        """The winning keys of each query."""
        return tuple(map(winners, self.member.weights))

    @cached_property
    def entropies(self) -> tuple[Element, ...]:
        """The entropy of each row in nats; 0 for a row of zeros and for a row that is no distribution."""
        return tuple(
            self._entropy(i) if self.member.has_entropy(i) else Element.of(0) for i in range(len(self.winners))
        )

    def _entropy(self, i: int) -> Element:
        scores, keys, best = self.member.scores, self.member.keys_of(i), self.winners[i]
        row = [self.member.weights[i, j] for j in keys]
        if scores is None or not self.is_softmax:
            return entropy(row)
        return softmax_entropy(row, [scores[i, j] - scores[i, best[0]] for j in keys])

    @property
    def is_softmax(self) -> bool:
        """Whether the weights are a softmax of the scores."""
        return isinstance(self.member.normaliser, Softmax)

    @cached_property
    def form(self) -> Form | None:
        """What the scores amount to in terms of products, lengths, angles and distances."""
        return self.form_in(self.geometry)

    def form_in(self, geometry: Geometry | None) -> Form | None:
        """What the scores amount to for these queries and keys and, where the mechanism takes others, for those too."""
        if self.member.scores is None or geometry is None:
            return None
        tables = [self.member.scores, *(scores for scores, _ in self.probes)]
        return form_of(tables, [geometry, *(other for _, other in self.probes)])

    @cached_property
    def probes(self) -> tuple[tuple[Scores, Geometry], ...]:
        """Scores on other queries and keys."""
        return probes(self.member)

    def multiple_of(self, other: Known) -> Element | None:
        """The number by which the scores are those of another mechanism, a number common to each row aside."""
        mine, its = self.member.scores, other.member.scores
        if mine is None or its is None:
            return None
        alike = len(self.probes) == len(other.probes) and all(
            a.queries == b.queries and a.keys == b.keys
            for (_, a), (_, b) in zip(self.probes, other.probes, strict=True)
        )
        tables = [
            stacked([first, *(scores for scores, _ in (each.probes if alike else ()))])
            for first, each in ((mine, self), (its, other))
        ]
        found = fit(*tables)
        return None if found is None or found[0].is_zero else found[0]

    @cached_property
    def own(self) -> Geometry | None:
        """The mechanism's own queries and keys, by the names Q and K."""
        return geometry_in(self.member)

    @cached_property
    def bound(self) -> Element | None:
        """How large a score can be whatever the queries and keys."""
        vectors = vector_inputs(self.member.bound.system)
        return bound_of(self.member, vectors) if vectors else None

    @property
    def bounded_by(self) -> tuple[str, str] | None:
        """The function that bounds the scores, and what its values lie between."""
        expression = score_expression(self.member)
        if expression is None or self.bound is None:
            return None
        found = functions_in(expression)
        return BOUNDED[found[0]] if found else None

    @cached_property
    def unsaturated(self) -> ExactMatrix | None:
        """The scores without the bend of tanh and sigmoid."""
        return without_saturation(self.member)


def geometry_in(member: Weighed) -> Geometry | None:
    """The queries and keys of a mechanism that has them by the names Q and K, as vectors of one length."""
    queries, keys = member.matrix("Q"), member.matrix("K")
    if queries is None or keys is None or queries.shape[1] != keys.shape[1]:
        return None
    return Geometry(queries, keys) if (queries.shape[0], keys.shape[0]) == member.weights.shape else None


def vector_inputs(system: EquationSystem) -> frozenset[str]:
    """The inputs that queries and keys are made from: Q and K, or what their equations rest on."""
    found = set[str]()
    for name in ("Q", "K"):
        if name in system.inputs:
            found.add(name)
        elif name in system.by_name:
            for equation in system.needed(name):
                found |= mentioned_names(equation.expression) & set(system.inputs)
    return frozenset(found)
