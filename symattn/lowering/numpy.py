"""The NumPy target: a row for every node, written in place where the memory is the function's own."""

from __future__ import annotations

from sympy import Identity, MatrixSymbol, OneMatrix, Transpose, ZeroMatrix

from symattn.lowering import arrays, cutting, indexed, normalising, scattering, selecting, stacking, truths
from symattn.lowering.multiplying import multiplied
from symattn.lowering.numpy_helpers import HELPERS
from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.scalars import scalar_rows
from symattn.lowering.target import Row, Target, Words, quoted
from symattn.lowering.tile_helpers import TILE_HELPERS
from symattn.lowering.tile_loops import over_tiles
from symattn.lowering.uses import surely_has_keys
from symattn.lowering.writer import Writer
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
    RectifiedLinear,
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
    Value,
    VerticalStack,
    is_matrix,
)
from symattn.nodes import Row as RowNode

FUNCTIONS: dict[type[ElementwiseFunction], str] = {
    Exponential: "np.exp",
    Logarithm: "np.log",
    HyperbolicTangent: "np.tanh",
    Cosine: "np.cos",
    Sine: "np.sin",
    SquareRoot: "np.sqrt",
    AbsoluteValue: "np.abs",
    Step: "_step",
    Sign: "np.sign",
    ErrorFunction: "_erf",
    RectifiedLinear: "_relu",
    Sigmoid: "_sigmoid",
    ExponentialLinear: "_elu",
    GaussianLinear: "_gelu",
}

IN_PLACE: dict[str, str] = {"+": "np.add", "-": "np.subtract", "*": "np.multiply", "/": "np.divide"}


def function(writer: Writer, node: ElementwiseFunction, place: str) -> Piece:
    """``np.f(A)``, or ``np.f(A, out=A)`` where ``A`` is the function's own memory."""
    name = writer.target.functions[type(node)]
    argument = writer.value(node.argument, place)
    if name.startswith("np."):
        memory = writer.own(argument, place)
        if memory is not None:
            writer.line(f"{name}({memory}, out={memory})")
            return writer.variable(memory, argument.facts)
    return writer.new(writer.call(name, argument.text), node)


def arithmetic(writer: Writer, node: Arithmetic, place: str) -> Piece:
    """``A += B`` where ``A`` is the function's own memory, or the same with ``B``; else ``A + B``."""
    facts, program = writer.program.facts(node), writer.program
    left_fits, right_fits = program.covers(node.left, node), program.covers(node.right, node)
    left = writer.value(node.left, place)
    memory = writer.own(left, place) if left_fits else None
    if memory is not None:
        right = writer.aligned(writer.value(node.right), facts.axes)
        writer.line(f"{memory} {node.sign}= {right.text}")
        return writer.variable(memory, facts)
    right = writer.value(node.right, place)
    memory = writer.own(right, place) if right_fits else None
    if memory is not None:
        first = writer.aligned(left, facts.axes).text
        writer.line(f"{IN_PLACE[node.sign]}({first}, {memory}, out={memory})")
        return writer.variable(memory, facts)
    return arrays.join(writer, node.sign, left, right, node)


def negation(writer: Writer, node: Negation, place: str) -> Piece:
    """``-A``, in place where ``A`` is the function's own memory."""
    argument = writer.value(node.args[0], place)
    memory = writer.own(argument, place)
    if memory is not None:
        writer.line(f"np.negative({memory}, out={memory})")
        return writer.variable(memory, argument.facts)
    return writer.new(f"-{argument.within(Binding.NEGATION)}", node, Binding.NEGATION)


def exponentials(writer: Writer, node: Softmax, place: str) -> str:
    """The lines for ``exp(S - rowmax(S))``, at most 1, and 0 where a key is not allowed; the variable that holds it."""
    scores, allowed = writer.value(node.scores, place), node.allowed
    fits = writer.program.covers(node.scores, node)
    memory = writer.own(scores, place) if fits else None
    initial = "" if surely_has_keys(node.shape[1]) else ", initial=-np.inf"  # the largest of no keys
    if allowed is not None:
        axes = writer.program.facts(node).axes
        where = writer.aligned(writer.value(allowed), axes).within(Binding.ATOM)
        if memory is not None:
            writer.line(f"np.copyto({memory}, -np.inf, where=~{where})")
        elif scores.facts.axes == axes and (memory := writer.own(scores, place)):
            writer.line(f"{memory} = {writer.call('_only_allowed', memory, where)}")
        else:
            text = writer.aligned(scores, axes).text
            memory = writer.temporary(place, f"np.where({where}, {text}, -np.inf)")
        if may_have_empty_rows(writer, node):
            writer.line("# in a row without keys the largest score counts as finite and the sum as 1: weights of 0")
            initial = f", initial=np.finfo({memory}.dtype).min"
    largest = f".max(axis=-1, keepdims=True{initial})"
    if memory is not None:
        writer.line(f"{memory} -= {memory}{largest}")
    else:
        text = scores.within(Binding.ATOM)
        memory = writer.temporary(place, f"{text} - {text}{largest}")
    writer.line(f"np.exp({memory}, out={memory})")
    return memory


def may_have_empty_rows(writer: Writer, node: Softmax) -> bool:
    """Whether an allowed set may leave a query without any of the keys that there are."""
    return node.allowed is not None and node.allowed.name not in writer.program.never_empty


def softmax(writer: Writer, node: Softmax, place: str) -> Piece:
    """Each row shifted by its largest allowed entry, exponentiated and divided by its sum."""
    memory = exponentials(writer, node, place or "_weights")
    total = f"{memory}.sum(axis=-1, keepdims=True)"
    writer.line(f"{memory} /= {f'np.maximum({total}, 1)' if may_have_empty_rows(writer, node) else total}")
    return writer.variable(memory, writer.program.facts(node))


def postponed(writer: Writer, node: Softmax, place: str) -> Piece:
    """Softmax without its division: the rows' sums are kept for the product that follows, 1 where there is no key."""
    memory = exponentials(writer, node, place)
    total, facts = f"{memory}.sum(axis=-1, keepdims=True)", writer.program.facts(node)
    if may_have_empty_rows(writer, node):
        total = f"np.maximum({total}, 1)"
    divisor = writer.temporary("_total", total)
    if not (may_have_empty_rows(writer, node) or surely_has_keys(node.shape[1])):
        writer.line(f"if {memory}.shape[-1] == 0:")
        writer.line(f"    {divisor} += 1  # without any key 0 is divided by it")
    return writer.variable(memory, facts, divisor=Piece(divisor, facts))


def product(writer: Writer, node: MatrixProduct, place: str) -> Piece:
    """``A @ B``, divided row by row if the division of ``A`` was postponed."""
    left, right = writer.value(node.left), writer.value(node.right)
    whole = multiplied(writer, left.without_divisor(), right, node)
    if left.divisor is None:
        return whole
    divisor = writer.aligned(left.divisor, whole.facts.axes).text
    memory = writer.own(whole, place)
    if memory is None:
        return writer.new(f"{whole.text} / {divisor}", node, Binding.PRODUCT)
    writer.line(f"{memory} /= {divisor}")
    return writer.variable(memory, whole.facts)


def ones(writer: Writer, node: OneMatrix, place: str) -> Piece:
    """``np.ones``; read by others, never written over, for it has no batches."""
    return writer.view(f"np.ones({writer.shape(*node.shape)}, dtype={writer.dtype()})", node)


def zeros(writer: Writer, node: ZeroMatrix, place: str) -> Piece:
    """``np.zeros``; see ``ones``."""
    return writer.view(f"np.zeros({writer.shape(*node.shape)}, dtype={writer.dtype()})", node)


def identity(writer: Writer, node: Identity, place: str) -> Piece:
    """``np.eye``; see ``ones``."""
    return writer.view(f"np.eye({writer.value(node.shape[0]).text}, dtype={writer.dtype()})", node)


def row_sum(writer: Writer, node: RowSum, place: str) -> Piece:
    """The sum of each row; of a product ``A * B``, ``np.vecdot(A, B)``, which makes no array of the products."""
    product, program = node.argument, writer.program
    if not isinstance(product, ElementwiseProduct):
        return SUM(writer, node, place)
    whole = (program.facts(product).axes, product.shape)
    if any(not is_matrix(side) or (program.facts(side).axes, side.shape) != whole for side in product.args):
        return SUM(writer, node, place)
    sides = ", ".join(writer.value(side).text for side in product.args)
    return writer.new(f"np.vecdot({sides})[..., None]", node)


def column_max(writer: Writer, node: ColumnMax, place: str) -> Piece:
    """The largest number of each column; of lengths, which are never below 0, that of no rows is 0."""
    if not isinstance(node.argument, RowNorm):
        return LARGEST(writer, node, place)
    lengths = writer.value(node.argument).within(Binding.ATOM)
    return writer.new(f"{lengths}.max(axis=-2, keepdims=True, initial=0)", node)


def row_norm(writer: Writer, node: RowNorm, place: str) -> Piece:
    """``np.sqrt(np.vecdot(A, A))``, which reads each row once; of a formula, ``np.linalg.norm``."""
    matrix = writer.value(node.argument)
    if matrix.text.isidentifier():
        return writer.new(f"np.sqrt(np.vecdot({matrix.text}, {matrix.text}))[..., None]", node)
    return writer.new(f"np.linalg.norm({matrix.text}, axis=-1, keepdims=True)", node)


SUM = arrays.method(".sum(axis={axis}, keepdims=True)")
MEAN = arrays.method(".mean(axis={axis}, keepdims=True)")
LARGEST = arrays.method(".max(axis={axis}, keepdims=True)")


ROWS: dict[type[Value], Row] = {
    MatrixSymbol: arrays.named,
    Member: selecting.member,
    Transpose: arrays.transpose,
    OneMatrix: ones,
    ZeroMatrix: zeros,
    Identity: identity,
    MatrixProduct: product,
    **dict.fromkeys([ElementwiseSum, ElementwiseDifference, ElementwiseProduct, ElementwiseQuotient], arithmetic),
    ElementwisePower: arrays.power,
    Negation: negation,
    **dict.fromkeys(FUNCTIONS, function),
    Softmax: softmax,
    IndexCondition: truths.row,
    Intersection: truths.row,
    RowSum: row_sum,
    ColumnSum: SUM,
    RowMean: MEAN,
    ColumnMean: MEAN,
    RowMax: LARGEST,
    ColumnMax: column_max,
    RowNorm: row_norm,
    LogSumExp: normalising.over_keys("_logsumexp", is_zero_without_keys=False),
    Hardmax: normalising.over_keys("_hardmax"),
    Entmax: normalising.over_keys("_entmax"),
    IndexedMatrix: indexed.indexed,
    Scatter: scattering.scatter,
    Block: cutting.block,
    Column: selecting.column,
    RowNode: selecting.row,
    **dict.fromkeys([HorizontalStack, VerticalStack], stacking.stack),
    Concatenation: stacking.concatenation,
    IndexSum: stacking.index_sum("axis"),
}

SCALARS = scalar_rows(
    larger=lambda array, other, is_number: f"np.maximum({array}, {other})",
    smaller=lambda array, other, is_number: f"np.minimum({array}, {other})",
)


def inputs(writer: Writer, matrices: list[str], numbers: list[str]) -> list[str]:
    """Every input as an array of floats or of truth values, and the floats' common dtype where it is needed."""
    lines = arrays.taken(writer, matrices)
    giving = [name for name in matrices if name in writer.program.uses.dtypes]
    if giving and (numbers or writer.needs_dtype):
        lines.append(f"_dtype = np.result_type({', '.join(giving)})")
    dtype = ["_dtype"] if giving else []
    lines += [f"{name} = {writer.call('_number', name, quoted(name), *dtype)}" for name in numbers]
    if writer.needs_dtype and not giving:
        lines.append(f"_dtype = np.result_type({', '.join(numbers)})" if numbers else "_dtype = np.float64")
    return lines


def half_precision(writer: Writer, function_name: str, numbers: list[str], kind: type) -> list[str]:
    """float16 throughout is computed in float32, where a sum has room and a product is fast, and rounded once."""
    everything = list(writer.program.system.inputs)
    names = [name for name in everything if name in writer.program.uses.dtypes]
    if not names:
        return []
    call = f"{function_name}({', '.join(f'{name}[..., 0, 0]' if name in numbers else name for name in everything)})"
    if kind is dict:
        call = f"{{name: value.astype(np.float16) for name, value in {call}.items()}}"
    elif kind is list:
        call = f"[value.astype(np.float16) for value in {call}]"
    else:
        call += ".astype(np.float16)"
    together = ", ".join(names)
    return [
        "# float16 throughout is computed in float32 and rounded once, at the end",
        f"if {' == '.join([f'{names[0]}.itemsize == 2', *(f'{name}.itemsize' for name in names[1:])])}:",
        f"    {together} = (array.astype(np.float32) for array in ({together}))"
        if len(names) > 1
        else f"    {together} = {together}.astype(np.float32)",
        f"    return {call}",
    ]


WORDS = Words(
    library="np",
    ones="np.ones({0}, dtype={1})",
    where="np.where",
    whole_numbers="np.arange({0})",
    real_numbers="np.arange({0}, dtype=np.float64)",
    numbers="np.arange({0}, dtype={1})",
    real="np.float64",
    cast="{0}.astype({1})",
    whole="np.rint({0}).astype(np.int64)",
    constant="np.full({1}, {0})",
)

NUMPY = Target(
    name="numpy",
    words=WORDS,
    imports=("import numpy as np",),
    helpers={**HELPERS, **TILE_HELPERS},
    functions=FUNCTIONS,
    rows=ROWS,
    scalars=SCALARS,
    truth=truths.truth,
    postponed=postponed,
    inputs=inputs,
    half_precision=half_precision,
    result_of_number="np.asarray({0}, dtype={1})",
    accepts="arrays or nested lists of real numbers; whole numbers become float64",
    accepts_number="a single number takes the matrices' dtype",
    strategies=("direct", "tiled", "scalar", "compiled", "auto"),
    over_tiles=over_tiles,
)
