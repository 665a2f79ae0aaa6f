"""The torch target: a row for every node; gradients and function transforms work, for memory is written over only
where they do without what it held.
"""

from __future__ import annotations

from sympy import Identity, MatrixSymbol, OneMatrix, Transpose, ZeroMatrix

from symattn.lowering import (
    arrays,
    cutting,
    indexed,
    multiplying,
    normalising,
    overwriting,
    scattering,
    selecting,
    stacking,
    truths,
)
from symattn.lowering.flex import flex_product
from symattn.lowering.fused_helpers import FUSED_HELPERS
from symattn.lowering.fused_nodes import FlexProduct, KernelProduct
from symattn.lowering.fused_rows import kernel_product
from symattn.lowering.pieces import Piece
from symattn.lowering.scalars import scalar_rows
from symattn.lowering.target import Row, Target, Words, quoted
from symattn.lowering.torch_helpers import HELPERS
from symattn.lowering.writer import Writer
from symattn.nodes import (
    AbsoluteValue,
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
)
from symattn.nodes import Row as RowNode

FUNCTIONS: dict[type[ElementwiseFunction], str] = {
    Exponential: "torch.exp",
    Logarithm: "torch.log",
    HyperbolicTangent: "torch.tanh",
    Cosine: "torch.cos",
    Sine: "torch.sin",
    SquareRoot: "torch.sqrt",
    AbsoluteValue: "torch.abs",
    Step: "_step",
    Sign: "torch.sign",
    ErrorFunction: "torch.erf",
    RectifiedLinear: "torch.relu",
    Sigmoid: "torch.sigmoid",
    ExponentialLinear: "torch.nn.functional.elu",
    GaussianLinear: "torch.nn.functional.gelu",
}


def ones(writer: Writer, node: OneMatrix, place: str) -> Piece:
    """``torch.ones`` on the inputs' device."""
    return writer.view(f"torch.ones({writer.shape(*node.shape)}, dtype={writer.dtype()}, device=_device)", node)


def zeros(writer: Writer, node: ZeroMatrix, place: str) -> Piece:
    """``torch.zeros`` on the inputs' device."""
    return writer.view(f"torch.zeros({writer.shape(*node.shape)}, dtype={writer.dtype()}, device=_device)", node)


def identity(writer: Writer, node: Identity, place: str) -> Piece:
    """``torch.eye`` on the inputs' device."""
    length = writer.value(node.shape[0]).text
    return writer.view(f"torch.eye({length}, dtype={writer.dtype()}, device=_device)", node)


SUM = arrays.method(".sum(dim={axis}, keepdim=True)")
MEAN = arrays.method(".mean(dim={axis}, keepdim=True)")
LARGEST = arrays.method(".amax(dim={axis}, keepdim=True)")


def softmax(writer: Writer, node: Softmax, place: str) -> Piece:
    """``torch.softmax``, which shifts each row by its largest entry itself, of -inf where a key is not allowed."""
    if node.allowed is not None:
        return overwriting.masked_softmax(writer, node)
    return writer.new(f"torch.softmax({writer.value(node.scores).text}, dim=-1)", node)


def log_sum_exp(writer: Writer, node: LogSumExp, place: str) -> Piece:
    """``torch.logsumexp``, of -inf where a key is not allowed."""
    if node.allowed is None:
        text = writer.value(node.scores).text
    else:
        axes = writer.program.facts(node).axes
        scores, allowed = (writer.aligned(writer.value(part), axes).text for part in node.args)
        if node.allowed.name not in writer.program.never_empty:
            return writer.new(writer.call("_masked_logsumexp", scores, allowed), node)
        text = f"torch.where({allowed}, {scores}, -torch.inf)"
    return writer.new(f"torch.logsumexp({text}, dim=-1, keepdim=True)", node)


ROWS: dict[type[Value], Row] = {
    MatrixSymbol: arrays.named,
    Member: selecting.member,
    Transpose: arrays.transpose,
    OneMatrix: ones,
    ZeroMatrix: zeros,
    Identity: identity,
    MatrixProduct: multiplying.product,
    **dict.fromkeys(
        [ElementwiseSum, ElementwiseDifference, ElementwiseProduct, ElementwiseQuotient], overwriting.arithmetic
    ),
    ElementwisePower: arrays.power,
    Negation: overwriting.negation,
    **dict.fromkeys(FUNCTIONS, overwriting.function),
    Softmax: softmax,
    IndexCondition: truths.row,
    Intersection: truths.row,
    RowSum: SUM,
    ColumnSum: SUM,
    RowMean: MEAN,
    ColumnMean: MEAN,
    RowMax: LARGEST,
    ColumnMax: LARGEST,
    RowNorm: arrays.called("torch.linalg.vector_norm", "dim={axis}, keepdim=True"),
    LogSumExp: log_sum_exp,
    Hardmax: normalising.over_keys("_hardmax"),
    Entmax: normalising.over_keys("_entmax"),
    IndexedMatrix: indexed.indexed,
    Scatter: scattering.scatter,
    Block: cutting.block,
    Column: selecting.column,
    RowNode: selecting.row,
    **dict.fromkeys([HorizontalStack, VerticalStack], stacking.stack),
    KernelProduct: kernel_product,
    FlexProduct: flex_product,
    Concatenation: stacking.concatenation,
    IndexSum: stacking.index_sum("dim"),
}


def larger(array: str, other: str, is_number: bool) -> str:
    """The larger of a tensor and a number or another tensor."""
    return f"torch.clamp({array}, min={other})" if is_number else f"torch.maximum({array}, {other})"


def smaller(array: str, other: str, is_number: bool) -> str:
    """The smaller of a tensor and a number or another tensor."""
    return f"torch.clamp({array}, max={other})" if is_number else f"torch.minimum({array}, {other})"


SCALARS = scalar_rows(
    larger=larger,
    smaller=smaller,
)


def inputs(writer: Writer, matrices: list[str], numbers: list[str]) -> list[str]:
    """Every input as a tensor of floats or of truth values, and the first one's dtype and device where needed."""
    lines = arrays.taken(writer, matrices)
    giving = [name for name in matrices if name in writer.program.uses.dtypes]
    first = next(iter([*giving, *numbers]), None)
    found = f"_dtype, _device = {first}.dtype, {first}.device"
    if giving and (numbers or writer.needs_dtype):
        lines.append(found)
    elif giving and writer.needs_device:
        lines.append(f"_device = {first}.device")
    more = ["_dtype", "_device"] if giving else []
    lines += [f"{name} = {writer.call('_number', name, quoted(name), *more)}" for name in numbers]
    if (writer.needs_dtype or writer.needs_device) and not giving:
        truths = (f"{name}.device" for name in writer.program.system.inputs if name in writer.program.truths)
        device = next(truths, "torch.get_default_device()")
        lines.append(found if numbers else f"_dtype, _device = torch.get_default_dtype(), {device}")
    return lines


WORDS = Words(
    library="torch",
    ones="torch.ones({0}, dtype={1}, device=_device)",
    where="torch.where",
    whole_numbers="torch.arange({0}, device={1})",
    real_numbers="torch.arange({0}, dtype=torch.float64, device={1})",
    numbers="torch.arange({0}, dtype={1}, device=_device)",
    real="torch.float64",
    cast="{0}.to({1})",
    whole="torch.round({0}).to(torch.int64)",
    constant="torch.full({1}, {0}, device={2})",
)

TORCH = Target(
    name="torch",
    words=WORDS,
    imports=("import torch",),
    helpers={**HELPERS, **FUSED_HELPERS},
    functions=FUNCTIONS,
    rows=ROWS,
    scalars=SCALARS,
    truth=truths.truth,
    inputs=inputs,
    result_of_number="torch.as_tensor({0}, dtype={1}, device=_device)",
    accepts="tensors, or what torch.as_tensor takes; whole numbers take torch's default dtype",
    accepts_number="a single number takes the first matrix's dtype and device",
    may_be_kept=True,
    extra="torch",
    strategies=("direct", "fused", "flex", "auto"),
)
