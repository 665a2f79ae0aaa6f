"""Tables of sentences: in every language the same ones, with the same places, and none left in another language."""

import re
from string import Formatter

import pytest

from symattn.article_words import STEPS
from symattn.benching.wording import WORDS
from symattn.commands.check_words import CHECKS
from symattn.errors import InputError, MissingRowError
from symattn.exercises.wording import SENTENCES
from symattn.publishing.derivation_words import DERIVATION, TOPICS
from symattn.publishing.formula_words import FORMULAS
from symattn.publishing.sentences import Sentences

CHINESE = re.compile("[\u4e00-\u9fff]")
TABLES = (STEPS, DERIVATION, FORMULAS, CHECKS, SENTENCES, WORDS)


def places(sentence):
    return sorted(place for _, place, _, _ in Formatter().parse(sentence) if place is not None)


def bare(sentence):
    """The words of a sentence alone, without places, signs and spaces."""
    return "".join(re.findall(r"[A-Za-z]{2,}", re.sub(r"\{\w+\}", "", sentence)))


def faults(sentences):
    """What is wrong with a set of tables, by key."""
    english, chinese = sentences.of("en"), sentences.of("zh")
    found = set(english) ^ set(chinese)
    for key in set(english) & set(chinese):
        alike = places(english[key]) == places(chinese[key])
        translated = bool(CHINESE.search(chinese[key])) or not bare(english[key])
        if not alike or not translated or CHINESE.search(english[key]):
            found.add(key)
    return found


@pytest.mark.parametrize("sentences", TABLES, ids=lambda each: each.home)
def test_every_language_has_the_same_sentences_with_the_same_places(sentences):
    assert not faults(sentences)


@pytest.mark.parametrize(
    "chinese",
    [
        {"head": "头 {number}"},
        {"head": "头 {number}", "row": "第 {number} 行", "column": "列"},
        {"head": "头", "row": "第 {number} 行"},
        {"head": "头 {number}", "row": "row {number}"},
    ],
    ids=["a sentence missing", "one too many", "a place missing", "left in English"],
)
def test_a_gap_in_a_table_is_found(chinese):
    english = {"head": "head {number}", "row": "row {number}"}
    assert faults(Sentences("part.py", {"en": english, "zh": chinese}))
    whole = {"head": "头 {number}", "row": "第 {number} 行"}
    assert not faults(Sentences("part.py", {"en": english, "zh": whole}))


@pytest.mark.parametrize("sentences", [*TABLES, TOPICS], ids=lambda each: each.home)
@pytest.mark.parametrize("language", ["fr", "", None, 2])
def test_a_language_without_a_table_is_refused(sentences, language):
    with pytest.raises(InputError, match=r"there is no language .* There are: en, zh"):
        sentences.of(language)


def test_a_table_that_lacks_a_language_is_named():
    with pytest.raises(MissingRowError, match=r"no words in zh here; add a row to greetings\.py"):
        Sentences("greetings.py", {"en": {"hello": "Hello."}}).said("zh", "hello")


def test_braces_in_what_is_put_in_stay_as_they_are():
    assert DERIVATION.said("zh", "note", topic="掩码", text="{j} <= {i}") == "掩码：{j} <= {i}."
