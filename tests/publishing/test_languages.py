"""The language of a document decides the tag of its page and the letters of its LaTeX, and stands in one table."""

import re
import shutil
import subprocess

import pytest

from symattn.book.said import LANGUAGES as OF_THE_BOOK
from symattn.errors import InputError, MissingRowError
from symattn.exercises import LANGUAGES as OF_THE_EXERCISES
from symattn.exercises.wording import SENTENCES
from symattn.publishing import RENDERERS, Formula, Heading, Paragraph, Presentation, Words
from symattn.publishing.languages import CURRENT, LANGUAGES, written_in
from symattn.publishing.latex_notation import escape


def document(text, language="en"):
    return Presentation(text, (Paragraph(text), Heading(text), Formula(Words(text), "=", 1)), language=language)


def test_the_book_and_the_exercises_have_the_languages_of_the_table():
    assert set(OF_THE_BOOK) == set(OF_THE_EXERCISES) == set(LANGUAGES)
    assert all(code == row.code for code, row in LANGUAGES.items())


@pytest.mark.parametrize("format", RENDERERS)
def test_an_unknown_language_is_refused_with_a_suggestion(format):
    with pytest.raises(InputError, match=r"there is no language 'zh_CN'\. Did you mean zh\? There are: en, zh"):
        document("words", "zh_CN").to(format)
    with pytest.raises(InputError, match=r"there is no language 'Englsh'\. Did you mean en\? There are: en, zh"):
        document("words", "Englsh").to(format)


def test_a_language_without_sentences_is_a_missing_row(monkeypatch):
    monkeypatch.setitem(LANGUAGES, "fr", LANGUAGES["en"].__class__(**{**vars(LANGUAGES["en"]), "code": "fr"}))
    with pytest.raises(MissingRowError, match=r"exercises/wording\.py"):
        SENTENCES.of("fr")
    from symattn.book.said import Said

    with pytest.raises(MissingRowError, match=r"book/said\.py"):
        Said("a", "b").of("fr")


def test_chinese_letters_stay_in_chinese_and_are_numbered_elsewhere():
    assert "注意力" in document("注意力", "zh").to("latex")
    shown = document("注意力", "en").to("latex")
    assert "注" not in shown and "[U+6CE8]" in shown


def test_what_looks_like_a_numbered_letter_stays_as_it_was_written():
    shown = document("[U+4E2D] is the number of a letter", "zh").to("latex")
    assert "[U+4E2D]" in shown and "中" not in shown


def test_wide_signs_stay_wide_in_chinese_alone():
    assert escape("“softmax”") == "``softmax''"
    with written_in("zh"):
        assert escape("“softmax”，…") == "“softmax”，…"
    assert CURRENT.get().code == "en"


@pytest.mark.parametrize("letter", ["é", "한", "ع", "\u202e", "𠀀"])
def test_letters_that_the_fonts_of_a_language_lack_are_never_printed(letter):
    assert letter not in document(f"a {letter}", "zh").to("latex")


def test_an_error_leaves_no_language_behind():
    with pytest.raises(ZeroDivisionError), written_in("zh"):
        raise ZeroDivisionError
    assert escape("中") == "[U+4E2D]"


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_page_and_a_source_are_in_the_language(code):
    page = Presentation("title", (), source="a paper", language=code).to("mathml", standalone=True)
    assert f'lang="{LANGUAGES[code].tag}"' in page and LANGUAGES[code].source.format(source="a paper") in page


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_head_of_a_latex_document_says_how_to_compile_it(code):
    head = document("words", code).to("latex", standalone=True).partition("\\documentclass")[0]
    assert all(line.startswith("% ") for line in head.splitlines())
    assert all(engine in head for engine in LANGUAGES[code].engines)
    assert {"amsmath", "amssymb", "geometry"} <= set(re.findall(r"[a-z]+", head))
    assert ("ctex" in head) == (code == "zh")


@pytest.mark.skipif(shutil.which("lualatex") is None, reason="lualatex is not installed")
def test_a_tex_without_the_fonts_of_a_language_says_so_at_once(tmp_path):
    found = subprocess.run(["kpsewhich", "ctex.sty"], capture_output=True, text=True)
    if found.stdout.strip():
        pytest.skip("ctex is installed")
    (tmp_path / "page.tex").write_text(document("注意力", "zh").to("latex", standalone=True), encoding="utf-8")
    command = ["lualatex", "-interaction=nonstopmode", "page.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode != 0
    assert done.stdout.count("\n! ") == 1 and "needs the package ctex, which this TeX does not have" in done.stdout
