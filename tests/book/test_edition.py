"""The published book: as the equations have it today, and written whole or not at all."""

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from symattn import book
from symattn.book.edition import edition
from symattn.cli import main

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
    assert "could not be written" in run("--to", str(tmp_path), status=2).stderr


def test_a_file_in_the_place_of_the_directory_is_refused(tmp_path):
    (tmp_path / "file").write_text("kept")
    assert "is no directory that can be written" in run("--to", str(tmp_path / "file"), status=2).stderr
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["softmax-jacobian", "--to", "x"], "takes no CHAPTER"),
        (["softmax-jacobian", "--lang", "all"], "one language and one format"),
        (["softmax-jacobian", "--format", "text", "--format", "latex"], "one language and one format"),
    ],
)
def test_options_that_do_not_fit_are_refused(arguments, message):
    assert message in run(*arguments, status=2).stderr
