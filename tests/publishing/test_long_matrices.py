"""Matrices too wide for a line: equal numbers are printed once, names of entries and lines as they always were."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import MatrixSymbol

import symattn as sa
from symattn import article
from symattn.exact import Element, ExactMatrix
from symattn.exact.infinity import NEGATIVE_INFINITY
from symattn.language.declarations import declare
from symattn.nodes import Member
from symattn.publishing import Formula, Presentation, Rounded, render_mathml, render_text
from symattn.publishing.fitting import entry_name
from symattn.publishing.layout import wrapped_words
from symattn.publishing.numbers import distinct, too_long
from symattn.publishing.to_text import names_of_entries, text


def weights(n):
    """The worked example's inputs, over and over: three distinct rows of weights."""
    rows = [article.SELF_ATTENTION["X"][place % 3] for place in range(n)]
    return sa.named("self-attention").bind({**article.SELF_ATTENTION, "X": rows}).exact("P")


@pytest.mark.parametrize(
    "renderer, called, form", [(render_text, "text", "text"), (render_mathml, "elements", "mathml")]
)
def test_a_number_that_a_matrix_holds_in_many_places_is_printed_once(renderer, called, form, monkeypatch):
    matrix, asked = weights(40), []
    printed = getattr(renderer, called)
    monkeypatch.setattr(renderer, called, lambda value, **more: asked.append(value) or printed(value, **more))
    symbol = MatrixSymbol("P", 40, 40)
    made = Presentation("", (Formula(symbol, "=", matrix, "≈", Rounded(matrix)),)).to(form)
    assert len(made.splitlines()) > 1 or made.count("<mtr") >= 1600
    numbers = [value for value in asked if isinstance(value, Element)]
    assert len(numbers) == len(list(distinct(matrix))) <= 9
    assert len([value for value in asked if isinstance(value, Rounded)]) == len(numbers)


@pytest.mark.parametrize("shape", [(12, 12), (1, 12), (12, 1), (1, 1), (3, 120)])
@pytest.mark.parametrize("named", ["P", "W_Q", "dP", "family"])
def test_names_of_a_row_are_those_of_its_entries(named, shape):
    rows, columns = shape
    matrix = MatrixSymbol(named, *shape) if named != "family" else Member(declare("Q", (2, *shape)), 1)
    for row in {0, rows - 1}:
        expected = [text(entry_name(matrix, row, column)) for column in range(columns)]
        assert names_of_entries(matrix, row, columns) == expected


words = st.lists(st.text("ab12()+/·ᵀ⁻_{},", min_size=1, max_size=12), min_size=1, max_size=30)


@given(words, st.integers(20, 60))
def test_words_are_wrapped_as_textwrap_wraps_them(found, width):
    line = " ".join(found)
    assert wrapped_words(line, width, 4) == textwrap.wrap(line, width, subsequent_indent="    ", break_long_words=False)


@pytest.mark.parametrize("line", ["a well-known word " * 5, "two  spaces " * 6, "dashes -- and - more " * 4, "x"])
def test_lines_that_textwrap_breaks_elsewhere_are_left_to_it(line):
    assert wrapped_words(line, 24, 4) == textwrap.wrap(line, 24, subsequent_indent="    ", break_long_words=False)


@pytest.mark.parametrize(
    "number", [Element.of(0), Element.of("-3/7"), weights(4)[1, 2], NEGATIVE_INFINITY], ids=["0", "-3/7", "P", "-oo"]
)
def test_the_length_of_a_number_is_known_without_writing_it(number):
    assert number.signs == len(number.key)
    assert too_long(number) is None


def test_minus_infinity_is_printed_beside_numbers():
    assert text(ExactMatrix([[NEGATIVE_INFINITY, Element.of(2)]])) == "[-∞  2]"
