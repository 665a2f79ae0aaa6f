"""From equations, or from one expression, to a Python function with its source."""

from __future__ import annotations

import hashlib
import importlib
import linecache
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sympy import Basic, Expr, MatrixSymbol, Symbol, SympifyError, sympify

from symattn.equations import Equation, EquationSystem
from symattn.errors import InputError, LoweringError, MissingExtraError, UnknownNameError
from symattn.language.declarations import declare
from symattn.language.names import check_name, suggestion
from symattn.lowering.arranging import Arrangement
from symattn.lowering.choosing import is_tiny
from symattn.lowering.costs import Costs
from symattn.lowering.naming import function_name
from symattn.lowering.numpy import NUMPY
from symattn.lowering.scalar import SCALAR, at_sizes, scalar_source
from symattn.lowering.source import source_of
from symattn.lowering.target import Target
from symattn.lowering.torch import TORCH
from symattn.nodes import (
    ByRowAndColumn,
    OverAnIndex,
    Scatter,
    Value,
    full_shape,
    shape_of,
)
from symattn.nodes.from_sympy import from_sympy
from symattn.shapes import size

TARGETS: dict[str, Target] = {target.name: target for target in (NUMPY, TORCH)}

NEEDS = {"tiled": "passes over tiles", **dict.fromkeys(SCALAR, "code for fixed sizes")}
"""What a target lacks that has not a strategy."""


def lambdify_system(
    system: EquationSystem,
    target: str = "numpy",
    outputs: Iterable[str] | None = None,
    layouts: Mapping[str, str] | None = None,
    sizes: Mapping[str, int] | None = None,
    strategy: str = "direct",
) -> Callable[..., Any]:
    """A function of the system's inputs, in order or by name, that computes its results with the target's library.

    Leading axes of the inputs are batches and broadcast. One output comes back as an array, several as a dict by name,
    and so do the results of a system that names its results.
    ``layouts`` name the axes of inputs and results that come otherwise, as in ``{"Q": "n (H d_k)", "A": "C H W"}``;
    ``sizes`` are those that no array tells then, as in ``{"H": 8}``.
    ``strategy`` is ``"direct"``, every value as a whole; with NumPy also ``"tiled"``, which makes scores tile by tile
    and never holds a whole matrix of them; with torch also ``"fused"``, which computes attention by torch's kernels:
    ``scaled_dot_product_attention``, or where it has no words for what happens to the scores ``flex_attention``, which
    has no gradients on the CPU; ``"flex"`` takes the second one for all. With NumPy also ``"scalar"`` and
    ``"compiled"``, code for small fixed sizes, for which ``sizes`` has every size that is a symbol; see
    ``scalar_source``. ``"auto"`` chooses by the shapes that arrays have when the code is called.
    The function has ``source``, the text of a module that runs without symattn, ``inputs``, ``outputs`` and ``target``.
    Errors: ``LoweringError`` for an unknown target or strategy and, with the reasons, where kernels or tiles have
    nothing to compute; ``UnknownNameError`` for an unknown output, ``MissingRowError`` for
    a node that the target's table lacks, ``MissingExtraError`` if the target's library is not installed.
    """
    chosen = _target(target)
    _check_strategy(strategy, chosen)
    if outputs is None and system.results:
        outputs = system.results
    if outputs is None or isinstance(outputs, str):
        names: tuple[str, ...] = (system.output if outputs is None else outputs,)
        keys: list[str] | type = object
    else:
        names = tuple(dict.fromkeys(outputs))
        keys = list(names)
    if not names:
        raise LoweringError(f"no outputs asked for; {system.name} has: {', '.join([*system.inputs, *system.by_name])}.")
    for name in names:
        if name not in system.by_name and name not in system.inputs:
            raise system.unknown(name)
    arrangement = None
    if layouts or (sizes and strategy not in SCALAR):
        arrangement = Arrangement.of(system, layouts or {}, sizes or {})
    if strategy in SCALAR:
        system = at_sizes(system, sizes, strategy)
    return compiled(system, chosen, names, keys, arrangement, strategy)


def lambdify(
    args: Any,
    expr: Any,
    backend: str = "numpy",
    strategy: str = "direct",
    sizes: Mapping[str, int] | None = None,
) -> Callable[..., Any]:
    """A function of ``args`` that computes ``expr``, in the manner of SymPy's function of that name.

    ``args`` is one ``MatrixSymbol`` or ``Symbol``, or a sequence of them; ``expr`` a value made of symattn's nodes, of
    SymPy's matrix operations, or a list or dict of such values. Sizes come from the arguments' shapes; ``strategy`` is
    one of the backend's, ``sizes`` are for those that write code for fixed sizes, see :func:`lambdify_system`.

    >>> from sympy import MatrixSymbol, symbols
    >>> n, m = symbols("n m")
    >>> A = MatrixSymbol("A", n, m)
    >>> lambdify(A, 2 * A * A.T)([[1, 2], [3, 4]]).tolist()
    [[10.0, 22.0], [22.0, 50.0]]

    Errors: ``UnknownNameError`` for a symbol that is no argument, ``LoweringError`` for what has no code,
    ``MissingExtraError`` if the backend's library is not installed.
    """
    chosen = _target(backend)
    _check_strategy(strategy, chosen)
    symbols = _arguments(args)
    lengths = {part.name for symbol in symbols for length in full_shape(symbol) for part in length.free_symbols}
    for symbol in symbols:
        if symbol.name in lengths:
            raise LoweringError(f"{symbol.name} is a size, which comes from the shapes of the matrices; leave it out.")
    for name in lengths:
        check_name(name, "a size")
    if isinstance(expr, Mapping):
        keys: list[str] | type = [_key(key) for key in expr]
        values = list(expr.values())
    elif isinstance(expr, (list, tuple)):
        keys, values = list, list(expr)
    else:
        keys, values = object, [expr]
    if not values:
        raise LoweringError("no expression to compute.")
    known = {symbol.name: symbol for symbol in symbols}
    declared = tuple(_unified(symbol, known, lengths) for symbol in symbols)
    names = _result_names(len(values), {*known, *lengths})
    equations = []
    for name, value in zip(names, values, strict=True):
        equations.append(Equation(name, _unified(from_sympy(_value(value)), known, lengths)))
    system = EquationSystem("lambdified", declared, tuple(equations), names[-1])
    if strategy in SCALAR:
        system = at_sizes(system, sizes, strategy)
    elif sizes:
        raise LoweringError('sizes are for code for fixed sizes, strategy="scalar"; others read them from arrays.')
    return compiled(system, chosen, tuple(names), keys, strategy=strategy)


def _target(name: object) -> Target:
    if isinstance(name, str) and name in TARGETS:
        return TARGETS[name]
    hint = suggestion(name, TARGETS) if isinstance(name, str) else ""
    raise LoweringError(f"there is no target {name!r}.{hint} There are: {', '.join(TARGETS)}.")


def _check_strategy(strategy: object, target: Target) -> None:
    every = tuple(dict.fromkeys(name for each in TARGETS.values() for name in each.strategies))
    if strategy in target.strategies:
        return
    if isinstance(strategy, str) and strategy in every:
        having = ", ".join(each.name for each in TARGETS.values() if strategy in each.strategies)
        lacks = NEEDS.get(strategy, "fused kernels")
        raise LoweringError(f"{target.name} has no {lacks}; strategy={strategy!r} is one of the target {having}.")
    hint = suggestion(strategy, every) if isinstance(strategy, str) else ""
    raise LoweringError(f"there is no strategy {strategy!r}.{hint} There are: {', '.join(every)}.")


def source_by(
    strategy: str,
    system: EquationSystem,
    target: Target,
    outputs: tuple[str, ...],
    keys: list[str] | type,
    arrangement: Arrangement | None = None,
    costs: Costs | None = None,
) -> str:
    """The text of the module that computes the outputs by a strategy of the target."""
    if strategy == "auto" and "scalar" in target.strategies and is_tiny(system, outputs):
        strategy = "scalar"
    if strategy in SCALAR:
        return scalar_source(system, outputs, keys, arrangement, strategy)
    return source_of(system, target, outputs, keys, arrangement, strategy, costs)


def compiled(
    system: EquationSystem,
    target: Target,
    outputs: tuple[str, ...],
    keys: list[str] | type,
    arrangement: Arrangement | None = None,
    strategy: str = "direct",
    costs: Costs | None = None,
) -> Callable[..., Any]:
    """The function of ``source_by``. Errors: ``MissingExtraError`` if its library is not installed."""
    source = source_by(strategy, system, target, outputs, keys, arrangement, costs)
    if target.extra is not None:
        try:
            importlib.import_module(target.name)
        except ImportError as error:
            raise MissingExtraError(
                f"the target {target.name} needs {target.name}, which is not installed: "
                f"pip install 'symattn[{target.extra}]'"
            ) from error
    digest = hashlib.sha256(source.encode()).hexdigest()[:12]
    name = function_name(system)
    file = f"<symattn {name} {target.name} {digest}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    namespace: dict[str, Any] = {}  # without a name, for torch.compile looks for a module of the name and finds none
    exec(compile(source, file, "exec"), namespace)
    function = namespace[name]
    function.__module__ = f"symattn_{name}"
    function.source = source
    function.inputs = tuple(system.inputs)
    function.outputs = tuple(keys) if isinstance(keys, list) else outputs
    function.target = target.name
    return function


def _arguments(args: Any) -> list[Value]:
    symbols = list(args) if isinstance(args, Sequence) and not isinstance(args, str) else [args]
    for symbol in symbols:
        if not isinstance(symbol, (MatrixSymbol, Symbol)):
            raise LoweringError(f"an argument is a MatrixSymbol or a Symbol, found {symbol!r}.")
        check_name(symbol.name, "an argument")
    if len({symbol.name for symbol in symbols}) < len(symbols):
        raise LoweringError(f"two arguments have one name: {', '.join(symbol.name for symbol in symbols)}.")
    return symbols


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise LoweringError(f"results are named by text, found {key!r}.")
    return key


def _value(value: Any) -> Value:
    if isinstance(value, (str, bytes)):
        raise InputError("an expression, not a text; write text as a mechanism's equations.")
    try:
        value = value if isinstance(value, Basic) else sympify(value, strict=True)
    except SympifyError:
        raise InputError(f"asked for an expression of symattn or SymPy, found {type(value).__name__}.") from None
    if not isinstance(value, Expr):
        raise LoweringError(f"{type(value).__name__} is neither a scalar nor a matrix expression.")
    return value


def _result_names(count: int, taken: set[str]) -> list[str]:
    names: list[str] = []
    number = 0
    while len(names) < count:
        number += 1
        name = "result" if count == 1 and number == 1 else f"result{number}"
        if name not in taken:
            names.append(name)
    return names


def _unified(value: Value, known: Mapping[str, Value], sizes: set[str]) -> Value:
    """The value with symattn's own symbols for sizes and scalars, whatever was assumed of the ones it came with."""
    bound = {part.symbol for part in value.atoms(OverAnIndex)}
    bound |= {symbol for part in value.atoms(ByRowAndColumn, Scatter) for symbol in part.bound_symbols}
    replaced: dict[Value, Value] = {}
    matrices = sorted(value.atoms(MatrixSymbol), key=str)
    for symbol in [*matrices, *sorted(value.atoms(Symbol) | _size_symbols(value), key=str)]:
        if symbol in bound:
            continue
        if isinstance(symbol, MatrixSymbol):
            if symbol.name not in known or full_shape(known[symbol.name]) != full_shape(symbol):
                raise _undefined(symbol, known)
        elif symbol.name in sizes:
            replaced[symbol] = size(symbol.name)
        elif symbol.name in known and not shape_of(known[symbol.name]):
            replaced[symbol] = declare(symbol.name, ())
        else:
            raise _undefined(symbol, known)
    return value.xreplace(replaced)


def _size_symbols(value: Value) -> set[Symbol]:
    shapes = [full_shape(matrix) for matrix in value.atoms(MatrixSymbol)]
    return {part for shape in shapes for length in shape for part in length.free_symbols}


def _undefined(symbol: Value, known: Mapping[str, Value]) -> UnknownNameError:
    if symbol.name in known:
        return UnknownNameError(f"{symbol.name} in the expression has another shape than the argument {symbol.name}.")
    listing = ", ".join(known) or "none"
    return UnknownNameError(
        f"the expression mentions {symbol.name}, which is not an argument.{suggestion(symbol.name, known)} "
        f"The arguments: {listing}."
    )
