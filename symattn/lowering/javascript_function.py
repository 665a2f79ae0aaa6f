"""A system of equations as one JavaScript function: inputs, sizes, a statement for each equation, then the helpers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sympy import Expr

from symattn.equations import Equation, EquationSystem
from symattn.errors import LoweringError
from symattn.language.names import check_name
from symattn.language.to_code import formula
from symattn.lowering.comments import text_of
from symattn.lowering.javascript import ROWS
from symattn.lowering.javascript_helpers import needed
from symattn.lowering.javascript_scalars import SCALARS
from symattn.lowering.javascript_writer import JavaScriptWriter, identifier
from symattn.lowering.naming import function_name
from symattn.lowering.pieces import Binding
from symattn.lowering.places import Places
from symattn.nodes import full_shape


def javascript_source(
    system: EquationSystem, outputs: str | Iterable[str] | None = None, name: str | None = None
) -> str:
    """The text of one function in JavaScript (ES2017) that computes values of a system and calls no library.

    The function takes an object of the inputs by name, ``{Q: [[1, 2], [3, 4]], t: 0.5}``: a matrix is an array of rows,
    a family an array of matrices, typed arrays do for rows. It returns an object of the ``outputs`` by name: those that
    are asked for, else all results of a system that names its results, else its output. Numbers are float64.
    ``name`` is what the function is called, the system's own name unless it is given. Helpers stand inside it, so that
    several such functions may share a page.
    Errors: ``UnknownNameError`` for an unknown output, ``LanguageError`` for a name that would not do,
    ``MissingRowError`` for a node that the table lacks, ``LoweringError`` for what has no code.

    >>> from symattn.language.declarations import declare
    >>> from symattn.nodes import MatrixProduct
    >>> from symattn.shapes import size
    >>> A = declare("A", (size("n"), size("n")))
    >>> square = EquationSystem("square", (A,), (Equation("B", MatrixProduct(A, A)),), "B")
    >>> print("\\n".join(javascript_source(square).splitlines()[2:10]))
    function square(inputs) {
      "use strict";
      const A = _input(inputs, "A", 2);
      const n = A.length;
      _checkShape(A, "A", [n, n], "n, n");
    <BLANKLINE>
      // B = A @ A
      const B = _product(A, A);
    """
    names = _asked(system, outputs)
    called = function_name(system) if name is None else check_name(name, "a function")
    called = f"{called}_function" if identifier(called) != called else called
    body, writer = _body(system, names)
    lines = [
        *_about(system, names),
        f"function {called}(inputs) {{",
        *_indented([*body, *_helpers(writer.helpers)]),
        "}",
    ]
    return "\n".join(lines) + "\n"


def javascript_module(functions: Mapping[str, tuple[EquationSystem, Sequence[str]]]) -> str:
    """The text of an expression in JavaScript: an object of functions by key, which share one set of helpers.

    Each function is given by a system and the names of what it returns, and takes and returns what that of
    :func:`javascript_source` does. Keys may be any texts.
    Errors: those of :func:`javascript_source`.

    >>> from symattn.language.declarations import declare
    >>> from symattn.nodes import MatrixProduct
    >>> from symattn.shapes import size
    >>> A = declare("A", (size("n"), size("n")))
    >>> square = EquationSystem("square", (A,), (Equation("B", MatrixProduct(A, A)),), "B")
    >>> javascript_module({"a step": (square, ["B"])}).splitlines()[2:4]
    ['  return {', '    "a step": (inputs) => {']
    """
    written, helpers = list[str](), set[str]()
    for key, (system, outputs) in functions.items():
        body, writer = _body(system, _asked(system, outputs))
        helpers |= writer.helpers
        quoted = json.dumps(key).replace("<", "\\u003c")
        written += [f"{quoted}: (inputs) => {{", *_indented(body[1:]), "},"]
    inside = ['"use strict";', "return {", *_indented(written), "};", *_helpers(helpers)]
    return "\n".join(["(() => {", *_indented(inside), "})()"]) + "\n"


def _asked(system: EquationSystem, outputs: str | Iterable[str] | None) -> tuple[str, ...]:
    """The names of the values to return: all results, or the output, unless some are asked for."""
    if outputs is None:
        names = system.results or (system.output,)
    else:
        names = (outputs,) if isinstance(outputs, str) else tuple(dict.fromkeys(outputs))
    if not names:
        raise LoweringError(f"no outputs asked for; {system.name} has: {', '.join([*system.inputs, *system.by_name])}.")
    for asked in names:
        if asked not in system.by_name and asked not in system.inputs:
            raise system.unknown(asked)
    return names


def _body(system: EquationSystem, names: tuple[str, ...]) -> tuple[list[str], JavaScriptWriter]:
    """The statements inside a function, and the writer that knows which helpers they call."""
    writer = JavaScriptWriter(system, ROWS, SCALARS)
    statements = [line for equation in system.needed(*names) for line in _statement(writer, equation)]
    returned = ", ".join(_returned(writer, key) for key in names)
    return ['"use strict";', *_inputs(writer), *statements, "", f"return {{{returned}}};"], writer


def _helpers(called: Iterable[str]) -> list[str]:
    return [line for text in needed(called) for line in ["", *text.splitlines()]]


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}".rstrip() for line in lines)


def _statement(writer: JavaScriptWriter, equation: Equation) -> Iterator[str]:
    """The equation as a comment, and a constant that holds its value."""
    left_side = formula(equation.left_side, name=lambda symbol: symbol.name, lenient=True)
    lengths = dict(equation.axes)
    value = writer.listed(lengths, lambda: writer.text(equation.expression))
    yield ""
    yield f"// {one_line(left_side)} = {one_line(text_of(equation.expression))}"
    yield f"const {writer.named(equation.name).text} = {value};"


def _returned(writer: JavaScriptWriter, key: str) -> str:
    variable = writer.named(key).text
    return key if variable == key else f"{key}: {variable}"


def _inputs(writer: JavaScriptWriter) -> Iterator[str]:
    """The inputs as new arrays, the sizes from their shapes, and a comparison for each shape that could disagree."""
    writer.helpers.add("_input")
    for name, symbol in writer.system.inputs.items():
        yield f'const {writer.named(name).text} = _input(inputs, "{name}", {len(full_shape(symbol))});'
    places = Places(writer.system.input_symbols)
    unknown = sorted(symbol.name for symbol in writer.sizes if symbol not in places.places)
    if unknown:
        raise LoweringError(f"the size {unknown[0]} cannot be found from the shapes of the inputs.")
    for symbol, (name, axis) in places.places.items():
        length = _length(writer, places, name, axis)
        if symbol in places.part_of:
            factor, rest = places.part_of[symbol]
            if rest != 0:
                length = f"{length} - {writer.value(rest).within(Binding.PRODUCT)}"
            if factor != 1:
                length = f"Math.floor(({length}) / {writer.value(factor).within(Binding.ATOM)})"
        yield f"const {writer.text(symbol)} = {length};"
    for symbol in writer.system.input_symbols:
        yield from _check(writer, places, symbol)


def _length(writer: JavaScriptWriter, places: Places, name: str, axis: int) -> str:
    depth = len(full_shape(writer.system.inputs[name])) + axis
    return f"{writer.named(name).text}{'[0]' * depth}.length"


def _check(writer: JavaScriptWriter, places: Places, symbol: Expr) -> Iterator[str]:
    """The line that compares an input's shape; its rows have to be alike even where it alone tells the sizes."""
    shape = full_shape(symbol)
    if shape:
        lengths = [
            writer.text(length) if places.is_known(length) else _length(writer, places, *places.first_place(length))
            for length in shape
        ]
        asked = ", ".join(map(str, shape))
        variable = writer.named(symbol.name).text
        yield f'{writer.helper("_checkShape")}({variable}, "{symbol.name}", [{", ".join(lengths)}], "{asked}");'


def one_line(text: str) -> str:
    """Any text as it may stand in a comment, also in a page's script: on one line, nothing that ends the script."""
    text = " ".join(text.split()).replace("</", "< /").replace("<!--", "< !--")
    return "".join(character if character.isprintable() else "?" for character in text)


def _about(system: EquationSystem, outputs: Iterable[str]) -> Iterator[str]:
    """What the function is, its source, and what goes in and comes out."""
    title = one_line(system.name)
    yield f"// {title[:1].upper()}{title[1:]}: JavaScript generated by symattn; it runs without symattn."
    if system.source:
        yield f"// Source: {one_line(system.source)}."
    given = ", ".join(_described(system, name) for name in system.inputs)
    made = ", ".join(_described(system, name) for name in outputs)
    yield f"// Takes {{{given}}} as nested arrays and returns {{{made}}}."


def _described(system: EquationSystem, name: str) -> str:
    shape = system.shape(name)
    return f"{name} ({', '.join(map(str, shape))})" if shape else f"{name} (a number)"
