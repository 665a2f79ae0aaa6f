"""Score against weight: each query's keys as points, on the curve by which their row turns scores into weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

from symattn import limits
from symattn.errors import LimitError, MissingRowError
from symattn.exact import Element, functions
from symattn.nodes import Entmax, Hardmax, OverAllowedKeys, Softmax
from symattn.pictures.labels import Labels
from symattn.pictures.marks import Chart, Point, Series
from symattn.pictures.numerals import shown
from symattn.pictures.ticks import linear, unit
from symattn.pictures.weights import Attention, Numbered, normalised_in
from symattn.pictures.wording import ENGLISH, Wording

CURVE_DIGITS = 8
"""Significant digits of the points of a curve: more than a picture can show."""

SAMPLES = 48
"""Steps of a curve between its lowest and its highest score."""

Row = Sequence[Element]
Curve = Callable[[Element], Element]


def _softmax(node: OverAllowedKeys, scores: Row, weights: Row) -> Curve:
    """``exp(s - lse)`` of the row."""
    below = functions.log_sum_exp(list(scores))
    return lambda score: functions.exp(score - below)


def _entmax(node: OverAllowedKeys, scores: Row, weights: Row) -> Curve:
    """``max((alpha - 1) s - tau, 0) ** (1 / (alpha - 1))``, with the row's ``tau`` from a key of positive weight."""
    steepness = Fraction(*map(int, node.options[0].as_numer_denom())) - 1
    best = max(range(len(weights)), key=lambda j: weights[j].decimal(CURVE_DIGITS))
    tau = scores[best] * steepness - functions.power(weights[best], steepness)
    return lambda score: functions.power(functions.relu(score * steepness - tau), 1 / steepness)


CURVES: dict[type, Callable[[OverAllowedKeys, Row, Row], Curve] | None] = {
    Softmax: _softmax,
    Entmax: _entmax,
    Hardmax: None,
}
"""The weight of a key by its score, what the row shares being as it is; nothing where a weight is a matter of rank."""


def score_charts(
    bound: Numbered, labels: Labels, digits: int, value: str | None = None, words: Wording = ENGLISH
) -> tuple[Chart, ...]:
    """A chart of each head: horizontally the score, vertically the weight, a point for each allowed key.

    Errors: ``InputError`` for a mechanism without scores, ``LimitError`` for too many queries and heads, and
    ``MissingRowError`` for a normaliser that the table of curves does not know.
    """
    found = normalised_in(bound, "scores against weights")
    check_curves(sum(attention.weights.shape[0] for attention in found))
    return tuple(_chart(attention, labels, digits, words) for attention in found)


def check_curves(count: int) -> None:
    """Errors: ``LimitError`` for more curves than a picture holds."""
    if count > limits.PICTURE_CURVES:
        raise LimitError(f"the picture would have {count} curves; the most is {limits.PICTURE_CURVES}.")


def _chart(attention: Attention, labels: Labels, digits: int, words: Wording) -> Chart:
    assert attention.scores is not None
    n, m = attention.weights.shape
    queries, keys = labels.for_queries(n), labels.for_keys(m)
    series, reached = list[Series](), [Decimal(0)]
    for i, chosen in attention.rows_with_keys():
        label = words("this query", label=queries[i])
        scores = [attention.scores[i, j] for j in chosen]
        weights = [attention.weights[i, j] for j in chosen]
        points = tuple(
            point(score, weight, _said(words, queries[i], keys[j], shown(score, digits)[1], shown(weight, digits)[1]))
            for j, score, weight in zip(chosen, scores, weights, strict=True)
        )
        reached += [mark.x for mark in points]
        curve = curve_of(attention, scores, weights)
        if curve is not None:
            low, high = min(mark.x for mark in points), max(mark.x for mark in points)
            margin = (high - low) / 20 or Decimal("0.5")
            samples = spaced(low - margin, high + margin, SAMPLES)
            drawn = sorted((point(score, curve(score)) for score in [*samples, *scores]), key=lambda mark: mark.x)
            series.append(Series(label, tuple(mark for mark in drawn if mark.y <= 1), i))
        series.append(Series(label, points, i, joined=False))
    everywhere = [float(mark.x) for one in series for mark in one.points] or [0.0]
    across, up = linear(words("score"), everywhere), unit(words("weight"))
    return Chart(attention.called(words), across, up, tuple(series), wording=words)


def _said(words: Wording, query: str, key: str, score: str, weight: str) -> str:
    return words("point", query=query, key=key, score=score, weight=weight)


def curve_of(attention: Attention, scores: Row, weights: Row) -> Curve | None:
    """The curve of one row. Errors: ``MissingRowError`` for a normaliser without a row in the table."""
    kind = type(attention.normaliser)
    if kind not in CURVES:
        raise MissingRowError(
            f"no curve from scores to weights for {kind.__name__}; add a row to CURVES in pictures/score_curves.py"
        )
    row = CURVES[kind]
    assert attention.normaliser is not None
    return None if row is None else row(attention.normaliser, scores, weights)


def point(x: Element, y: Element, text: str = "") -> Point:
    """Two exact numbers as a place in a chart."""
    return Point(x.decimal(CURVE_DIGITS), y.decimal(CURVE_DIGITS), text)


def spaced(low: Decimal, high: Decimal, steps: int) -> list[Element]:
    """Fractions at equal distances from about ``low`` to about ``high``, with small numbers in them.

    >>> [str(place) for place in spaced(Decimal(0), Decimal(1), 4)]
    ['0', '1/4', '1/2', '3/4', '1']
    """
    first, last = Fraction(low), Fraction(high)
    width = ((last - first) / steps).limit_denominator(1000) or (last - first) / steps
    start = first.limit_denominator(1000)
    return [Element.of(start + width * place) for place in range(steps + 1)]
