"""Matrices typed on the command line and in CSV files."""

from fractions import Fraction

import pytest

from symattn import limits
from symattn.errors import InputError
from symattn.reading.tables import csv_matrix, typed_matrix

HALVES = ((Fraction(1), Fraction(1, 2)), (Fraction(-1, 3), Fraction(1, 10)))


@pytest.mark.parametrize(
    "text",
    [
        "1 1/2; -1/3 0.1",
        "1,1/2;-1/3,0.1",
        " 1 ,  1/2 ;\t-1/3   0.1 ; ",
        "1 1/2\n-1/3 0.1",
        "\n  1 1/2\r\n  -1/3 0.1\r\n",
        "1 1/2;\n-1/3 0.1;\n",
    ],
)
def test_rows_end_with_a_semicolon_or_a_line_and_entries_with_a_blank_or_a_comma(text):
    assert typed_matrix(text, "X") == HALVES


def test_one_row_and_one_column_are_matrices_too():
    assert typed_matrix("1 2 3", "X") == ((1, 2, 3),)
    assert typed_matrix("1; 2; 3", "X") == ((1,), (2,), (3,))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "found no numbers"),
        (" \n ", "found no numbers"),
        (";", "row 1, entry 1: found ''"),
        ("1 2;; 3 4", "row 2, entry 1: found ''"),
        ("1,,2", "row 1, entry 2: found ''"),
        ("1 2; 3", "row 2 has 1 entry, row 1 has 2 entries"),
        ("1 nan", "row 1, entry 2: found 'nan'; the numbers of a matrix are finite"),
        ("1 / 3", "row 1, entry 2: found '/'"),
        ("1 2\n3 x", "row 2, entry 2: found 'x'"),
    ],
)
def test_a_bad_text_is_refused_at_its_place(text, reason):
    with pytest.raises(InputError, match=r"^X") as caught:
        typed_matrix(text, "X")
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "1,1/2\n-1/3,0.1\n",
        "1,1/2\r\n-1/3,0.1\r\n",
        "1,1/2\r-1/3,0.1",
        "1;1/2\n-1/3;0.1",
        "1\t1/2\n-1/3\t0.1\n\n",
        '"1","1/2"\n"-1/3","0.1"\n',
        "1 , 1/2\n -1/3 , 0.1\n",
        "1 1/2\n-1/3 0.1",
    ],
)
def test_csv_may_be_separated_by_commas_semicolons_tabs_or_blanks(text):
    assert csv_matrix(text, "x.csv") == HALVES


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "x.csv is empty"),
        ("\n\n", "x.csv is empty"),
        ("1,2\n3,abc\n", "line 2, column 2: found 'abc'"),
        ("1,2\n3,\n", "line 2, column 2: found ''; an empty cell"),
        ("1,2\n3\n", "line 2 has 1 entry, line 1 has 2 entries"),
        ("1\n\n3\n", "line 2: found an empty line between rows"),
        ("1,nan\n", "line 1, column 2: found 'nan'; the numbers of a matrix are finite"),
        ("1,inf\n", "finite"),
        ("1;0,5\n", "line 1, column 2: found '0,5'; write decimals with a point, as in 0.5"),
        ("a,b\n1,2\n", "a line of headings is not read as numbers: take it out"),
        ("1,1_000\n", "without underscores"),
        ("1,1+1j\n", "real"),
        ("=1+1,2\n", "found '=1+1'"),
    ],
)
def test_a_bad_cell_says_its_line_and_column_and_what_was_found(text, reason):
    with pytest.raises(InputError) as caught:
        csv_matrix(text, "x.csv")
    assert reason in str(caught.value)


def test_a_missing_value_is_no_line_of_headings():
    with pytest.raises(InputError) as caught:
        csv_matrix("nan,1\n", "x.csv")
    assert "headings" not in str(caught.value)


def test_too_many_entries_are_refused_before_they_are_read(monkeypatch):
    monkeypatch.setattr(limits, "EXACT_ENTRIES", 3)
    for read in (typed_matrix, csv_matrix):
        with pytest.raises(InputError, match="4 entries; a matrix of exact numbers has at most 3"):
            read("1,1\n1,x" if read is csv_matrix else "1 1; 1 x", "X")
