"""The JavaScript target: a row for every node, an expression over nested arrays each; its code needs no library."""

from __future__ import annotations

from sympy import Basic, Identity, MatrixSymbol, OneMatrix, Rational, Transpose, ZeroMatrix

from symattn.lowering.javascript_scalars import condition, part, position, quoted
from symattn.lowering.javascript_writer import Code, JavaScriptWriter, Row
from symattn.lowering.pieces import Binding
from symattn.nodes import (
    AbsoluteValue,
    Arithmetic,
    Block,
    Column,
    ColumnMax,
    ColumnMean,
    ColumnSum,
    Concatenation,
    Cosine,
    ElementwiseDifference,
    ElementwiseFunction,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    Entmax,
    ErrorFunction,
    Exponential,
    ExponentialLinear,
    GaussianLinear,
    Hardmax,
    HorizontalStack,
    HyperbolicTangent,
    IndexCondition,
    IndexedMatrix,
    IndexSum,
    Intersection,
    Logarithm,
    LogSumExp,
    MatrixProduct,
    Member,
    Negation,
    OverAllowedKeys,
    RectifiedLinear,
    Reduction,
    RowMax,
    RowMean,
    RowNorm,
    RowSum,
    Scatter,
    Sigmoid,
    Sign,
    Sine,
    Softmax,
    SquareRoot,
    Step,
    VerticalStack,
)
from symattn.nodes import Row as RowNode

FUNCTIONS: dict[type[ElementwiseFunction], str] = {
    Exponential: "Math.exp",
    Logarithm: "Math.log",
    HyperbolicTangent: "Math.tanh",
    Cosine: "Math.cos",
    Sine: "Math.sin",
    SquareRoot: "Math.sqrt",
    AbsoluteValue: "Math.abs",
    Step: "_step",
    Sign: "Math.sign",
    ErrorFunction: "_erf",
    RectifiedLinear: "_relu",
    Sigmoid: "_sigmoid",
    ExponentialLinear: "_elu",
    GaussianLinear: "_gelu",
}

ARITHMETIC: dict[type[Arithmetic], str] = {
    ElementwiseSum: "_plus",
    ElementwiseDifference: "_minus",
    ElementwiseProduct: "_times",
    ElementwiseQuotient: "_over",
    ElementwisePower: "_power",
}

REDUCTIONS: dict[type[Reduction], str] = {
    RowSum: "_sum",
    ColumnSum: "_sum",
    RowMean: "_mean",
    ColumnMean: "_mean",
    RowMax: "_largest",
    ColumnMax: "_largest",
    RowNorm: "_norm",
}

WEIGHTS: dict[type[OverAllowedKeys], str] = {Softmax: "_softmax", Hardmax: "_hardmax"}

SPECIAL_ALPHAS = {Rational(2): "_sparsemax", Rational(3, 2): "_entmax15"}
"""What entmax is computed by where its threshold has a closed form."""


def named(writer: JavaScriptWriter, node: MatrixSymbol) -> Code:
    """``A`` itself."""
    return writer.named(node.name)


def member(writer: JavaScriptWriter, node: Member) -> Code:
    """``Q[h]``."""
    code = writer.named(node.name)
    for place, length in zip(node.positions, node.family.lengths, strict=True):
        code = part(writer, code, place, length, node)
    return code


def transpose(writer: JavaScriptWriter, node: Transpose) -> Code:
    return writer.call("_transpose", writer.text(node.arg))


def ones(writer: JavaScriptWriter, node: OneMatrix) -> Code:
    return writer.call("_constant", *map(writer.text, node.shape), "1")


def zeros(writer: JavaScriptWriter, node: ZeroMatrix) -> Code:
    return writer.call("_constant", *map(writer.text, node.shape), "0")


def identity(writer: JavaScriptWriter, node: Identity) -> Code:
    return writer.call("_identity", writer.text(node.shape[0]))


def product(writer: JavaScriptWriter, node: MatrixProduct) -> Code:
    return writer.call("_product", writer.text(node.left), writer.text(node.right))


def arithmetic(writer: JavaScriptWriter, node: Arithmetic) -> Code:
    """Two values entry by entry, a scalar or a side of length 1 stretched."""
    return writer.call(ARITHMETIC[type(node)], writer.text(node.left), writer.text(node.right))


def negation(writer: JavaScriptWriter, node: Negation) -> Code:
    return writer.call("_negative", writer.text(node.args[0]))


def function(writer: JavaScriptWriter, node: ElementwiseFunction) -> Code:
    """A function of every entry."""
    return writer.call("_map", writer.helper(FUNCTIONS[type(node)]), writer.text(node.argument))


def reduction(writer: JavaScriptWriter, node: Reduction) -> Code:
    """One number from each row or each column."""
    way = "_ofRows" if node.over_rows else "_ofColumns"
    return writer.call(way, writer.helper(REDUCTIONS[type(node)]), writer.text(node.argument))


def over_keys(writer: JavaScriptWriter, node: OverAllowedKeys) -> list[str]:
    """The scores, and behind them the allowed set, whose entries other than 0 mean "allowed", if there is one."""
    return [writer.text(value) for value in (node.scores, node.allowed) if value is not None]


def weights(writer: JavaScriptWriter, node: OverAllowedKeys) -> Code:
    """Softmax or hardmax of the allowed scores of each row."""
    return writer.call("_weights", writer.helper(WEIGHTS[type(node)]), *over_keys(writer, node))


def entmax(writer: JavaScriptWriter, node: Entmax) -> Code:
    """Sparsemax and entmax with 3/2 by sorting, others by bisection."""
    if node.alpha in SPECIAL_ALPHAS:
        rule = writer.helper(SPECIAL_ALPHAS[node.alpha])
    else:
        rule = f"(scores) => {writer.call('_entmax', 'scores', writer.text(node.alpha)).text}"
    return writer.call("_weights", rule, *over_keys(writer, node))


def log_sum_exp(writer: JavaScriptWriter, node: LogSumExp) -> Code:
    return writer.call("_logSumExp", *over_keys(writer, node))


def index_condition(writer: JavaScriptWriter, node: IndexCondition) -> Code:
    """The condition at each place, 1 where it holds and 0 where it does not."""
    lengths = dict(zip(node.bound_symbols, node.shape, strict=True))
    return Code(writer.listed(lengths, lambda: f"{condition(writer, node.condition).within(Binding.SUM)} ? 1 : 0"))


def intersection(writer: JavaScriptWriter, node: Intersection) -> Code:
    return writer.call("_intersection", *map(writer.text, node.args))


def indexed(writer: JavaScriptWriter, node: IndexedMatrix) -> Code:
    """The formula at each place."""
    lengths = dict(zip(node.bound_symbols, node.shape, strict=True))
    return Code(writer.listed(lengths, lambda: writer.text(node.formula)))


def scatter(writer: JavaScriptWriter, node: Scatter) -> Code:
    """The entries of a matrix added up at computed positions."""
    matrix, (rows, columns) = writer.text(node.matrix), map(writer.text, node.shape)
    with writer.over(dict(zip(node.bound_symbols, node.matrix.shape, strict=True))) as names:
        places = ", ".join(position(writer, place) for place in node.positions)
    return writer.call("_scatter", matrix, rows, columns, f"({', '.join(names)}) => [{places}]")


def block(writer: JavaScriptWriter, node: Block) -> Code:
    """``A[a:b, c:d]``, compared with the matrix's lengths when the code runs."""
    starts = [position(writer, start) for start in (node.top, node.left)]
    return writer.call("_block", writer.text(node.matrix), *starts, *map(writer.text, node.shape), quoted(node))


def column(writer: JavaScriptWriter, node: Column) -> Code:
    """``A[:, a]``, a block of one column."""
    rows, at = writer.text(node.matrix.shape[0]), position(writer, node.position)
    return writer.call("_block", writer.text(node.matrix), "0", at, rows, "1", quoted(node))


def row(writer: JavaScriptWriter, node: RowNode) -> Code:
    """``A[a, :]``, a matrix of one row."""
    whole = writer.value(node.matrix)
    return Code(f"[{part(writer, whole, node.position, node.matrix.shape[0], node).text}]")


def side_by_side(writer: JavaScriptWriter, node: HorizontalStack) -> Code:
    return writer.call("_sideBySide", f"[{', '.join(map(writer.text, node.args))}]")


def one_below_another(writer: JavaScriptWriter, node: VerticalStack) -> Code:
    return writer.call("_oneBelowAnother", f"[{', '.join(map(writer.text, node.args))}]")


def concatenation(writer: JavaScriptWriter, node: Concatenation) -> Code:
    """The term for each value of an index, side by side."""
    return writer.call("_sideBySide", writer.listed({node.symbol: node.length}, lambda: writer.text(node.term)))


def index_sum(writer: JavaScriptWriter, node: IndexSum) -> Code:
    """The sum of the term over an index."""
    length = writer.text(node.length)
    with writer.over({node.symbol: node.length}) as (name,):
        term = writer.text(node.term)
    return writer.call("_sumOver", length, f"({name}) => {term}")


ROWS: dict[type[Basic], Row] = {
    MatrixSymbol: named,
    Member: member,
    Transpose: transpose,
    OneMatrix: ones,
    ZeroMatrix: zeros,
    Identity: identity,
    MatrixProduct: product,
    **dict.fromkeys(ARITHMETIC, arithmetic),
    Negation: negation,
    **dict.fromkeys(FUNCTIONS, function),
    **dict.fromkeys(REDUCTIONS, reduction),
    **dict.fromkeys(WEIGHTS, weights),
    Entmax: entmax,
    LogSumExp: log_sum_exp,
    IndexCondition: index_condition,
    Intersection: intersection,
    IndexedMatrix: indexed,
    Scatter: scatter,
    Block: block,
    Column: column,
    RowNode: row,
    HorizontalStack: side_by_side,
    VerticalStack: one_below_another,
    Concatenation: concatenation,
    IndexSum: index_sum,
}
