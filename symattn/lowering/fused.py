"""The strategy of a program: which products of weights and values torch's kernels compute, and why the others not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sympy import Expr, Ge, Le, MatrixExpr, MatrixSymbol, S, Symbol, Transpose

from symattn.errors import LoweringError
from symattn.lowering.comments import text_of
from symattn.lowering.fused_nodes import FlexProduct, KernelProduct
from symattn.lowering.program import Program, Statement, mentions, on_the_way
from symattn.lowering.recognising import Attention, NotFused, flipped, recognised
from symattn.lowering.rewriting import rebuilt
from symattn.lowering.uses import COLUMN, ROW, viewed
from symattn.nodes import (
    Arithmetic,
    ByRowAndColumn,
    ElementwiseDifference,
    ElementwiseFunction,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    Entmax,
    Hardmax,
    IndexCondition,
    Intersection,
    MatrixProduct,
    Member,
    Negation,
    Softmax,
    Value,
    is_matrix,
)

WEIGHTS = (Softmax, Hardmax, Entmax)
"""What makes weights of scores."""


def fuse(program: Program, strategy: str) -> None:
    """Put kernels in the place of products of weights and values; leave out what nothing reads then.

    ``strategy`` is ``"fused"``, for ``scaled_dot_product_attention`` where it can say what happens to the scores and
    ``flex_attention`` where it cannot, or ``"flex"`` for the second one alone.
    Errors: ``LoweringError`` with the reasons if there is nothing that kernels compute.
    """
    fusing = _Fusing(program, strategy)
    fusing.replace_products()
    reasons = fusing.reasons()
    if not program.kernels:
        why = "; ".join(reasons) or "there is no softmax in it"
        raise LoweringError(
            f"strategy={strategy!r} finds nothing in {program.system.name} that torch's kernels compute: {why}. "
            "strategy='direct' computes it."
        )
    program.direct = tuple(reasons)


@dataclass
class _Fusing:
    program: Program
    strategy: str

    def __post_init__(self) -> None:
        self._statements = {statement.name: statement for statement in self.program.statements}
        self._refused: dict[Value, str] = {}
        self._inside: dict[str, set[str]] = {}
        """Which names are taken apart to find the attention in a statement."""
        self._taken_apart: set[str] = set()
        everything = (statement.expression for statement in self.program.statements)
        names = [*self._statements]
        self._reads = Counter(name for value in everything for name in mentions(value, names))

    def definition(self, value: Value) -> Value:
        """What a name stands for; what has no name, or is an input, itself."""
        if not isinstance(value, (MatrixSymbol, Member, Symbol)) or value.name not in self._statements:
            return value
        statement = self._statements[value.name]
        if isinstance(value, Member) and value.positions != statement.axes:
            return value
        self._taken_apart.add(value.name)
        return statement.expression

    def replace_products(self) -> None:
        program = self.program
        fused = [replace(each, expression=self._with_kernels(each.expression, each)) for each in program.statements]
        needed = on_the_way({each.name: each.expression for each in fused}, program.outputs)
        program.statements = [each for each in fused if each.name in needed]
        kept = {statement.name for statement in program.statements}
        for position, statement in enumerate(program.statements):
            gone = self._inside.get(statement.name, set()) - kept
            equations = [each for name, each in self._statements.items() if name in gone and not name.startswith("_")]
            inside = tuple(f"{each.left_side} = {text_of(each.text)}" for each in equations if each.text is not None)
            program.statements[position] = replace(statement, inside=inside)

    def _with_kernels(self, value: Value, statement: Statement) -> Value:
        if not is_matrix(value) or isinstance(value, ByRowAndColumn):
            return value
        value = rebuilt(value, tuple(self._with_kernels(part, statement) for part in value.args))
        made = self._fused(statement, value) if isinstance(value, MatrixProduct) else None
        return value if made is None else made

    def _weights(self, product: MatrixProduct) -> Value | None:
        """The weights in a product: what stands for them there."""
        sides = (product.left, flipped(product.right))
        return next((side for side in sides if isinstance(self.definition(side), WEIGHTS)), None)

    def _fused(self, statement: Statement, product: MatrixProduct) -> MatrixExpr | None:
        self._taken_apart = set()
        try:
            made = self._by_kernels(product)
        except NotFused as reason:
            for value in self._weights_below(product):
                self._refused.setdefault(value, str(reason))
            return None
        if made is not None:
            kernel = "flex_attention" if made.has(FlexProduct) else "scaled_dot_product_attention"
            self._inside.setdefault(statement.name, set()).update(self._taken_apart)
            self.program.kernels[statement.left_side] = kernel
        return made

    def _weights_below(self, value: Value) -> Iterator[Value]:
        """What makes weights in a value and in what its names stand for."""
        value = self.definition(value)
        if isinstance(value, WEIGHTS):
            yield value
        elif is_matrix(value):
            for part in value.args:
                yield from self._weights_below(part)

    def _by_kernels(self, product: MatrixProduct) -> MatrixExpr | None:
        """The product by kernels, one for each softmax: ``(P - c * R) @ V`` is ``P @ V - c * (R @ V)``."""
        left, right = product.args
        weights = self._weights(product)
        if weights is not None:
            self._check_alone(weights)
            return self._of(recognised(product, self.definition, self.program.fresh("_score")))
        value = self.definition(left)
        sums = isinstance(value, (ElementwiseSum, ElementwiseDifference))
        scaled = isinstance(value, (Negation, ElementwiseProduct)) or (
            isinstance(value, ElementwiseQuotient) and not is_matrix(value.right)
        )
        if not (sums or scaled) or viewed(right) is None:
            return None
        matrices = [part for part in value.args if is_matrix(part)]
        if (scaled and len(matrices) > 1) or not all(part.shape == value.shape for part in matrices):
            return None
        if sums and len(matrices) < 2:
            return None
        terms = {part: self._by_kernels(MatrixProduct(part, right)) for part in matrices}
        if None in terms.values():
            return None
        for part in (*matrices, left):
            self._check_alone(part)
        return rebuilt(value, tuple(terms.get(part, part) for part in value.args))

    def _check_alone(self, weights: Value) -> None:
        if isinstance(weights, (MatrixSymbol, Member)):
            if weights.name in self.program.outputs:
                raise NotFused(f"{weights.name} is asked for, and kernels do not give weights")
            if self._reads[weights.name] > 1:
                raise NotFused(f"{weights.name} is read more than once, and kernels do not give weights")

    def _of(self, attention: Attention) -> MatrixExpr:
        scores, value = attention.scores, attention.value
        linear = attention.linear() if self.strategy == "fused" else None
        scale, biases = (scores.scale, ()) if linear is None else linear
        query = scores.query
        if not (scale.is_positive and self._is_of_sizes(scale)):
            query, scale = ElementwiseProduct(query, scale), S.One
        made: MatrixExpr
        if linear is not None:
            allowed = attention.allowed
            if allowed is not None and not biases and is_causal(self.definition(allowed)):
                allowed = self.definition(allowed)
            made = KernelProduct(query, scores.key, value, scale, S.true if allowed is None else allowed, *biases)
        else:
            product = MatrixProduct(query, flipped(scores.key))
            self.program.known[scores.score.name] = self.program.facts(product)
            allowed = S.true if attention.allowed is None else self._inlined(attention.allowed)
            made = FlexProduct(query, scores.key, value, scale, allowed, scores.score, self._inlined(scores.formula))
        return Transpose(made) if attention.transposed else made

    def _inlined(self, value: Value) -> Value:
        """The value with formulas of indices in the place of their names."""
        if not is_matrix(value):
            return value
        defined = self.definition(value)
        if defined != value:
            inlined = self._inlined(defined)
            return inlined if _is_formula(inlined) else value
        if isinstance(value, (Arithmetic, ElementwiseFunction, Negation, Intersection)):
            return rebuilt(value, tuple(self._inlined(part) for part in value.args))
        return value

    def _is_of_sizes(self, scale: Expr) -> bool:
        return scale.free_symbols <= set(self.program.system.sizes)

    def reasons(self) -> list[str]:
        """Why what makes weights of scores is not fused, each with its name."""
        found = []
        for statement in self.program.statements:
            for value in _weights_in(statement.expression):
                if not isinstance(value, Softmax):
                    reason = f"{type(value).__name__.lower()} is no softmax"
                else:
                    reason = self._refused.get(value, "it stands in no product of weights and values")
                named = statement.text is not None and not statement.name.startswith("_")
                text = f"{statement.left_side} = {text_of(statement.text or value)}" if named else self._written(value)
                found.append(f"{text}: {reason}")
        return found

    def _written(self, value: Value) -> str:
        """The value as it was written, before its allowed set had a name."""
        texts = {part: self._statements[part.name].text for part in value.atoms(MatrixSymbol) if part.name[0] == "_"}
        return text_of(value.xreplace({part: text for part, text in texts.items() if text is not None}))


def is_causal(allowed: Value) -> bool:
    """Whether the keys up to a query's own position are allowed: what kernels call causal."""
    return isinstance(allowed, IndexCondition) and allowed.condition in (Le(COLUMN, ROW), Ge(ROW, COLUMN))


def _is_formula(value: Value) -> bool:
    """Whether a matrix or a set of keys is given entry by entry, by a formula of the query and the key."""
    if isinstance(value, ByRowAndColumn):
        return True
    if isinstance(value, Intersection):
        return any(map(_is_formula, value.args))
    if isinstance(value, (Arithmetic, ElementwiseFunction, Negation)):
        return all(_is_formula(part) for part in value.args if is_matrix(part))
    return False


def told(program: Program) -> str:
    """Which values come from kernels, and why other weights do not."""
    text = ", ".join(f"{name} ({kernel})" for name, kernel in program.kernels.items())
    text = f"By torch's kernels: {text}."
    if "flex_attention" in program.kernels.values():
        text += " flex_attention has no gradients on the CPU, and makes one kernel of it under torch.compile."
    return text + "".join(f" Directly: {reason}." for reason in program.direct)


def _weights_in(value: Value) -> Iterator[Value]:
    if isinstance(value, WEIGHTS):
        yield value
    for part in value.args:
        yield from _weights_in(part)
