"""What a page is made from, as data that JSON can hold: inputs, lines, choices, code, exact forms."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

from sympy import Integer, S

from symattn import limits
from symattn.equations import Equation
from symattn.errors import LimitError
from symattn.exact import Element
from symattn.nodes import Indices, Value, entry_of, full_shape, is_matrix, shape_of
from symattn.nodes.cases import put_in
from symattn.page.exact_forms import ExactForms
from symattn.page.lines import Line, Workbench
from symattn.page.numbers import added_numbers, drawn_numbers
from symattn.page.programs import Program, programs
from symattn.page.trees import tree
from symattn.page.unfolding import unfolded
from symattn.publishing.document import Formula
from symattn.publishing.languages import written_in
from symattn.publishing.letters import LARGE_GREEK, SMALL_GREEK
from symattn.publishing.mathml_validator import NAMESPACE
from symattn.publishing.numbers import each_number
from symattn.publishing.printer import among
from symattn.publishing.to_mathml import math_element, serialized
from symattn.shapes import size
from symattn.worked import Bound, bind, exact_value

Data = dict[str, Any]

LONGEST_TEXT = 40
"""Characters of a number that a page reads; a longer one is given as the nearest decimal of 17 digits."""

DECIMALS = 6
"""Digits behind the point up to which a number is typed as a decimal."""


@dataclass(frozen=True)
class PageData:
    """A workbench with numbers: ``data`` for the page's script, and the code of its functions."""

    bench: Workbench
    numbers: Mapping[str, Any]
    data: Data
    code: str
    drawn: bool
    """Whether the numbers were drawn, as none were given."""


def page_data(subject: Any, language: str = "en") -> PageData:
    """The data of the page of a mechanism, with its numbers where it is bound to some; words in formulas in a language.

    Errors: ``InputError`` where no numbers are given and none can be drawn, ``LimitError`` for more entries than a page
    has room for.
    """
    bound = subject if isinstance(subject, Bound) else None
    bench = unfolded(bound.symbolic if bound is not None else subject)
    if bound is None:
        bound = bind(bench.system, drawn_numbers(bench))
    added, lengths = added_numbers(bench, bound.sizes)
    numbers = {**{name: bound.exact(name) for name in bench.system.inputs}, **added}
    sizes = {size(name): Integer(value) for name, value in lengths.items()}
    _check_entries(bench, sizes)
    made, code = programs(bench, sizes)
    names = [*(symbol.name for symbol in bench.input_symbols), *(each.name for each in bench.equations)]
    with written_in(language), among(names):
        lines = [_line(line, made[line.equation], sizes) for line in bench.lines]
        inputs = [_input(symbol, numbers[symbol.name], bench, sizes) for symbol in bench.input_symbols]
        forms = ExactForms(bench, numbers)
    data = {
        "inputs": inputs,
        "choices": [{"name": each.name, "options": list(each.options)} for each in bench.choices],
        "lines": lines,
        "output": bench.system.output,
        "temperature": bench.temperature,
        "window": bench.window,
        "letters": letters_in(names),
        "exact": {"texts": forms.texts, "values": forms.values},
    }
    return PageData(bench, numbers, data, code, not isinstance(subject, Bound))


def letters_in(names: Iterable[str]) -> dict[str, str]:
    """The Greek letters that names begin with, as they are printed.

    >>> letters_in(["lamda_1", "Q", "Omega"])
    {'lamda': 'λ', 'Omega': 'Ω'}
    """
    bases = dict.fromkeys(name.partition("_")[0] for name in names)
    return {base: _greek(base) for base in bases if base in (*SMALL_GREEK, *LARGE_GREEK)}


def _greek(name: str) -> str:
    kind = "SMALL" if name.islower() else "CAPITAL"
    return unicodedata.lookup(f"GREEK {kind} LETTER {name.upper().replace('AMBDA', 'AMDA')}")


def _check_entries(bench: Workbench, sizes: Mapping[Any, Any]) -> None:
    inputs = sum(prod(_lengths(full_shape(each), sizes)) for each in bench.system.input_symbols)
    values = {each.name: prod(_lengths(each.shape, sizes)) for each in bench.equations}
    for what, count, most in (
        ("the inputs", inputs, limits.PAGE_ENTRIES),
        *((name, count, limits.PAGE_VALUES) for name, count in values.items()),
    ):
        if count > most:
            raise LimitError(
                f"{what} of {bench.system.name} would have {count} entries on a page, which has room for {most}; "
                "give smaller inputs with --set."
            )


def _lengths(shape: tuple[Any, ...], sizes: Mapping[Any, Any]) -> list[int]:
    return [int(length.xreplace(sizes)) for length in shape]


def _input(symbol: Value, numbers: Any, bench: Workbench, sizes: Mapping[Any, Any]) -> Data:
    name, shape = symbol.name, full_shape(symbol)
    is_set = name in bench.system.allowed_inputs or name == bench.picked
    return {
        "name": name,
        "shape": _lengths(shape, sizes),
        "sizes": [str(length) for length in shape],
        "sizeSymbols": " × ".join(map(mathml_of, shape)),
        "symbol": mathml_of(symbol),
        "isSet": is_set,
        "texts": each_number(exact_value(numbers, symbol), text_of),
    }


def text_of(number: Element) -> str:
    """A number as a person would type it: a whole number, a fraction or a decimal; a long one rounded."""
    text = typed(number.as_fraction()) if number.is_rational else ""
    return text if 0 < len(text) <= LONGEST_TEXT else str(number.decimal(17))


def typed(number: Fraction) -> str:
    """A fraction as a person would type it: as a decimal where that is short.

    >>> typed(Fraction(-13, 100)), typed(Fraction(1, 3)), typed(Fraction(-2)), typed(Fraction(123456789012345675, 10))
    ('-0.13', '1/3', '-2', '12345678901234567.5')
    """
    scaled = number * 10**DECIMALS
    if number.denominator != 1 and scaled.denominator == 1:
        whole, rest = divmod(abs(scaled.numerator), 10**DECIMALS)
        return f"{'-' if number < 0 else ''}{whole}.{rest:0{DECIMALS}}".rstrip("0")
    return str(number)


def _line(line: Line, program: Program, sizes: Mapping[Any, Any]) -> Data:
    equation = line.equation
    row, column, explained = entry_tree(equation, line.read_as, sizes)
    return {
        "name": equation.name,
        "role": line.role,
        "choice": line.choice,
        "options": list(line.options),
        "shape": _lengths(equation.shape, sizes),
        "sizes": [str(length) for length in equation.shape],
        "axes": [symbol.name for symbol in equation.indices],
        "symbol": mathml_of(equation.left_side),
        "formula": mathml_of(Formula(equation.left_side, "=", equation.expression)),
        "row": row,
        "column": column,
        "tree": explained,
        "needs": list(program.needs),
        "forward": program.forward,
        "backward": program.backward,
        "upstream": program.upstream,
        "cotangents": [list(pair) for pair in program.cotangents],
    }


def entry_tree(equation: Equation, read_as: Value | None, sizes: Mapping[Any, Any]) -> tuple[str, str, Any]:
    """The names of the row and the column index, and the tree of an entry; of a number, its own tree."""
    value = put_in(equation.expression if read_as is None else read_as, dict(sizes))
    if not is_matrix(value):
        return "", "", tree(value)
    supply = Indices(avoid=(value, *equation.indices))
    i, j = supply.fresh(), supply.fresh()
    rows, columns = shape_of(value)
    places = (S.Zero if rows == 1 else i, S.Zero if columns == 1 else j)
    return i.name, j.name, tree(entry_of(value, *places, supply))


def mathml_of(value: Any) -> str:
    """A value, or a formula of two parts, as MathML on a line, for a page of HTML, which knows its namespace."""
    return serialized(_math(value)).replace(f' xmlns="{NAMESPACE}"', "")


def _math(value: Any) -> Any:
    if not isinstance(value, Formula):
        return math_element(value, display=False)
    left, right = value.parts
    first, second = (math_element(part, display=False) for part in (left, right))
    relation = math_element(f" {value.relations[0]} ", display=False)
    first.extend([*relation, *second])
    return first
