"""Scaled beside unscaled: the weights with and without the division of dot products by the root of their length."""

from __future__ import annotations

from sympy import Expr

from symattn.errors import InputError
from symattn.exact import Element, ExactMatrix, functions
from symattn.pictures.dot_products import DotProducts, dot_products
from symattn.pictures.heat_maps import in_one_scale, map_of
from symattn.pictures.labels import Labels
from symattn.pictures.marks import HeatMap
from symattn.pictures.weights import Attention, Numbered, check_cells, normalised_in, value_of
from symattn.pictures.wording import ENGLISH, Wording


def scaled_maps(
    bound: Numbered, labels: Labels, digits: int, value: str | None = None, words: Wording = ENGLISH
) -> tuple[HeatMap, ...]:
    """Of each head two maps: weights without and with the division by the root of d_k, all else as it is.

    Errors: ``InputError`` for a mechanism whose scores are no multiples of dot products.
    """
    maps = []
    found = normalised_in(bound, "weights scaled and unscaled")
    check_cells(2 * len(found), max(a.weights.shape[0] * a.weights.shape[1] for a in found), "what is drawn")
    for attention in found:
        assert attention.normaliser is not None
        products = dot_products(bound.system, attention.normaliser.scores)
        if products is None:
            raise InputError(
                f"scaled beside unscaled is drawn of scores that are dot products; those of {attention.title} in "
                f"{bound.system.name} are not. dot, scaled-dot and multi-head have such scores."
            )
        without, divided, square = scores_both_ways(bound, attention, products)
        title = attention.called(words)
        titles = words("unscaled", title=title), words("divided", title=title, square=square)
        for scores, title in zip((without, divided), titles, strict=True):
            maps.append(map_of(attention, attention.with_scores(scores), labels, digits, words, title))
    return in_one_scale(maps)


def scores_both_ways(
    bound: Numbered, attention: Attention, products: DotProducts
) -> tuple[ExactMatrix, ExactMatrix, int]:
    """The scores without and with the division by a root, and the number under it; all else is kept.

    The root is the one that the mechanism divides by, such as that of d_k, or else that of the vectors' length.
    """
    assert attention.scores is not None
    base = value_of(bound, products.base, attention.at)
    whole = other = Element.of(1)
    square = 1
    for scalar, divides in products.factors:
        number = value_of(bound, scalar, attention.at)
        factor = 1 / number if divides else number
        whole = whole * factor
        if divides and _is_root(scalar):
            square *= int(scalar**2)
        else:
            other = other * factor
    square = int(products.length) if square == 1 else square
    root = functions.sqrt(Element.of(square))
    n, m = base.shape
    rest = [[attention.scores[i, j] - whole * base[i, j] for j in range(m)] for i in range(n)]
    without = ExactMatrix([[other * base[i, j] + rest[i][j] for j in range(m)] for i in range(n)])
    divided = ExactMatrix([[other / root * base[i, j] + rest[i][j] for j in range(m)] for i in range(n)])
    return without, divided, square


def _is_root(scalar: Expr) -> bool:
    """Whether a number above 1 is the root of a whole number."""
    return bool(scalar.is_number and scalar > 1 and (scalar**2).is_Integer)
