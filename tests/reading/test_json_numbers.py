"""Numbers in JSON: exact, each key once, no deeper than a matrix needs."""

from fractions import Fraction

import pytest

from symattn import limits
from symattn.errors import InputError
from symattn.reading.json_numbers import json_numbers, parsed


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[[1, 0.1], [-2e-1, 3]]", ((1, Fraction(1, 10)), (Fraction(-1, 5), 3))),
        ('[["1/3", "0.1"]]', ((Fraction(1, 3), Fraction(1, 10)),)),
        ('{"Y": [[5]], "X": [[1], [2]]}', ((1,), (2,))),
        ("0.1", Fraction(1, 10)),
        ('"1/2"', Fraction(1, 2)),
        ('{"X": "1/2"}', Fraction(1, 2)),
        ("[[0.30000000000000000000000000000001]]", ((Fraction("0.30000000000000000000000000000001"),),)),
    ],
)
def test_numbers_are_read_exactly(text, value):
    assert json_numbers(text, "X", "x.json") == value


REFUSED = [
    ("", "is empty"),
    ("[[1, 2], [3", "line 1, column 12: not JSON"),
    ("[[1 2]]", "a matrix is a list of rows, as in [[1, 0], [0, 2]]"),
    ("[[1,],]", "not JSON"),
    ("[[01]]", "not JSON"),
    ("[[1_000]]", "not JSON"),
    ("[[+1]]", "not JSON"),
    ("[[NaN]]", "found NaN; the numbers of a matrix are finite"),
    ("[[Infinity]]", "found Infinity"),
    ("[[-Infinity]]", "found -Infinity"),
    ("[[1e400]]", "row 1, column 1: found '1e400'"),
    ("[[1e999999999]]", "range of float64"),
    ("[[" + "9" * 5000 + "]]", "5000 characters"),
    ('{"X": [[1]], "X": [[2]]}', "has the key 'X' twice"),
    ('{"X": {"a": 1, "a": 2}}', "has the key 'a' twice"),
    ('{"x": [[1]]}', "has no 'X'. Did you mean x? It has: x"),
    ("{}", "has no 'X'. It has: nothing"),
    ('{"X": {"rows": [[1]]}}', "found an object"),
    ("[]", "is empty"),
    ("[[]]", "row 1 is empty"),
    ("[[1], []]", "row 2 has 0 entries, row 1 has 1 entry"),
    ("[[1, 2], [3]]", "row 2 has 1 entry, row 1 has 2 entries"),
    ("[1, 2]", "[[1, 2]] is a row, [[1], [2]] a column"),
    ("[[1], 2]", "row 2: found a text '2'; a row is a list of numbers"),
    ("[[[1]]]", "a matrix has two levels of lists"),
    ("[[null]]", "found null"),
    ("null", "found null"),
    ("true", "found true"),
    ('[["nan"]]', "finite"),
    ('[["abc"]]', "row 1, column 1: found 'abc'"),
    ('[["\\ud800"]]', r"\ud800"),
    ("[" * 100_000, "nests lists deeper than"),
    ("[" * 100_000 + "]" * 100_000, "nests lists deeper than"),
    ('{"a":' * 100_000 + "1" + "}" * 100_000, "nests lists deeper than"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED, ids=[text[:24] or "empty" for text, _ in REFUSED])
def test_anything_else_is_refused_with_a_reason(text, reason):
    with pytest.raises(InputError, match=r"x\.json") as caught:
        json_numbers(text, "X", "x.json")
    assert reason in str(caught.value)
    assert str(caught.value).isprintable() and len(str(caught.value)) < 400


def test_brackets_inside_a_text_are_not_nesting():
    assert parsed('["' + "[" * 1000 + '\\"' + "{" * 1000 + '"]', "x.json")


@pytest.mark.parametrize("text", ['"' + '\\"' * 200_000, "'" + '"' * 200_001, '"' * 200_001, "\\" * 200_001])
def test_the_search_for_brackets_takes_one_pass_whatever_the_text(text):
    with pytest.raises(InputError, match="not JSON"):
        parsed(text, "x.json")


def test_too_many_numbers_are_refused_before_they_are_read(monkeypatch):
    monkeypatch.setattr(limits, "FILE_NUMBERS", 3)
    with pytest.raises(InputError, match="more than 3 values"):
        parsed("[1, 2, 3, 4, 5]", "x.json")
