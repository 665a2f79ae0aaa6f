"""What takes the allowed scores of each row together: softmax, hardmax, sparsemax, 1.5-entmax and log-sum-exp."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from symattn.errors import ExactnessError
from symattn.exact import functions
from symattn.exact.constants import Constant, Number, simple
from symattn.exact.element import Element
from symattn.exact.enclosures import sign_of_constant
from symattn.exact.formulas import element, plain
from symattn.exact.infinity import NEGATIVE_INFINITY
from symattn.exact.matrix import ExactMatrix, Scalar
from symattn.exact.operations import other_than_zero, stretched
from symattn.exact.weights import Weights

OfRow = Callable[[Sequence[Scalar]], Sequence[Scalar]]
"""A row of scores, none of them left out and at least one, as a row of weights."""


def softmax(scores: ExactMatrix, where: ExactMatrix | None = None) -> ExactMatrix:
    """The softmax of each row over the keys that ``where`` has entries other than 0 for, all of them without it.

    See :func:`symattn.exact.functions.softmax`; a row without such keys is a row of zeros.
    """
    if scores.whole is None or not _is_field_constant(scores.factor):
        return over_allowed(scores, where, lambda row: functions.softmax(list(map(element, row))))
    keys = allowed_keys(scores, where)
    factor, whole = scores.factor, scores.whole
    if sign_of_constant(factor) < 0:
        factor, whole = -factor, tuple(tuple([-score for score in row]) for row in whole)
    if keys is None:
        return ExactMatrix.of_weights(Weights(whole, factor))
    rows = zip(whole, keys, strict=True)
    kept = [[score if key else None for score, key in zip(row, allowed, strict=True)] for row, allowed in rows]
    return ExactMatrix.of_weights(Weights(kept, factor))


def _is_field_constant(factor: Number) -> bool:
    """Whether no exponent that is a multiple of the factor can hold a logarithm, which would fold."""
    return not isinstance(factor, Constant) or not factor.has_atoms


def hardmax(scores: ExactMatrix, where: ExactMatrix | None = None) -> ExactMatrix:
    """Uniform weights on the largest allowed scores of each row; which are equal is decided exactly.

    >>> hardmax(ExactMatrix.of([[1, 3, 3]]))
    ExactMatrix([['0', '1/2', '1/2']])
    """
    return over_allowed(scores, where, _uniform_on_largest)


def _uniform_on_largest(row: Sequence[Scalar]) -> Sequence[Scalar]:
    top = max(row)
    is_top = [score is top or score == top for score in row]
    weight = Fraction(1, sum(is_top))
    return [weight if chosen else 0 for chosen in is_top]


def entmax(scores: ExactMatrix, alpha: Fraction, where: ExactMatrix | None = None) -> ExactMatrix:
    """The entmax of each row over its allowed keys, for ``alpha`` 2 (sparsemax) and 3/2.

    With ``x`` the scores times ``alpha - 1`` in descending order, the ``k``-th is in the support if
    ``sum_j (x_j - x_k)**(1/(alpha - 1)) < 1`` over those before it, which asks for no root. The threshold that makes
    the weights of the support sum to 1 is then the root of a linear, or of a quadratic equation.

    >>> entmax(ExactMatrix.of([[1, "3/2", 0]]), Fraction(2))
    ExactMatrix([['1/4', '3/4', '0']])
    >>> entmax(ExactMatrix.of([[1, 0]]), Fraction(3, 2))
    ExactMatrix([['sqrt(7)/8 + 1/2', '1/2 - sqrt(7)/8']])

    Errors: ``ExactnessError`` for another alpha, whose threshold is no root of numbers.
    """
    if alpha not in THRESHOLDS:
        raise ExactnessError(
            f"asked for entmax with alpha = {alpha}; exact numbers have it for alpha = 2 and 3/2, whose thresholds are "
            "fractions and square roots (generated code has it for every alpha above 1)."
        )
    return over_allowed(scores, where, lambda row: _entmax_of_row(row, alpha))


def _entmax_of_row(row: Sequence[Scalar], alpha: Fraction) -> Sequence[Scalar]:
    x = [simple_product(score, alpha - 1) for score in row]
    order = sorted(range(len(x)), key=lambda place: x[place], reverse=True)  # type: ignore[arg-type,return-value]
    threshold = THRESHOLDS[alpha]([x[place] for place in order])
    power = int(1 / (alpha - 1))
    weights: list[Scalar] = [0] * len(x)
    for place in order[: threshold[0]]:
        above = x[place] - threshold[1]
        weights[place] = above**power
    return weights


def simple_product(score: Scalar, factor: Fraction) -> Scalar:
    """A score times a fraction, whole where it can be."""
    return score * factor if isinstance(score, Element) else simple(score * factor)


def _linear(x: Sequence[Scalar]) -> tuple[int, Scalar]:
    """How many of the descending numbers are in sparsemax's support, and its threshold."""
    total: Scalar = 0
    for size, each in enumerate(x):
        if not total - size * each < 1:
            return size, (total - 1) * Fraction(1, size)
        total = total + each
    return len(x), (total - 1) * Fraction(1, len(x))


def _quadratic(x: Sequence[Scalar]) -> tuple[int, Scalar]:
    """The same for 1.5-entmax: ``sum_j (x_j - tau)**2 = 1``, the smaller of two roots."""
    total: Scalar = 0
    squares: Scalar = 0
    size = 0
    for each in x:
        if not squares - 2 * each * total + size * each * each < 1:
            break
        total, squares, size = total + each, squares + each * each, size + 1
    inside = total * total - size * (squares - 1)
    return size, (total - plain(functions.sqrt(element(inside)))) * Fraction(1, size)


THRESHOLDS: dict[Fraction, Callable[[Sequence[Scalar]], tuple[int, Scalar]]] = {
    Fraction(2): _linear,
    Fraction(3, 2): _quadratic,
}
"""The size of the support and the threshold, from a row times ``alpha - 1`` in descending order."""


def log_sum_exp(scores: ExactMatrix, where: ExactMatrix | None = None) -> ExactMatrix:
    """The logarithm of the sum of the exponentials of each row's allowed scores, as a column; -infinity for none."""
    keys = allowed_keys(scores, where) or [[True] * scores.shape[1]] * scores.shape[0]
    rows = zip(scores.rows, keys, strict=True)
    return ExactMatrix([functions.log_sum_exp(_kept(row, allowed))] for row, allowed in rows)


def _kept(row: Sequence[Element], keys: Sequence[bool]) -> list[Element]:
    return [score for score, key in zip(row, keys, strict=True) if key and score is not NEGATIVE_INFINITY]


def allowed_keys(scores: ExactMatrix, where: ExactMatrix | None) -> Sequence[Sequence[bool]] | None:
    """Which keys each query may attend to; nothing if all."""
    return None if where is None else stretched(other_than_zero(where), *scores.shape)


def over_allowed(scores: ExactMatrix, where: ExactMatrix | None, of_row: OfRow) -> ExactMatrix:
    """A function of the allowed scores of each row, and 0 for the keys that are not allowed."""
    keys = allowed_keys(scores, where)
    rows = scalars(scores)
    if keys is None:
        return ExactMatrix.of_scalars([of_row(row) for row in rows])
    found = []
    for row, allowed in zip(rows, keys, strict=True):
        kept = [score for score, key in zip(row, allowed, strict=True) if key]
        weights = iter(of_row(kept) if kept else ())
        found.append([next(weights) if key else 0 for key in allowed])
    return ExactMatrix.of_scalars(found)


def scalars(matrix: ExactMatrix) -> list[list[Scalar]]:
    """The entries of a matrix, in whole numbers and fractions where they are written as such."""
    factor = matrix.factor
    if matrix.whole is not None and not isinstance(factor, Constant):
        return [[simple(factor * number) for number in row] for row in matrix.whole]
    return [list(map(plain, row)) for row in matrix.rows]


__all__ = ["allowed_keys", "entmax", "hardmax", "log_sum_exp", "over_allowed", "scalars", "softmax"]
