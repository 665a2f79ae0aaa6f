"""The torch target: a row for every node, no value written over, so that gradients and function transforms work."""

from __future__ import annotations

from sympy import Identity, MatrixSymbol, OneMatrix, Transpose, ZeroMatrix

from symattn.lowering import arrays, cutting, indexed, selecting, stacking, truths
from symattn.lowering.pieces import Piece
from symattn.lowering.scalars import scalar_rows
from symattn.lowering.target import Row, Target, Words, quoted
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
    Exponential,
    ExponentialLinear,
    GaussianLinear,
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
    Sigmoid,
    Sine,
    Softmax,
    SquareRoot,
    Value,
    VerticalStack,
)
from symattn.nodes import Row as RowNode

HELPERS = {
    "_matrix": '''
def _matrix(value, name, axes=2):
    """The value as a tensor of floats with at least so many axes; whole numbers and truth values take the default."""
    tensor = value if isinstance(value, torch.Tensor) else torch.as_tensor(value)
    if not tensor.dtype.is_floating_point:
        if tensor.is_complex():
            raise TypeError(f"{name} takes real numbers; found dtype {tensor.dtype}.")
        tensor = tensor.to(torch.get_default_dtype())
    if tensor.ndim < axes:
        asked = "a matrix, or a stack of matrices" if axes == 2 else f"a family of matrices, of {axes} axes or more"
        raise ValueError(f"{name} takes {asked}; found shape {tuple(tensor.shape)}.")
    return tensor
''',
    "_truth": '''
def _truth(value, name, axes=2):
    """The value as truth values with at least so many axes: True for every entry other than 0."""
    tensor = value if isinstance(value, torch.Tensor) else torch.as_tensor(value)
    if tensor.is_complex():
        raise TypeError(f"{name} takes truth values or real numbers; found dtype {tensor.dtype}.")
    if tensor.ndim < axes:
        asked = "a matrix, or a stack of matrices" if axes == 2 else f"a family of matrices, of {axes} axes or more"
        raise ValueError(f"{name} takes {asked}; found shape {tuple(tensor.shape)}.")
    return tensor if tensor.dtype == torch.bool else tensor != 0
''',
    "_side_by_side": '''
def _side_by_side(stack, axis=-3):
    """The matrices along an axis put side by side, (..., h, n, d) -> (..., n, h * d)."""
    return stack.movedim(axis, -2).flatten(-2)
''',
    "_unflatten": '''
def _unflatten(tensor, axis, lengths):
    """An axis taken apart into several of the given lengths; without a copy where memory allows."""
    return tensor.unflatten(axis, lengths)
''',
    "_check_inside": '''
def _check_inside(position, length, what, asked=True):
    """Errors: IndexError where an entry is asked for at a position that is not among 0 .. length - 1."""
    position = torch.as_tensor(position)
    wrong = ((position < 0) | (position >= length)) & asked
    if wrong.any():
        found = position.expand(wrong.shape)[wrong][0].item()
        raise IndexError(f"{what}: position {found} is outside a length of {length}.")
''',
    "_stack": '''
def _stack(parts, axis):
    """Matrices, or stacks of them that broadcast, beside one another along an axis."""
    batches = torch.broadcast_shapes(*(part.shape[:-2] for part in parts))
    return torch.cat([part.expand(batches + part.shape[-2:]) for part in parts], dim=axis)
''',
    "_masked_softmax": '''
def _masked_softmax(scores, allowed):
    """Softmax of each row over its allowed keys; a row without any is 0 and has gradient 0, also when differentiated
    twice, for its scores are put to 0 before and its weights after.
    """
    some = allowed.any(dim=-1, keepdim=True)
    others = torch.where(some, -torch.inf, 0.0).to(scores.dtype)
    return torch.where(some, torch.softmax(torch.where(allowed, scores, others), dim=-1), 0.0)
''',
    "_number": '''
def _number(value, name, dtype=None, device=None):
    """One number, or a tensor of one number a batch, as matrices of one entry; a single number takes the dtype."""
    if isinstance(value, (int, float)):
        return torch.full((1, 1), value, dtype=dtype or torch.get_default_dtype(), device=device)
    tensor = value if isinstance(value, torch.Tensor) else torch.as_tensor(value, device=device)
    if tensor.is_complex():
        raise TypeError(f"{name} takes real numbers; found dtype {tensor.dtype}.")
    if tensor.ndim == 0 and dtype is not None:
        tensor = tensor.to(device=device, dtype=dtype)
    elif not tensor.is_floating_point():
        tensor = tensor.to(torch.get_default_dtype())
    return tensor[..., None, None]
''',
}

FUNCTIONS: dict[type[ElementwiseFunction], str] = {
    Exponential: "torch.exp",
    Logarithm: "torch.log",
    HyperbolicTangent: "torch.tanh",
    Cosine: "torch.cos",
    Sine: "torch.sin",
    SquareRoot: "torch.sqrt",
    AbsoluteValue: "torch.abs",
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
        axes = writer.program.facts(node).axes
        scores, allowed = (writer.aligned(writer.value(part), axes).text for part in node.args)
        if node.allowed.name not in writer.program.never_empty:
            return writer.new(writer.call("_masked_softmax", scores, allowed), node)
        return writer.new(f"torch.softmax(torch.where({allowed}, {scores}, -torch.inf), dim=-1)", node)
    return writer.new(f"torch.softmax({writer.value(node.scores).text}, dim=-1)", node)


ROWS: dict[type[Value], Row] = {
    MatrixSymbol: arrays.named,
    Member: selecting.member,
    Transpose: arrays.transpose,
    OneMatrix: ones,
    ZeroMatrix: zeros,
    Identity: identity,
    MatrixProduct: arrays.product,
    **dict.fromkeys(
        [ElementwiseSum, ElementwiseDifference, ElementwiseProduct, ElementwiseQuotient], arrays.arithmetic
    ),
    ElementwisePower: arrays.power,
    Negation: arrays.negation,
    **dict.fromkeys(FUNCTIONS, arrays.function),
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
    LogSumExp: arrays.called("torch.logsumexp", "dim={axis}, keepdim=True"),
    IndexedMatrix: indexed.indexed,
    Block: cutting.block,
    Column: selecting.column,
    RowNode: selecting.row,
    **dict.fromkeys([HorizontalStack, VerticalStack], stacking.stack),
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
    error_function="torch.erf",
)

TORCH = Target(
    name="torch",
    words=WORDS,
    imports=("import torch",),
    helpers=HELPERS,
    functions=FUNCTIONS,
    rows=ROWS,
    scalars=SCALARS,
    truth=truths.truth,
    inputs=inputs,
    result_of_number="torch.as_tensor({0}, dtype={1}, device=_device)",
    accepts="tensors, or what torch.as_tensor takes; whole numbers take torch's default dtype",
    accepts_number="a single number takes the first matrix's dtype and device",
    extra="torch",
)
