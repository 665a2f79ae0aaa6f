"""Which peers a mechanism has: whether it is attention of its inputs, in a form that people write by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from inspect import signature
from typing import Any

from sympy import Expr, MatrixSymbol, S, Symbol

from symattn.benching.peers import Form
from symattn.equations import Equation, EquationSystem
from symattn.errors import LoweringError
from symattn.lowering.building import program_of
from symattn.lowering.functions import TARGETS
from symattn.lowering.fused import is_causal
from symattn.lowering.fused_nodes import FlexProduct, KernelProduct
from symattn.lowering.program import Program
from symattn.lowering.source import source_of
from symattn.nodes import ElementwiseProduct, HyperbolicTangent, IndexCondition, Member, Value, is_matrix


class NoPeers(Exception):
    """Why nobody writes this mechanism by hand as attention of its inputs."""


@dataclass(frozen=True)
class Operand:
    """An input, and the places where it lacks an axis of heads that others have."""

    name: str
    lacking: tuple[int, ...] = ()

    def of(self, arrays: Mapping[str, Any]) -> Any:
        """The array with axes of length 1 in these places."""
        array = arrays[self.name]
        place = [None if axis in self.lacking else slice(None) for axis in range(len(self.lacking) + array.ndim)]
        return array[tuple(place)]


@dataclass(frozen=True)
class Recognised:
    """Attention of three inputs, in data: what ``Form`` says, with arrays made by code or taken from an input."""

    query: Operand
    key: Operand
    value: Operand
    scale: float
    cap: float | None = None
    causal: bool = False
    mask: Operand | None = None
    allowed_source: str = ""
    bias_source: str = ""

    @property
    def has_kernel(self) -> bool:
        """Whether ``scaled_dot_product_attention`` has words for it."""
        return self.cap is None

    def form(self, arrays: Mapping[str, Any], convert: Any) -> Form:
        """What the peers are given; ``convert`` brings NumPy arrays made here to the library and the device."""
        allowed = None if self.mask is None else self.mask.of(arrays)
        if self.allowed_source:
            allowed = convert(_called(self.allowed_source, {}) != 0)
        bias = convert(_called(self.bias_source, arrays)) if self.bias_source else None
        return Form(self.scale, self.causal, allowed, bias, self.cap)


def recognised(system: EquationSystem, sizes: Mapping[str, int], number: float) -> Recognised:
    """The mechanism as attention of its inputs, at these sizes, every scalar input being ``number``.

    Errors: ``NoPeers`` with the reason where it is not.
    """
    try:
        program = program_of(system, (system.output,), "fused")
    except LoweringError as error:
        raise NoPeers(_reason(error)) from None
    found = next((each for each in program.statements if each.name == system.output), None)
    node = None if found is None else found.expression
    if not isinstance(node, (KernelProduct, FlexProduct)):
        raise NoPeers("its output is more than weights times values")
    values = {symbol: sizes[symbol.name] for symbol in system.sizes}
    values |= {symbol: number for symbol in system.input_symbols if not is_matrix(symbol)}
    factor, query = _scaled(node.query)
    axes = program.facts(node).axes
    operands = [_operand(system, side, axes) for side in (query, node.key, node.value)]
    scale, cap = float((factor * node.scale).subs(values)), None
    if isinstance(node, FlexProduct) and node.scores != node.score:
        cap = _cap(node, values)
        scale *= cap
    bias = _bias(system, node, axes)
    form = Recognised(operands[0], operands[1], operands[2], scale, cap, bias_source=bias)
    return replace(form, **_allowed(system, program, node, axes, sizes))


def _reason(error: LoweringError) -> str:
    """Why there is no attention to be found, without what the message says of strategies."""
    return str(error).partition(" compute: ")[2].partition(". strategy=")[0] or str(error)


def _scaled(query: Value) -> tuple[Expr, Value]:
    """A number, and what it multiplies."""
    if isinstance(query, ElementwiseProduct):
        for number, matrix in (query.args, query.args[::-1]):
            if not is_matrix(number):
                factor, inner = _scaled(matrix)
                return number * factor, inner
    return S.One, query


def _operand(system: EquationSystem, side: Value, axes: tuple[Symbol, ...]) -> Operand:
    if not isinstance(side, (MatrixSymbol, Member)) or side.name not in system.inputs:
        raise NoPeers("its queries, keys and values are not inputs, but computed before")
    own = side.positions if isinstance(side, Member) else ()
    if any(axis not in axes for axis in own) or list(own) != [axis for axis in axes if axis in own]:
        raise NoPeers("its heads take queries, keys and values from places of their own")
    return Operand(side.name, tuple(place for place, axis in enumerate(axes) if axis not in own))


def _cap(node: FlexProduct, values: Mapping[Symbol, Any]) -> float:
    """``c`` where the scores become ``c * tanh(score)``."""
    scores = node.scores
    if isinstance(scores, ElementwiseProduct):
        for number, inner in (scores.args, scores.args[::-1]):
            if not is_matrix(number) and isinstance(inner, HyperbolicTangent) and inner.argument == node.score:
                return float(number.subs(values))
    raise NoPeers("what becomes of its scores has no words in hand-written attention but a cap by tanh")


def _allowed(
    system: EquationSystem, program: Program, node: Any, axes: tuple[Symbol, ...], sizes: Mapping[str, int]
) -> dict[str, Any]:
    allowed = node.allowed
    defined = {each.name: each.expression for each in program.statements}
    allowed = defined.get(getattr(allowed, "name", ""), allowed)
    if allowed is None:
        return {}
    if is_causal(allowed):
        return {"causal": True}
    if isinstance(allowed, (MatrixSymbol, Member)) and allowed.name in system.inputs:
        return {"mask": _operand(system, allowed, axes)}
    values = {symbol: sizes[symbol.name] for symbol in system.sizes}
    if isinstance(allowed, IndexCondition):
        fixed = allowed.func(
            allowed.condition.subs(values), *allowed.args[1:3], *(x.subs(values) for x in allowed.shape)
        )
        if fixed.condition.free_symbols <= {fixed.row, fixed.column}:
            made = EquationSystem("allowed", (), (Equation("A", fixed),), "A")
            return {"allowed_source": _source(made)}
    raise NoPeers("its allowed set depends on more than one mask or the places of query and key")


def _bias(system: EquationSystem, node: Any, axes: tuple[Symbol, ...]) -> str:
    """The code of what is added to the scores, if anything is."""
    biases = node.biases if isinstance(node, KernelProduct) else ()
    if not biases:
        return ""
    total = biases[0]
    names = {symbol.name for symbol in total.atoms(MatrixSymbol, Member)}
    if len(biases) > 1 or not names <= set(system.inputs):
        raise NoPeers("what is added to its scores is computed from more than inputs")
    lengths = {axis: length for equation in system for axis, length in equation.axes}
    if any(axis not in lengths for axis in axes):
        raise NoPeers("its heads have no lengths of their own")
    own = tuple((axis, lengths[axis]) for axis in axes)
    made = EquationSystem("bias", system.input_symbols, (Equation("B", total, own),), "B")
    return _source(made)


def _source(system: EquationSystem) -> str:
    return source_of(system, TARGETS["numpy"], (system.output,), object)


def _called(source: str, arrays: Mapping[str, Any]) -> Any:
    """What the only public function of a module gives, of inputs on the CPU."""
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    function = next(namespace[name] for name in ("allowed", "bias") if name in namespace)
    wanted = {name: arrays[name] for name in signature(function).parameters}
    return function(**{name: each.cpu().numpy() if hasattr(each, "cpu") else each for name, each in wanted.items()})
