"""The chapters: proved, whole in both languages, the same formulas in both."""

import re

import pytest

from symattn import book
from symattn.book.chapter import Chapter, texts_to_translate
from symattn.book.said import LANGUAGES, Said
from symattn.deriving.claim import Setting
from symattn.errors import InputError, LanguageError, UnknownNameError

FORMULA = re.compile("`([^`]*)`")
CHINESE = re.compile("[\u4e00-\u9fff]")


def prose(chapter: Chapter):
    yield chapter.title
    yield from chapter.opening
    yield from chapter.before.values()
    for each in chapter.misconceptions:
        yield from (each.belief, each.answer)


@pytest.mark.parametrize("name", book.names())
def test_every_chapter_stands_on_what_is_proved(name):
    assert book.named(name).proved.evidence == "proved"


@pytest.mark.parametrize("name", book.names())
def test_something_is_said_before_every_derivation_and_nothing_else(name):
    chapter = book.named(name)
    assert list(chapter.before) == [part.title for part in chapter.proved.parts]


@pytest.mark.parametrize("name", book.names())
def test_both_languages_show_the_same_formulas(name):
    for said in prose(book.named(name)):
        assert sorted(FORMULA.findall(said.en)) == sorted(FORMULA.findall(said.zh)), said
        assert CHINESE.search(said.zh) and not CHINESE.search(said.en), said


@pytest.mark.parametrize("name", book.names())
def test_every_title_note_and_remark_is_there_in_chinese_and_none_too_many(name):
    chapter = book.named(name)
    needed = texts_to_translate(chapter.proved)
    conditions = {text for chain in (*chapter.proved.parts, *chapter.proved.lemmas) for text in chain.conditions}
    assert needed <= set(chapter.chinese) <= needed | conditions


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", book.names())
def test_a_chapter_is_printed_in_every_format(name, language):
    document = book.named(name).present(language)
    for form in ("text", "latex", "mathml", "markdown", "json"):
        shown = document.to(form)
        assert bool(CHINESE.search(shown)) == (language == "zh")
    for line in document.to("text", width=80).splitlines():
        assert len(line) < 120


def test_a_missing_translation_is_an_error_that_names_the_text():
    chapter = book.named("softmax-jacobian")
    poorer = Chapter(**{**vars(chapter), "chinese": {}})
    with pytest.raises(UnknownNameError, match="no Chinese for 'the derivative of softmax'"):
        poorer.present("zh")


def test_a_formula_in_the_prose_is_checked():
    with pytest.raises(LanguageError, match="formula 'softmax\\(Q' in the prose"):
        Said("see `softmax(Q`", "见 `softmax(Q`").paragraph("en", Setting({"Q": "n d"}))


def test_a_language_that_there_is_not_is_refused():
    with pytest.raises(InputError, match=r"no language 'fr'\. There are: en, zh"):
        book.named("softmax-jacobian").present("fr")


def test_a_chapter_that_there_is_not_is_refused():
    with pytest.raises(UnknownNameError, match="Did you mean softmax-jacobian"):
        book.named("softmax-jacobean")


def test_the_chapters_are_read_in_the_order_of_their_theorems():
    assert book.in_order()[0] == "attention-from-lookup" and set(book.in_order()) == set(book.names())
