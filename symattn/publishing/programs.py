"""Programs: the Python that computes the numbers of a document anew, for those who want to change them."""

from __future__ import annotations

from typing import Any

from symattn.equations import EquationSystem
from symattn.exact import ExactFamily
from symattn.nodes import is_matrix
from symattn.publishing.numbers import as_fraction, matrices_of, rows_of
from symattn.publishing.to_code import code, declared
from symattn.worked import Bound

INDENT = "    "

Program = tuple[str, ...]
"""Pieces of Python in order, each of which ends with what is to be seen."""


def program_of(subject: EquationSystem | Bound) -> Program:
    '''The mechanism in the language of equations; with numbers these too, and every value exact and in decimals.

    >>> from symattn.mechanisms import named
    >>> print(program_of(named("dot"))[0])
    import symattn as sa
    <BLANKLINE>
    mechanism = sa.mechanism(
        'dot-product attention',
        inputs={'Q': 'n d_k', 'K': 'm d_k', 'V': 'm d_v'},
        equations="""
            S = Q @ K.T
            P = softmax(S)
            O = P @ V
        """,
        output='O',
    )
    print(mechanism)
    '''
    if isinstance(subject, Bound):
        return (_mechanism(subject.symbolic), *_numbers(subject))
    return (_mechanism(subject),)


def _mechanism(system: EquationSystem) -> str:
    inputs = {name: declared(system.shape(name)) for name in system.inputs}
    lines = [
        "import symattn as sa",
        "",
        "mechanism = sa.mechanism(",
        f"{INDENT}{system.name!r},",
        f"{INDENT}inputs={inputs!r},",
        f'{INDENT}equations="""',
        *(f"{INDENT}{INDENT}{line}" for line in code(system).splitlines()),
        f'{INDENT}""",',
        f"{INDENT}output={system.output!r},",
        ")",
        "print(mechanism)",
    ]
    return "\n".join(lines)


def _numbers(bound: Bound) -> Program:
    """The inputs, then a piece for each equation, which shows its value; nothing for inputs that cannot be typed."""
    system = bound.symbolic
    if not all(_can_be_typed(bound.exact(name)) for name in system.inputs):
        return ()
    inputs = {name: _written(bound.exact(name)) for name in system.inputs}
    given = [f"{INDENT}{name!r}: {text}," for name, text in inputs.items()]
    first = "\n".join(["numbers = {", *given, "}", "example = mechanism.bind(numbers)", "example.sizes"])
    values = [f"example[{equation.name!r}]" for equation in system]
    decimals = _decimals(system)
    return (first, *values, decimals)


def _can_be_typed(value: Any) -> bool:
    """Whether every number is a fraction."""
    numbers = [number for matrix in matrices_of(value) for row in rows_of(matrix) or () for number in row]
    return all(as_fraction(number) is not None for number in (numbers or [value]))


def _decimals(system: EquationSystem) -> str:
    """The decimals of the output, a row on a line where it is one matrix."""
    asked = f"example.decimal({system.output!r}, digits=10)"
    equation = system.by_name[system.output]
    if equation.axes or not is_matrix(equation.expression):
        return asked
    return f"for row in {asked}:\n{INDENT}print(*row)"


def _written(value: Any) -> str:
    """Exact numbers as ``bind`` takes them: whole ones as they are, fractions as text."""
    if isinstance(value, ExactFamily):
        return f"[{', '.join(map(_written, value))}]"
    rows = rows_of(value)
    if rows is None:
        return _number(value)
    return f"[{', '.join('[' + ', '.join(map(_number, row)) + ']' for row in rows)}]"


def _number(value: Any) -> str:
    fraction = as_fraction(value)
    assert fraction is not None
    return str(fraction.numerator) if fraction.denominator == 1 else repr(str(fraction))
