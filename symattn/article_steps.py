"""The article's eight steps as a document, from the inputs to the output of every input, exact and decimal."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import MatrixSymbol

from symattn import article
from symattn.article_words import in_words, told, words
from symattn.equations import Equation
from symattn.errors import InputError, SymattnError
from symattn.exact import Element, Evaluation, ExactMatrix, evaluate_equation
from symattn.exact.operations import minus, product
from symattn.examples import matrix_of, weighted_values, worked_example
from symattn.language import parse_expression
from symattn.mechanism_names import called
from symattn.nodes import ElementwiseDifference, ElementwiseProduct, ElementwiseSum, MatrixProduct, Softmax, Value
from symattn.publishing import (
    Block,
    Formula,
    Heading,
    Joined,
    Paragraph,
    Presentation,
    Rounded,
    Stage,
    Substituted,
)
from symattn.publishing.programs import program_of
from symattn.worked import Bound

VALUES = ("X", "W_K", "W_Q", "W_V", "K", "Q", "V", "S", "P", "O")

FIXED = {"K": "X @ W_K", "Q": "X @ W_Q", "V": "X @ W_V", "P": "softmax(S)", "O": "P @ V"}
"""The equations that the steps describe; the scores are free, as long as each row needs one query only."""


def obstacle(example: Bound) -> str | None:
    """Why an example cannot be told in the eight steps, or nothing if it can.

    >>> obstacle(worked_example("dot"))
    'it has the values Q, K, V, S, P, O, and the steps tell of X, W_K, W_Q, W_V, K, Q, V, S, P, O'
    """
    system = example.symbolic
    if set(example.names) != set(VALUES):
        return f"it has the values {', '.join(example.names)}, and the steps tell of {', '.join(VALUES)}"
    named_values = {name: system.by_name[name].symbol for name in system.by_name} | system.inputs
    for name, formula in FIXED.items():
        scope = {other: value for other, value in named_values.items() if other in formula}
        if system[name] != parse_expression(formula, scope):
            return f"its {name} is not {formula}"
    query = _query(example, 0)
    evaluation = Evaluation(
        {
            **{size: Element.of(length) for size, length in example.sizes.items()},
            **{name: matrix_of(example, name) for name in ("X", "W_K", "W_Q", "W_V", "K")},
            query.name: _row(example, "Q", 0),
        }
    )
    try:
        alone = evaluate_equation(Equation("S", _scores_of(example, query)), evaluation)
    except SymattnError:
        alone = None
    return None if alone == _row(example, "S", 0) else "its scores of one input need more than the query of that input"


def eight_steps(*examples: Bound, language: str = "en") -> Presentation:
    """The eight steps of self-attention with the numbers of one or more examples, exact and decimal.

    Several examples share inputs and projections and differ in their scores, as unscaled and scaled ones do.
    ``language`` is ``"en"`` or ``"zh"``.
    Errors: ``InputError`` for an example that takes other steps, saying which, for no example at all, and for a
    language that there is not.

    >>> "1. Prepare the inputs" in eight_steps(worked_example()).to("text")
    True
    """
    words(language)
    if not examples:
        raise InputError("the eight steps need the numbers of an example, as in eight_steps(worked_example()).")
    for example in examples:
        reason = obstacle(example)
        if reason is not None:
            raise InputError(f"{example.symbolic.name} is not told in the eight steps: {reason}.")
    first, several = examples[0], len(examples) > 1
    for example in examples[1:]:
        if not _same_values(first, example, ("X", "W_K", "W_Q", "W_V")):
            raise InputError(
                f"examples told together have one X and one set of weights; those of {example.symbolic.name} differ."
            )
    blocks, level = [*_preparation(first, language)], 3 if several else 2
    for example in examples:
        if several:
            name = called(language, example.symbolic.name)
            blocks.append(Heading(*told(language, "example", name=name, scores=example.symbolic["S"])))
        blocks += _one_input(example, 0, level, language)
        blocks += _all_inputs(example, level, language)
        if _is_the_article(example):
            blocks += _rounded_table(example, level, language)
    name = called(language, first.symbolic.name)
    title = in_words(language, "title", name=f"{name[:1].upper()}{name[1:]}")
    stages = tuple(stage for example in examples for stage in _stages(example, several))
    program = tuple(piece for example in examples for piece in program_of(example))
    return Presentation(title, tuple(blocks), stages, first.symbolic.source, language, program)


def _stages(example: Bound, several: bool) -> tuple[Stage, ...]:
    """What a machine reads: every value; with several examples the name of each is written before its values."""
    prefix = f"{example.symbolic.name}: " if several else ""
    numbers = {name: matrix_of(example, name) for name in example.names}
    inputs = example.system.inputs
    return tuple(
        Stage(
            prefix + name,
            example.system.shape(name),
            None if name in inputs else example.symbolic[name],
            None if name in inputs else numbers,
            numbers[name],
        )
        for name in example.names
    )


def _preparation(example: Bound, language: str) -> list[Block]:
    """Steps 1 to 3: inputs, weights, and the keys, queries and values made from them."""
    inputs = example.system.inputs
    blocks: list[Block] = [
        Heading(in_words(language, "inputs")),
        Paragraph(*told(language, "about inputs", X=inputs["X"])),
        Formula(inputs["X"], "=", matrix_of(example, "X")),
        Heading(in_words(language, "weights")),
        *(Formula(inputs[name], "=", matrix_of(example, name)) for name in ("W_K", "W_Q", "W_V")),
        Heading(in_words(language, "projections")),
        Paragraph(in_words(language, "about projections")),
    ]
    return blocks + [value_line(example, name) for name in ("K", "Q", "V")]


def value_line(example: Bound, name: str) -> Formula:
    """One equation of an example as a line: the numbers of the others put in, what comes out exactly and in decimals.

    >>> len(value_line(worked_example(), "S").parts)
    4
    """
    expression = example.symbolic[name]
    numbers = {**example.sizes, **{other: matrix_of(example, other) for other in example.names if other != name}}
    return _numbers_line(example.system.by_name[name].symbol, expression, numbers, matrix_of(example, name))


def _is_rational(matrix: ExactMatrix) -> bool:
    return all(element.is_rational for row in matrix.rows for element in row)


def _query(example: Bound, i: int) -> MatrixSymbol:
    """What stands for the query of one input, a single row."""
    return MatrixSymbol(f"q_{i + 1}", 1, example.symbolic.shape("Q")[1])


def _scores_of(example: Bound, query: MatrixSymbol) -> Value:
    """The equation of the scores with one query in the place of all."""
    return example.symbolic["S"].xreplace({example.symbolic.by_name["Q"].symbol: query})


def _one_input(example: Bound, i: int, level: int, language: str) -> list[Block]:
    """Steps 4 to 7 for one input: its scores, its attention weights, its weighted values, its output."""
    system, number = example.symbolic, i + 1
    query = _query(example, i)
    keys = system.by_name["K"].symbol
    scores = MatrixSymbol(f"s_{number}", 1, keys.shape[0])
    score_formula = _scores_of(example, query)
    p_row, o_row = _row(example, "P", i), _row(example, "O", i)
    numbers = {**example.sizes, query.name: _row(example, "Q", i), "K": matrix_of(example, "K")}
    numbers[scores.name] = _row(example, "S", i)
    weighted = [ExactMatrix([block.rows[i]]) for block in weighted_values(example)]
    value_rows = [_row(example, "V", k) for k in range(matrix_of(example, "V").shape[0])]
    terms = [
        ElementwiseProduct(MatrixSymbol("P", *system.shape("P"))[i, k], MatrixSymbol(f"v_{k + 1}", 1, o_row.shape[1]))
        for k in range(len(value_rows))
    ]
    blocks: list[Block] = [
        Heading(in_words(language, "scores", number=str(number)), level=level),
        Paragraph(in_words(language, "about scores")),
        _numbers_line(scores, score_formula, numbers, _row(example, "S", i)),
        Heading(in_words(language, "softmax"), level=level),
        _numbers_line(MatrixSymbol(f"p_{number}", *scores.shape), Softmax(scores), numbers, p_row),
        Heading(in_words(language, "weighted values"), level=level),
    ]
    for k, term in enumerate(terms):
        factors = Joined((p_row[0, k], value_rows[k]), "·")
        blocks.append(Formula(term, "=", factors, "=", weighted[k], "≈", Rounded(weighted[k])))
    total = terms[0]
    for term in terms[1:]:
        total = ElementwiseSum(total, term)
    output = MatrixSymbol(f"o_{number}", 1, o_row.shape[1])
    blocks += [
        Heading(in_words(language, "sum"), level=level),
        Formula(output, "=", total, "=", o_row, "≈", Rounded(o_row)),
    ]
    return blocks


def _row(example: Bound, name: str, i: int) -> ExactMatrix:
    return ExactMatrix([matrix_of(example, name).rows[i]])


def _numbers_line(symbol: MatrixSymbol, expression: object, numbers: dict, exact: ExactMatrix) -> Formula:
    """An equation with its numbers put in, and what comes out: exact, and decimal where that says more."""
    parts = [symbol, "=", expression, "=", Substituted(expression, numbers), "=", exact]
    return Formula(*parts) if _is_rational(exact) else Formula(*parts, "≈", Rounded(exact))


def _all_inputs(example: Bound, level: int, language: str) -> list[Block]:
    """Step 8: the same for every input, as whole matrices; the weighted values one block an input."""
    blocks = weighted_values(example)
    names = [MatrixSymbol(f"B_{k + 1}", *block.shape) for k, block in enumerate(blocks)]
    output = example.system.by_name["O"].symbol
    return [
        Heading(in_words(language, "others"), level=level),
        Paragraph(in_words(language, "about others")),
        value_line(example, "S"),
        value_line(example, "P"),
        Paragraph(in_words(language, "about blocks")),
        *(Formula(name, "=", block, "≈", Rounded(block)) for name, block in zip(names, blocks, strict=True)),
        Paragraph(in_words(language, "about product")),
        Formula(output, "=", Joined(tuple(names), "+")),
        value_line(example, "O"),
    ]


def _is_the_article(example: Bound) -> bool:
    """Whether these are the article's numbers and its unscaled scores, for which it prints rounded weights."""
    return _same_values(example, worked_example(), ("X", "S", "V"))


def _same_values(left: Bound, right: Bound, names: Iterable[str]) -> bool:
    return all(matrix_of(left, name) == matrix_of(right, name) for name in names)


def _rounded_table(example: Bound, level: int, language: str) -> list[Block]:
    """The article's rounded weights beside the exact ones, and what the rounding does to the output."""
    weights, values = matrix_of(example, "P"), matrix_of(example, "V")
    rounded = ExactMatrix.of(article.ROUNDED_WEIGHTS)
    output = product(rounded, values)
    p, o = (example.system.by_name[name].symbol for name in "PO")
    p_rounded, o_rounded = MatrixSymbol("P_rounded", *p.shape), MatrixSymbol("O_rounded", *o.shape)
    return [
        Heading(in_words(language, "rounded"), level=level),
        Paragraph(in_words(language, "about rounded")),
        Formula(p_rounded, "=", Rounded(rounded, 2), "≠", weights, "≈", Rounded(weights)),
        Formula(ElementwiseDifference(p_rounded, p), "≈", Rounded(minus(rounded, weights))),
        Formula(o_rounded, "=", MatrixProduct(p_rounded, example.system.by_name["V"].symbol), "=", output),
        Formula(ElementwiseDifference(o_rounded, o), "≈", Rounded(minus(output, matrix_of(example, "O")))),
    ]
