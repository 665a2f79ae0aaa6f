"""Fits of one table of scores to others, exact or not at all: what a score function amounts to on the numbers given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from symattn.errors import ExactnessError, LimitError
from symattn.exact import Element, ExactMatrix, functions
from symattn.exact.operations import product

Scores = ExactMatrix
HALF = Element.of("1/2")


def fit(target: Scores, *features: Scores) -> tuple[Element, ...] | None:
    """The numbers ``c`` with ``target[i, j] = sum_f c_f features_f[i, j] + (a number common to row i)``, exactly.

    Nothing if there are none, if several choices would do, or if there are no more scores than unknowns, so that any
    target would fit. All matrices are ``(n, m)``. Undecided comparisons count as no fit.

    >>> S = ExactMatrix.of([[1, 2, 4], [0, 3, 1]])
    >>> fit(ExactMatrix.of([[7, 9, 13], [0, 6, 2]]), S)
    (Element(2),)
    >>> fit(ExactMatrix.of([[7, 9, 13], [0, 6, 3]]), S) is None
    True
    """
    unknown = len(features)
    n, m = target.shape
    if n * (m - 1) <= unknown:
        return None
    pivots: list[list[Element]] = []
    places: list[int] = []
    try:
        for i in range(n):
            for j in range(1, m):
                row = [table[i, j] - table[i, 0] for table in (*features, target)]
                for pivot, place in zip(pivots, places, strict=True):
                    factor = row[place]
                    row = [entry - factor * other for entry, other in zip(row, pivot, strict=True)]
                found = next((place for place in range(unknown) if not row[place].is_zero), None)
                if found is None:
                    if not row[unknown].is_zero:
                        return None
                    continue
                inverse = row[found].inverse()
                row = [entry * inverse for entry in row]
                pivots = [[a - p[found] * b for a, b in zip(p, row, strict=True)] for p in pivots] + [row]
                places.append(found)
    except (ExactnessError, LimitError):
        return None
    if len(places) < unknown:
        return None
    return tuple(pivots[places.index(place)][unknown] for place in range(unknown))


def stacked(tables: Iterable[Scores]) -> Scores:
    """Tables of scores of as many keys below one another, as one table to fit."""
    return ExactMatrix([row for table in tables for row in table])


@dataclass(frozen=True)
class Geometry:
    """Queries ``(n, d)`` and keys ``(m, d)`` as vectors: their products, lengths, angles and distances."""

    queries: ExactMatrix
    keys: ExactMatrix

    @cached_property
    def products(self) -> Scores:
        """``q_i . k_j``."""
        return product(self.queries, self.keys.T)

    @cached_property
    def key_squares(self) -> tuple[Element, ...]:
        """``|k_j|**2``."""
        return tuple(sum((x * x for x in row), Element.of(0)) for row in self.keys)

    @cached_property
    def query_squares(self) -> tuple[Element, ...]:
        """``|q_i|**2``."""
        return tuple(sum((x * x for x in row), Element.of(0)) for row in self.queries)

    @cached_property
    def lengths(self) -> tuple[Element, ...]:
        """``|k_j|``."""
        return tuple(map(functions.sqrt, self.key_squares))

    @cached_property
    def squares_in_rows(self) -> Scores:
        """``|k_j|**2`` in every row."""
        return ExactMatrix([self.key_squares] * self.queries.shape[0])

    @property
    def has_angles(self) -> bool:
        """Whether no query and no key has length 0."""
        return not any(square.is_zero for square in (*self.key_squares, *self.query_squares))

    @cached_property
    def cosines(self) -> Scores:
        """``q_i . k_j / (|q_i| |k_j|)``; only where ``has_angles``."""
        own = [functions.sqrt(square) for square in self.query_squares]
        return ExactMatrix(
            [entry / (own[i] * self.lengths[j]) for j, entry in enumerate(row)] for i, row in enumerate(self.products)
        )

    def distance(self, i: int, j: int) -> Element:
        """``|q_i - k_j|**2``."""
        return self.query_squares[i] + self.key_squares[j] - self.products[i, j] * 2

    @property
    def distances(self) -> Scores:
        """``|q_i - k_j|**2``."""
        n, m = self.products.shape
        return ExactMatrix([[self.distance(i, j) for j in range(m)] for i in range(n)])

    def less_squares(self, penalty: Element) -> Scores:
        """``q_i . k_j - penalty * |k_j|**2``."""
        squares = self.key_squares
        return ExactMatrix([[entry - penalty * squares[j] for j, entry in enumerate(row)] for row in self.products])


@dataclass(frozen=True)
class Form:
    """What the scores are on the numbers given, up to a number common to each row.

    ``"product"``: ``factor * q.k``; ``"angle"``: ``factor`` times the cosine; ``"distance"``: ``factor * (q.k -
    penalty * |k|**2)``, which for a penalty of 1/2 is ``-factor/2 * |q - k|**2``. The factor is not 0. ``is_exact``
    says that nothing is to be added to the rows.
    """

    kind: str
    factor: Element
    penalty: Element | None = None
    is_exact: bool = True

    @property
    def is_nearness(self) -> bool:
        """Whether the scores order the keys by their distance from the query, the nearest first or last."""
        return self.penalty is not None and self.penalty == HALF


def form_of(tables: Sequence[Scores], geometries: Sequence[Geometry]) -> Form | None:
    """What the scores amount to on queries and keys, a table for each choice of them; nothing if none of the forms."""
    scores, products = stacked(tables), stacked(each.products for each in geometries)
    found = fit(scores, products)
    if found is not None:
        (factor,) = found
        return None if factor.is_zero else Form("product", factor, is_exact=_is_multiple(scores, factor, products))
    if all(each.has_angles for each in geometries):
        cosines = stacked(each.cosines for each in geometries)
        found = fit(scores, cosines)
        if found is not None:
            return Form("angle", found[0], is_exact=_is_multiple(scores, found[0], cosines))
    found = fit(scores, products, stacked(each.squares_in_rows for each in geometries))
    if found is None or found[0].is_zero:
        return None
    factor, penalty = found[0], -found[1] / found[0]
    if penalty == HALF:
        distances = stacked(each.distances for each in geometries)
        return Form("distance", factor, penalty, _is_multiple(scores, -factor * HALF, distances))
    rests = stacked(each.less_squares(penalty) for each in geometries)
    return Form("distance", factor, penalty, _is_multiple(scores, factor, rests))


def _is_multiple(scores: Scores, factor: Element, table: Scores) -> bool:
    """Whether nothing is added to the rows, where the scores are known to be a multiple but for that."""
    return all(row[0] == factor * other[0] for row, other in zip(scores, table, strict=True))
