"""The published book: as the equations have it today, and written whole or not at all."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from symattn import book
from symattn.book.chapter import Chapter
from symattn.book.edition import SUFFIXES, TITLE, edition, whole_book
from symattn.cli import main
from symattn.examples import worked_example
from symattn.pictures import fonts
from symattn.publishing import RENDERERS, Figure
from symattn.writing import FORMATS

PUBLISHED = Path(__file__).parents[2] / "derivations"


def run(*arguments, status=0):
    result = CliRunner().invoke(main, ("book", *arguments))
    assert result.exit_code == status, result.output
    return result


def test_the_published_book_is_up_to_date():
    """``symattn book --to derivations`` writes it anew."""
    made = dict(edition())
    there = {
        str(path.relative_to(PUBLISHED)): path.read_text("utf-8") for path in PUBLISHED.rglob("*") if path.is_file()
    }
    there.pop("README.md")
    assert there.keys() == made.keys()
    for path, text in made.items():
        assert there[path] == text, f"derivations/{path} is stale"


def test_every_link_of_an_index_leads_to_a_file():
    made = dict(edition(formats=["markdown"]))
    for language in ("en", "zh"):
        links = re.findall(r"\]\(([^)]+)\)", made[f"{language}/README.md"])
        assert len(links) == len(book.names()) and all(f"{language}/{link}" in made for link in links)


def test_the_command_writes_what_was_asked_for(tmp_path):
    run("--to", str(tmp_path / "new"), "--lang", "zh", "--format", "text")
    names = sorted(path.name for path in (tmp_path / "new" / "zh").iterdir())
    assert names == [f"{place:02}-{name}.txt" for place, name in enumerate(book.in_order(), 1)]


def test_one_chapter_is_printed():
    assert run("softmax-jacobian").stdout.startswith("The Jacobian of softmax, a covariance\n====")
    assert run("softmax-jacobian", "--lang", "zh").stdout.startswith("softmax 的雅可比矩阵：一个协方差\n====")
    assert [line.split()[0] for line in run().stdout.splitlines()] == list(book.in_order())


def test_a_page_says_which_language_it_is_in(tmp_path):
    for language, tag in (("en", 'lang="en"'), ("zh", 'lang="zh-Hans"')):
        target = tmp_path / "page.html"
        run("softmax-jacobian", "--lang", language, "-o", str(target))
        assert tag in target.read_text("utf-8")[:200]


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_directory_that_cannot_be_written_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    for directory in (tmp_path, tmp_path / "a" / "b"):
        said = run("--to", str(directory), status=2).stderr
        assert f"--to {str(directory)!r}" in said and "may not be written" in said and len(said.splitlines()) == 1


def test_what_cannot_be_written_is_refused_before_a_chapter_is_printed(tmp_path, monkeypatch):
    monkeypatch.setattr(book, "in_order", None)
    (tmp_path / "en").write_text("kept")
    assert "is a file" in run("--to", str(tmp_path), status=2).stderr
    assert "could not be made" in run("--to", "a\0b", status=2).stderr
    assert "could not be made" in run("--to", "x" * 300, status=2).stderr


def test_a_file_in_the_place_of_the_directory_is_refused(tmp_path):
    (tmp_path / "file").write_text("kept")
    for directory in (tmp_path / "file", tmp_path / "file" / "inside"):
        assert "is a file" in run("--to", str(directory), status=2).stderr
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["softmax-jacobian", "--to", "x"], "takes no CHAPTER"),
        (["--whole", "--to", "x"], "no --whole"),
        (["softmax-jacobian", "--whole"], "takes no CHAPTER"),
        (["--whole", "--lang", "all"], "one language and one format"),
        (["--whole", "--format", "text", "--standalone"], "text has none"),
        (["softmax-jacobian", "--lang", "all"], "one language and one format"),
        (["softmax-jacobian", "--format", "text", "--format", "latex"], "one language and one format"),
    ],
)
def test_options_that_do_not_fit_are_refused(arguments, message):
    assert message in run(*arguments, status=2).stderr


def test_every_format_has_an_ending_of_its_own_and_a_printer():
    assert set(FORMATS) == set(RENDERERS) == set(SUFFIXES)
    assert len(set(SUFFIXES.values())) == len(SUFFIXES)


@pytest.mark.parametrize("format", RENDERERS)
def test_one_chapter_is_written_in_every_format(format, tmp_path):
    target = tmp_path / f"chapter{SUFFIXES[format]}"
    run("masks", "--lang", "zh", "--format", format, "-o", str(target))
    assert "掩码" in target.read_text("utf-8") and [target] == list(tmp_path.iterdir())


def test_a_notebook_is_known_by_its_suffix_and_tex_is_an_article(tmp_path):
    run("masks", "-o", str(tmp_path / "masks.ipynb"))
    assert json.loads((tmp_path / "masks.ipynb").read_text())["nbformat"] == 4
    run("masks", "--standalone", "-o", str(tmp_path / "masks.tex"))
    assert "{article}" in (tmp_path / "masks.tex").read_text()
    run("masks", "--standalone", "--format", "slides", "-o", str(tmp_path / "masks.tex"))
    assert "{beamer}" in (tmp_path / "masks.tex").read_text()


@pytest.fixture
def short(monkeypatch):
    """A book of two chapters."""
    names = book.in_order()[9:11]
    monkeypatch.setattr(book, "in_order", lambda: names)
    monkeypatch.setattr(book, "names", lambda: tuple(sorted(names)))
    return names


@pytest.mark.parametrize("format", RENDERERS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_whole_book_is_one_document_with_all_chapters_in_order(format, language, short, tmp_path):
    target = tmp_path / f"book{SUFFIXES[format]}"
    run("--whole", "--lang", language, "--format", format, "-o", str(target))
    text = target.read_text("utf-8")
    if format in ("json", "notebook"):
        text = json.dumps(json.loads(text), ensure_ascii=False)
    titles = [book.named(name).title.of(language) for name in short]
    places = [text.rindex(title) for title in titles]
    assert places == sorted(places) and TITLE.of(language) in text
    if format in ("latex", "slides"):
        assert text.startswith("% Compile with") and text.endswith("\\end{document}\n")


def test_the_whole_book_leads_to_its_chapters_and_names_their_sources(short):
    document = whole_book("en")
    assert [title.anchor for title in document.blocks[1].titles] == list(short)
    made = document.to("markdown")
    assert all(f"](#{name})" in made and f'<a id="{name}"></a>' in made for name in short)
    sources = [book.named(name).proved.source for name in short]
    assert [source for (source,) in document.blocks[-1].sources] == list(dict.fromkeys(filter(None, sources)))
    assert len(document.program) == len(set(document.program)) > len(short)


def test_a_new_build_completes_a_half_finished_one(short, tmp_path):
    run("--to", str(tmp_path), "--lang", "en", "--format", "text")
    whole = {path.name: path.read_bytes() for path in (tmp_path / "en").iterdir()}
    missing, spoilt = sorted(whole)
    (tmp_path / "en" / missing).unlink()
    (tmp_path / "en" / spoilt).write_text("half of a cha")
    stale = tmp_path / "en" / ".symattn-0123456789abcdef.part"
    stale.write_text("half of another")
    os.utime(stale, (0, 0))
    recent = tmp_path / "en" / ".symattn-another.part"
    recent.write_text("being written by another program now")
    (tmp_path / "en" / "notes.part").write_text("of the reader's own")
    run("--to", str(tmp_path), "--lang", "en", "--format", "text")
    there = {path.name: path.read_bytes() for path in (tmp_path / "en").iterdir()}
    assert not stale.exists() and there.pop(recent.name) and there.pop("notes.part")
    assert there == whole


def test_an_error_while_printing_leaves_the_earlier_build_alone(short, tmp_path, monkeypatch):
    run("--to", str(tmp_path), "--lang", "en", "--format", "text")
    before = {path: path.read_bytes() for path in (tmp_path / "en").iterdir()}
    chapter = book.named(short[1])
    monkeypatch.setattr(
        type(chapter), "present", lambda self, language: 1 / 0 if self is chapter else present(self, language)
    )
    run("--to", str(tmp_path), "--lang", "en", "--format", "markdown", status=1)
    assert {path: path.read_bytes() for path in (tmp_path / "en").iterdir()} == before


present = Chapter.present


INTERRUPTED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a job in the background ignores
from symattn import book, writing
from symattn.cli import main
names = book.in_order()[9:12]
book.in_order, book.names = lambda: names, lambda: tuple(sorted(names))
sync, calls = os.fsync, []
def fsync(descriptor):
    sync(descriptor)
    calls.append(descriptor)
    if len(calls) == 2:
        os.kill(os.getpid(), signal.SIGINT)
{0} = {1}
main(["book", "--to", sys.argv[1], "--lang", "en", "--format", "text"])
"""


@pytest.mark.parametrize(
    ("what", "by"),
    [("os.fsync", "fsync"), ("book.named", "lambda name: os.kill(os.getpid(), signal.SIGINT)")],
    ids=["while writing", "while printing"],
)
def test_ctrl_c_leaves_every_file_whole_and_none_unfinished(what, by, short, tmp_path):
    folder = tmp_path / "en"
    folder.mkdir()
    for place, name in enumerate(book.in_order(), 1):
        (folder / f"{place:02}-{name}.txt").write_text("the earlier build")
    code = INTERRUPTED.format(what, by)
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 130 and done.stderr.endswith("Interrupted.\n") and "Traceback" not in done.stderr
    kinds = {path.read_text() == "the earlier build" for path in folder.iterdir()}
    assert kinds == ({True} if what == "book.named" else {True, False})
    assert all(path.suffix == ".txt" for path in folder.iterdir())
    for path in folder.iterdir():
        text = path.read_text()
        assert text == "the earlier build" or (
            text.startswith(book.named(path.stem[3:]).title.en) and text.endswith("\n")
        )


def test_a_figure_of_a_chapter_is_written_beside_it(short, tmp_path, monkeypatch):
    figure = Figure(worked_example().plot("weights"), "Weights")
    monkeypatch.setattr(Chapter, "present", lambda self, language="en": present(self, language).followed_by(figure))
    run("--to", str(tmp_path), "--lang", "en", "--format", "markdown")
    (drawn,) = (tmp_path / "en").glob("*.svg")
    assert f"]({drawn.name})" in (tmp_path / "en" / "01-softmax-jacobian.md").read_text("utf-8")
    run("softmax-jacobian", "-o", str(tmp_path / "alone.md"))
    assert (tmp_path / drawn.name).read_bytes() == drawn.read_bytes()


def test_no_tex_is_needed_to_write_latex(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    for place, more in enumerate((["--standalone"], ["--standalone", "--lang", "zh"], ["--format", "slides"])):
        run("masks", *more, "-o", str(tmp_path / f"{place}.tex"))
    assert len(list(tmp_path.iterdir())) == 3


def test_a_letter_that_no_font_has_is_named_and_nothing_is_written(short, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(fonts, "_candidates", lambda: iter(()))
    figure = Figure(worked_example().plot("weights", tokens=["注", "意", "力"]), "权重")
    monkeypatch.setattr(Chapter, "present", lambda self, language="en": present(self, language).followed_by(figure))
    said = run("--to", str(tmp_path), "--lang", "zh", "--format", "latex", status=2).stderr
    assert "no installed font has 力" in said and "draw the picture as SVG" in said and not list(tmp_path.iterdir())
