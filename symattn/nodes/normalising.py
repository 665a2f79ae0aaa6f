"""What takes each row of scores over the allowed keys: the base of softmax, its relatives and log-sum-exp."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Self

from sympy import Expr, MatrixExpr, S

from symattn.errors import ShapeError
from symattn.nodes.allowed import condition_at
from symattn.nodes.base import Indices, Node, entry_of, matrix_argument, shape_of
from symattn.nodes.cases import Cases
from symattn.shapes import Shape, broadcast, show


class OverAllowedKeys(Node):
    """A function of the allowed scores of each row.

    Arguments: the scores; then ``option_count`` numbers; then the allowed set, if not every key is allowed (its
    entries other than 0 mean "allowed", and a size of 1 stretches).
    Errors: ``TypeError`` unless scores and set are matrices, ``ShapeError`` for a set that does not stretch to them.
    """

    option_count = 0

    def __new__(cls, scores: Any, *options: Any, allowed: Any = None) -> Self:
        """Options and, behind them or by name, the allowed set."""
        scores = matrix_argument(scores, cls.__name__)
        if len(options) == cls.option_count + 1:
            options, allowed = options[:-1], options[-1]
        if len(options) != cls.option_count:
            raise TypeError(f"{cls.__name__} takes {cls.option_count} option(s), found {len(options)}")
        if allowed is None:
            return super().__new__(cls, scores, *options)
        allowed = matrix_argument(allowed, cls.__name__)
        if broadcast(shape_of(allowed), shape_of(scores)) != shape_of(scores):
            asked, found = show(scores.shape), show(allowed.shape)
            raise ShapeError(f"an allowed set of shape {found} does not stretch to scores of shape {asked}.")
        return super().__new__(cls, scores, *options, allowed)

    @property
    def scores(self) -> MatrixExpr:
        return self.args[0]

    @property
    def options(self) -> tuple[Expr, ...]:
        """The numbers between the scores and the allowed set."""
        return self.args[1 : 1 + self.option_count]

    @property
    def allowed(self) -> MatrixExpr | None:
        """The allowed set; ``None`` where every key is allowed."""
        return self.args[1 + self.option_count] if len(self.args) > 1 + self.option_count else None

    @cached_property
    def shape(self) -> Shape:
        return tuple(self.scores.shape)

    def score(self, i: Expr, c: Expr, indices: Indices) -> Expr:
        """The score of one query and one key, allowed or not."""
        return entry_of(self.scores, i, c, indices)

    def allowed_score(self, i: Expr, c: Expr, indices: Indices) -> Expr:
        """The score of one query and one key, -infinity if it is not allowed."""
        return self.where_allowed(i, c, self.score(i, c, indices), indices, S.NegativeInfinity)

    def where_allowed(self, i: Expr, c: Expr, value: Expr, indices: Indices, otherwise: Expr = S.Zero) -> Expr:
        """The value where the query may attend to the key, else 0 or another number."""
        if self.allowed is None:
            return value
        return Cases.of(condition_at(self.allowed, i, c, indices), value, otherwise)
