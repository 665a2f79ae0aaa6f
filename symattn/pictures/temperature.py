"""A sweep of the temperature: the weights of a query as its scores are divided by T, and their entropy."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from symattn.exact import Element, ExactMatrix
from symattn.exact.measures import entropy, softmax_entropy
from symattn.nodes import Softmax
from symattn.pictures.labels import Labels
from symattn.pictures.marks import Axis, Chart, Line, Series
from symattn.pictures.score_curves import check_curves, point
from symattn.pictures.ticks import in_powers, linear, unit
from symattn.pictures.weights import Attention, Numbered, normalised_in
from symattn.pictures.wording import ENGLISH, Wording

OCTAVES = range(-3, 3)
TEMPERATURES = (*(Fraction(2) ** k * (1 + Fraction(part, 8)) for k in OCTAVES for part in range(8)), Fraction(8))
"""From an eighth to 8, eight steps an octave; fractions, so that every weight is exact."""


def temperature_charts(
    bound: Numbered, labels: Labels, digits: int, value: str | None = None, words: Wording = ENGLISH
) -> tuple[Chart, ...]:
    """Of each head a chart of weights for every query, and one of the entropies of them all, in nats.

    The temperature divides the scores as they are: at T = 1 stand the mechanism's own weights.
    Errors: ``InputError`` for a mechanism without scores, ``LimitError`` for too many queries, keys and heads.
    """
    found = normalised_in(bound, "weights against temperature")
    check_curves(sum((a.weights.shape[0]) * (a.weights.shape[1] + 1) for a in found))
    return tuple(chart for attention in found for chart in _charts(attention, labels, words))


def _charts(attention: Attention, labels: Labels, words: Wording) -> list[Chart]:
    n, m = attention.weights.shape
    queries, keys = labels.for_queries(n), labels.for_keys(m)
    swept = [(one, *_at(attention, one)) for one in TEMPERATURES]
    charts, entropies, title = [], [], attention.called(words)
    for i, chosen in attention.rows_with_keys():
        series = tuple(
            Series(words("this key", label=keys[j]), tuple(point(Element.of(t), p[i, j]) for t, _, p in swept), j)
            for j in chosen
        )
        one = words("of a query", title=title, label=queries[i])
        charts.append(Chart(one, _axis(words), unit(words("weight")), series, _own(), words))
        points = tuple(point(Element.of(t), _entropy(attention, s, p, i, chosen)) for t, s, p in swept)
        entropies.append(Series(words("this query", label=queries[i]), points, i))
    if entropies:
        top = [0.0, *(float(mark.y) for one in entropies for mark in one.points)]
        up = linear(words("entropy"), top)
        charts.append(Chart(words("entropies", title=title), _axis(words), up, tuple(entropies), _own(), words))
    return charts


def _at(attention: Attention, temperature: Fraction) -> tuple[ExactMatrix, ExactMatrix]:
    """Scores divided by a temperature, and the weights that they give."""
    assert attention.scores is not None
    scores = ExactMatrix([[score / temperature for score in row] for row in attention.scores.rows])
    return scores, attention.with_scores(scores)


def _entropy(attention: Attention, scores: ExactMatrix, weights: ExactMatrix, i: int, chosen: list[int]) -> Element:
    row = [weights[i, j] for j in chosen]
    if isinstance(attention.normaliser, Softmax):
        return softmax_entropy(row, [scores[i, j] for j in chosen])
    return entropy(row)


def _axis(words: Wording) -> Axis:
    return in_powers(words("temperature T"), Decimal("0.125"), Decimal(8), 2)


def _own() -> tuple[Line, ...]:
    return (Line(Decimal(1), "T = 1"),)
