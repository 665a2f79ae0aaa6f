"""Derivations in Chinese: every mechanism, every format, no English left but conventions and names of functions."""

import json
import re

import pytest

from symattn import worked_example
from symattn.errors import InputError
from symattn.mechanisms import GROUPS, groups, named
from symattn.page.data import page_data
from symattn.page.interactive import interactive_page
from symattn.publishing import RENDERERS, Heading, Paragraph, derive, formula_words, text
from symattn.publishing.derivation_words import CHINESE, TOPICS
from symattn.publishing.languages import written_in

FUNCTIONS = {"exp", "tanh", "softmax", "hardmax", "entmax", "sparsemax", "lse"} | {"Concat", "mod", "row", "col"}
FUNCTIONS |= {"JSON", "dX"}
"""Words of formulas that are the same in every language."""

SPOKEN = re.compile(r"(?<![A-Za-z_])(?:if|and|otherwise|even|odd|every|no key|exact)(?![A-Za-z_])")
"""English words inside formulas."""

NUMBERS = re.compile(r"\d\.\d{6,}")


def english_words(page, conventions):
    """The English words of a page's sentences, and of its formulas; its conventions are left out."""
    notes = {f"：{text}." for _, text in conventions}
    found = set()
    for block in page.blocks:
        parts = block.parts if isinstance(block, (Heading, Paragraph)) else ()
        for part in parts:
            if isinstance(part, str) and not any(part.endswith(note) for note in notes):
                found |= set(re.findall(r"[A-Za-z]{2,}", part)) - FUNCTIONS
    without = page.__class__(page.title, tuple(b for b in page.blocks if not isinstance(b, Paragraph)), language="zh")
    return found | set(SPOKEN.findall(without.to("text")))


@pytest.mark.parametrize("group", GROUPS)
def test_no_derivation_has_english_left_in_it(group):
    for name in groups()[group]:
        mechanism = named(name)
        page = derive(mechanism, "zh")
        assert page.language == "zh" and re.search("[\u4e00-\u9fff]", page.title)
        assert not english_words(page, mechanism.conventions), name


def test_a_word_left_in_english_is_found(monkeypatch):
    causal = named("causal")
    monkeypatch.setitem(formula_words.CHINESE, "last case on a line", "{value} otherwise")
    assert english_words(derive(causal, "zh"), causal.conventions) == {"otherwise"}
    monkeypatch.setitem(CHINESE, "inputs", "Inputs")
    assert english_words(derive(causal, "zh"), causal.conventions) == {"otherwise", "Inputs"}


def test_every_topic_of_the_library_is_named():
    topics = {topic for members in groups().values() for name in members for topic, _ in named(name).conventions}
    assert topics == set(TOPICS.of("zh"))


@pytest.mark.parametrize("format", RENDERERS)
@pytest.mark.parametrize("name", ["sinusoidal", "packed", "multi-head-causal", "alibi", "entmax", "cbam"])
def test_every_format_is_written_in_chinese(name, format):
    page = derive(named(name), "zh").to(format)
    assert "记号说明" in page and "[U+" not in page and "Notation" not in page
    assert "otherwise" not in page and r"\text{if" not in page


@pytest.mark.parametrize("format", RENDERERS)
def test_the_numbers_are_those_of_the_english_derivation(format):
    bound = worked_example("causal")
    english, chinese = (derive(bound, language).to(format) for language in ("en", "zh"))
    assert NUMBERS.findall(english) == NUMBERS.findall(chinese) != []
    assert "P 的值" in chinese or "的值" in chinese


@pytest.mark.parametrize(
    ("format", "english", "chinese"),
    [
        ("text", "{exp(s_ij)", "{若 j ≤ i 则为 exp(s_ij)"),
        ("latex", r"\text{otherwise}", r"\text{否则}"),
        ("latex", r"\text{if } j\leq i", r"\text{若 } j\leq i"),
        ("markdown", r"\text{otherwise}", r"\text{否则}"),
        ("mathml", "otherwise", "否则"),
    ],
)
def test_words_inside_formulas_are_those_of_the_document(format, english, chinese):
    """One after the other, so that neither language stays behind."""
    first, second, third = (derive(named("causal"), language).to(format) for language in ("en", "zh", "en"))
    assert english in first and chinese not in first and first == third
    assert chinese in second and english not in second


def test_parity_and_conditions_that_all_hold_are_in_words_of_the_language():
    assert "若 j 为偶数" in derive(named("sinusoidal"), "zh").to("text", width=1000)
    assert "若 j ≤ i 且 m_ij ≠ 0 则为" in derive(named("packed"), "zh").to("text", width=1000)


def test_a_value_is_printed_in_the_language_around_it():
    value = derive(named("causal")).stages[-2].entry[1]
    before = text(value)
    with written_in("zh"):
        assert text(value) == before.replace("{", "{若 j ≤ i 则为 ", 1).replace(" if j ≤ i, 0 otherwise", "，否则为 0")
    assert text(value) == before and before.endswith("0 otherwise}")


def test_a_long_exact_value_is_left_out_in_words_of_the_language(monkeypatch):
    monkeypatch.setattr("symattn.limits.PRINTED_TERMS", 1)
    stages = json.loads(derive(worked_example("dot"), "zh").to("json"))["stages"]
    assert any("精确值有" in stage.get("exact_left_out", "") for stage in stages)


def test_a_mechanism_says_itself_in_chinese():
    page = named("dot").derive({"Q": [[1]], "K": [[2]], "V": [[3]]}, language="zh")
    assert page.title == "点积注意力" and "O 的值" in page.to("text")


def test_the_backward_pass_is_explained_in_chinese():
    page = derive(named("dot").backward(), "zh").to("text", width=1000)
    assert "点积注意力的反向传播" in page and "dX 是 X 的伴随" in page


def test_a_language_that_there_is_not_is_refused():
    with pytest.raises(InputError, match=r"there is no language 'fr'\. There are: en, zh"):
        derive(named("dot"), "fr")


def test_the_formulas_of_a_page_are_in_its_language():
    english, chinese = (json.dumps(page_data(named("causal"), language).data) for language in ("en", "zh"))
    words = [json.dumps(word)[1:-1] for word in ("若", "否则")]
    assert "otherwise" in english and not any(word in english for word in words)
    assert "otherwise" not in chinese and all(word in chinese for word in words)


def test_a_page_is_named_and_derived_in_its_language():
    bound = worked_example("causal")
    page = interactive_page(bound, language="zh", derivation=derive(bound, "zh"))
    assert "<title>因果注意力</title>" in page and "记号说明" in page
