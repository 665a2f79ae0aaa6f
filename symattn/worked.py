"""A mechanism bound to exact numbers: every input and intermediate exact, then in decimals."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sympy import Expr, ImmutableDenseMatrix

from symattn import exact, pictures
from symattn.equations import EquationSystem
from symattn.errors import InputError, SymattnError
from symattn.exact.sizes import solve_sizes
from symattn.language.names import suggestion
from symattn.nodes import Value, lengths_of, shape_of

if TYPE_CHECKING:
    from symattn.exact.evaluation import Known
    from symattn.exact.family import Tree


class Bound:
    """A system of equations with exact numbers for its inputs; values are computed when first asked for.

    ``bound["O"]`` is an exact SymPy matrix (a number for a scalar), ``bound.exact("O")`` the same in symattn's own
    exact numbers, ``bound.decimal("O", digits=20)`` its correctly rounded decimals. A family's members come in tuples:
    ``bound["Q"][h]`` is a matrix.
    Shapes: those of the system with the sizes that the inputs have, in ``bound.sizes``.
    Errors, when a value is asked for: ``UnknownNameError``; ``ExactnessError`` or ``LimitError`` naming the equation.

    >>> from symattn.mechanisms import named
    >>> bound = named("dot").bind(Q=[[1, 0]], K=[[0, 1], [0, 2]], V=[[1], ["1/2"]])
    >>> bound["O"], bound.decimal("O", digits=5), bound.sizes["m"]
    (Matrix([[3/4]]), ((Decimal('0.75000'),),), 2)
    """

    def __init__(self, system: EquationSystem, inputs: Mapping[str, Known]) -> None:
        self.symbolic = system
        shapes = {name: exact.shape_of_value(value) for name, value in inputs.items()}
        self.sizes = {symbol.name: length for symbol, length in solve_sizes(system, shapes).items()}
        self._values: dict[str, Known] = {name: inputs[name] for name in system.inputs}

    @cached_property
    def system(self) -> EquationSystem:
        """The system with the sizes that the inputs have."""
        return self.symbolic.with_sizes(**self.sizes)

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs and the equations, in order."""
        return (*self.symbolic.inputs, *self.symbolic.by_name)

    def exact(self, name: str) -> Known:
        """One value in symattn's exact numbers."""
        if name not in self._values:
            if name not in self.symbolic.by_name:
                raise self.symbolic.unknown(name)
            lengths = {size: exact.Element.constant(length) for size, length in self.sizes.items()}
            evaluation = exact.Evaluation({**lengths, **self._values})
            for equation in self.symbolic.needed(name):
                if equation.name not in self._values:
                    value = exact.evaluate_equation(equation, evaluation)
                    self._values[equation.name] = evaluation.values[equation.name] = value
        return self._values[name]

    def with_value(self, name: str, value: Known) -> Bound:
        """The same with another value for one of the equations, for all that rests on it to follow from."""
        made = Bound(self.symbolic, {each: self.exact(each) for each in self.symbolic.inputs})
        made._values[name] = value
        return made

    def __getitem__(self, name: str) -> ImmutableDenseMatrix | Expr | Tree:
        return self.exact(name).to_sympy()

    def decimal(self, name: str, digits: int = 20) -> Tree | Decimal:
        """One value correctly rounded, half to even, to so many significant digits.

        Rows of decimals, a number for a scalar, rows in tuples by position for a family.
        """
        return self.exact(name).decimal(digits)

    def plot(self, kind: str = "weights", **options: Any) -> pictures.Picture:
        """A picture of attention in these numbers: heat maps of the weights, curves, and sweeps.

        It shows itself in a notebook; ``.save("weights.svg")`` writes it, as ``.pdf`` and ``.png`` with matplotlib.
        Options, and errors, are those of :func:`symattn.pictures.plot`: labels (``tokens``, ``queries``, ``keys``),
        ``digits``, ``value`` for another matrix, and ``language``.

        >>> from symattn.mechanisms import named
        >>> bound = named("dot").bind(Q=[[1, 0]], K=[[0, 1], [0, 2]], V=[[1], ["1/2"]])
        >>> [cell.text for cell in bound.plot().panels[0].cells[0]]
        ['0.5', '0.5']
        """
        return pictures.plot(self, kind, **options)

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name}={length}" for name, length in self.sizes.items())
        return f"Bound({self.symbolic.name!r}{', ' if sizes else ''}{sizes})"


def bind(system: EquationSystem, values: Mapping[str, Any]) -> Bound:
    """A system with exact numbers for its inputs; the symbolic sizes follow from their shapes.

    Matrices are nested sequences, NumPy arrays or SymPy matrices; families are matrices in sequences by position, or
    arrays with their axes in front. Numbers are int, Fraction, Decimal, text or float, where 0.1 means 1/10. A matrix
    that only says which keys are allowed may hold truth values.
    Errors: ``InputError`` for missing or extra inputs and for values that are not such numbers, ``ShapeError`` for
    shapes that do not conform, ``LimitError`` for values too large.
    """
    _check_names(system, values)
    inputs: dict[str, Known] = {}
    for name, symbol in system.inputs.items():
        try:
            value = values[name]
            if name in system.allowed_inputs:
                value = as_whole(value)
            inputs[name] = exact_value(value, symbol)
        except SymattnError as error:
            raise error.in_context(f"in the input {name}") from None
    return Bound(system, inputs)


def exact_value(value: Any, symbol: Value) -> Known:
    """A family, a matrix or a number, as the symbol is one, in exact numbers; see :func:`bind`."""
    if axes := len(lengths_of(symbol)):
        return exact.ExactFamily.of(value, axes)
    return exact.ExactMatrix.of(value) if shape_of(symbol) else exact.Element.of(value)


def as_whole(values: Any) -> Any:
    """Truth values as 1 and 0, in an array or in nested sequences; anything else as it is.

    >>> as_whole([[True, False], [2, "1/2"]])
    [[1, 0], [2, '1/2']]
    """
    if isinstance(values, bool):
        return int(values)
    if getattr(getattr(values, "dtype", None), "kind", "") == "b":
        return values.astype(int)
    return list(map(as_whole, values)) if isinstance(values, (list, tuple)) else values


def _check_names(system: EquationSystem, values: Mapping[str, Any]) -> None:
    asked, found = list(system.inputs), list(values)
    missing = [name for name in asked if name not in values]
    extra = [name for name in found if name not in system.inputs]
    if not missing and not extra:
        return
    hints = [suggestion(str(name), missing or asked) for name in extra]
    parts = []
    if missing:
        parts.append(f"no value for {', '.join(missing)}")
    if extra:
        parts.append(f"no input is called {', '.join(map(str, extra))}")
    listing = f"{system.name} asks for {', '.join(asked)}; found {', '.join(map(str, found)) or 'none'}."
    raise InputError(f"{' and '.join(parts)}.{''.join(hints[:3])} {listing}")
