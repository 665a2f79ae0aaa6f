"""The names of mechanisms in Chinese: a row for each of the library, and none for what is not in it."""

import re

import pytest

from symattn.commands.subjects import OWN_NAME
from symattn.errors import InputError
from symattn.mechanism_names import CHINESE, called
from symattn.mechanisms import named, names

LIBRARY = {named(name).name for name in names()}


def gaps(rows):
    """The mechanisms without a row, and the rows that belong to none."""
    return (LIBRARY | {OWN_NAME}) ^ set(rows)


def test_every_mechanism_has_a_chinese_name_and_every_name_a_mechanism():
    assert not gaps(CHINESE)
    assert len(LIBRARY) == len(names())


def test_a_missing_row_and_one_too_many_are_found():
    rows = dict(CHINESE)
    del rows["CBAM"]
    assert gaps(rows) == {"CBAM"}
    assert gaps({**CHINESE, "no such attention": "无此注意力"}) == {"no such attention"}


def test_names_are_chinese_and_tell_the_mechanisms_apart():
    assert all(re.search("[\u4e00-\u9fff]", name) for name in CHINESE.values())
    assert len(set(CHINESE.values())) == len(CHINESE)


@pytest.mark.parametrize(
    ("name", "kept"),
    [("cbam", "CBAM"), ("alibi", "ALiBi"), ("rope", "RoPE"), ("grouped-query", "GQA"), ("performer", "Performer")],
)
def test_abbreviations_that_chinese_writers_keep_are_kept(name, kept):
    assert kept in called("zh", named(name).name)


def test_what_differentiation_makes_of_a_mechanism_is_named_after_it():
    dot = named("dot")
    assert called("zh", dot.backward().name) == "点积注意力的反向传播"
    assert called("zh", dot.jvp().name) == "点积注意力的前向模式微分"
    assert called("en", dot.backward().name) == dot.backward().name


def test_a_mechanism_of_another_name_keeps_it():
    assert called("zh", "my own") == "my own"


def test_a_language_without_names_is_refused():
    with pytest.raises(InputError, match=r"no language 'fr'\. There are: en, zh"):
        called("fr", "self-attention")
