"""The chapters: proved, whole in both languages, the same formulas in both."""

import re
from dataclasses import replace

import pytest

from symattn import book
from symattn.book.article_chapter import ArticleChapter
from symattn.book.chapter import Chapter
from symattn.book.ending import ANSWERS, EXERCISES
from symattn.book.misconceptions import BELIEFS
from symattn.book.said import LANGUAGES, Said
from symattn.book.written import NO_SOURCE, SOURCE
from symattn.deriving.claim import Setting
from symattn.errors import InputError, LanguageError, UnknownNameError
from symattn.exercises import KINDS, check_answer, identified
from symattn.exercises.answering import rows_of
from symattn.publishing.document import Paragraph

FORMULA = re.compile("`([^`]*)`")
CHINESE = re.compile("[\u4e00-\u9fff]")

ARTICLE = [name for name in book.names() if isinstance(book.named(name), ArticleChapter)]
THEOREMS = [name for name in book.names() if isinstance(book.named(name), Chapter)]


def prose(chapter):
    yield chapter.title
    yield from chapter.opening
    yield from chapter.misconceptions.values()
    if isinstance(chapter, Chapter):
        yield from chapter.before.values()
    else:
        for section in chapter.sections:
            yield section.heading
            yield from (part for part in section.parts if isinstance(part, Said))
        for check in chapter.checks:
            yield from (check.statement, check.how)


@pytest.mark.parametrize("name", THEOREMS)
def test_every_chapter_of_a_theorem_stands_on_what_is_proved(name):
    assert book.named(name).evidence == "proved"


@pytest.mark.parametrize("name", THEOREMS)
def test_something_is_said_before_every_derivation_and_nothing_else(name):
    chapter = book.named(name)
    assert list(chapter.before) == [part.title for part in chapter.proved.parts]


@pytest.mark.parametrize("name", book.names())
def test_both_languages_show_the_same_formulas(name):
    for said in prose(book.named(name)):
        assert sorted(FORMULA.findall(said.en)) == sorted(FORMULA.findall(said.zh)), said
        assert CHINESE.search(said.zh) and not CHINESE.search(said.en), said


@pytest.mark.parametrize("name", THEOREMS)
def test_every_title_note_and_remark_is_there_in_chinese_and_none_too_many(name):
    chapter = book.named(name)
    needed = chapter.to_translate()
    conditions = {text for chain in (*chapter.proved.parts, *chapter.proved.lemmas) for text in chain.conditions}
    assert needed <= set(chapter.chinese) <= needed | conditions


@pytest.mark.parametrize("name", ARTICLE)
def test_every_derivation_that_the_articles_path_rests_on_is_there_in_chinese_and_none_too_many(name):
    chapter = book.named(name)
    assert chapter.derivations and set(chapter.chinese) == chapter.to_translate()


def test_every_name_of_the_prose_is_used_in_it():
    """So that a table of shapes does not outlive what was written with it."""
    for name in ARTICLE:
        chapter = book.named(name)
        formulas = " ".join(formula for said in prose(chapter) for formula in FORMULA.findall(said.en))
        idle = [each for each in chapter.names if not re.search(rf"(?<!\w){each}(?!\w)", formulas)]
        assert not idle, (name, idle)


@pytest.mark.parametrize("name", book.names())
def test_notes_conditions_and_remarks_show_the_same_formulas_in_both_languages(name):
    for english, chinese in book.named(name).chinese.items():
        assert sorted(FORMULA.findall(english)) == sorted(FORMULA.findall(chinese)), english


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
    poorer = replace(chapter, chinese={})
    with pytest.raises(UnknownNameError, match="no Chinese for 'the derivative of softmax'"):
        poorer.present("zh")


def decimals(exercise):
    """The answer as a learner writes it, to ten places."""
    rows = ([f"{number.decimal(40):.10f}" for number in row] for row in rows_of(exercise.task.answer))
    return "; ".join(" ".join(row) for row in rows)


def test_every_misconception_is_answered_in_exactly_one_chapter():
    answered = [belief for name in book.names() for belief in book.named(name).misconceptions]
    assert sorted(answered) == sorted(BELIEFS)
    assert all(book.named(name).misconceptions for name in book.names())


def test_every_belief_is_there_in_both_languages_with_the_same_formulas():
    for name, said in BELIEFS.items():
        assert CHINESE.search(said.zh) and not CHINESE.search(said.en), name
        assert sorted(FORMULA.findall(said.en)) == sorted(FORMULA.findall(said.zh)), name


def test_a_misconception_that_is_in_no_table_is_an_error_that_names_the_table():
    chapter = book.named("softmax-jacobian")
    other = replace(chapter, misconceptions={"the-gradient-is-the-diagnoal": Said("no", "不")})
    with pytest.raises(
        UnknownNameError, match=r"BELIEFS in book/misconceptions.py has no .* Did you mean the-gradient-is"
    ):
        other.present("en")


def test_every_chapter_has_exercises_of_its_own():
    names = [each for name in book.names() for each in book.named(name).practice]
    assert len(names) == len(set(names))
    assert all(book.named(name).practice for name in book.names())
    assert {identified(name).kind.name for name in names} >= set(KINDS) - {"sparsemax", "entmax"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answers_of_a_chapter_stand_at_its_end_and_are_right(language):
    for name in book.names():
        chapter = book.named(name)
        shown = chapter.present(language).to("text")
        questions, answers = shown.split(f"\n{EXERCISES.of(language)}\n")[1].split(f"\n{ANSWERS.of(language)}\n")
        for number, each in enumerate(chapter.practice, 1):
            exercise = identified(each)
            assert f"{number}. {each}" in questions and f"{number}. {each}" in answers
            assert check_answer(exercise, decimals(exercise), language).right


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chapter_names_its_sources_once_or_says_that_there_are_none(language):
    for name in book.names():
        chapter = book.named(name)
        lines = [block.parts[0] for block in chapter.present(language).blocks if isinstance(block, Paragraph)]
        wanted = (SOURCE if chapter.source else NO_SOURCE).of(language).format(source=chapter.source)
        assert lines.count(wanted) == 1
        each = chapter.source.split("; ")
        assert len(each) == len(set(each))
    assert book.named("flash-attention").source.startswith("Milakov & Gimelshein 2018")


def test_a_formula_in_the_prose_is_checked():
    with pytest.raises(LanguageError, match="formula 'softmax\\(Q' in the prose"):
        Said("see `softmax(Q`", "见 `softmax(Q`").paragraph("en", Setting({"Q": "n d"}))


def test_a_language_that_there_is_not_is_refused():
    with pytest.raises(InputError, match=r"no language 'fr'\. There are: en, zh"):
        book.named("softmax-jacobian").present("fr")


def test_a_chapter_that_there_is_not_is_refused():
    with pytest.raises(UnknownNameError, match="Did you mean softmax-jacobian"):
        book.named("softmax-jacobean")


def test_the_articles_path_comes_first_and_then_the_theorems_in_their_order():
    order = book.in_order()
    assert order[:4] == (
        "what-attention-is",
        "self-attention-in-eight-steps",
        "attention-as-code",
        "words-pixels-channels",
    )
    assert set(order[:4]) == set(ARTICLE)
    assert order[4] == "attention-from-lookup" and sorted(order) == sorted(book.names())
    assert [book.named(name).place for name in order[:4]] == [1, 2, 3, 4]
