"""Every block has a row in every renderer; lists, figures, references and contents say what they hold."""

import importlib
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import get_args
from xml.etree.ElementTree import fromstring

import pytest
from sympy import MatrixSymbol

from symattn.errors import InputError, LanguageError, MissingRowError
from symattn.examples import worked_example
from symattn.publishing import Paragraph, Presentation
from symattn.publishing.document import Block, Contents, Figure, Listing, References, Title
from symattn.publishing.formats import RENDERERS
from symattn.publishing.svg_mending import svg_element

P = MatrixSymbol("P", 2, 2)

WITH_TABLES = sorted({function.__module__.rpartition(".")[2] for function in RENDERERS.values()} - {"render_html"})
"""A page prints its blocks by the table of MathML."""

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><title>t</title><rect width="5"/></svg>'


@dataclass(frozen=True)
class Drawn:
    """A picture that is nothing but text."""

    svg: str = SVG
    description: str = "two bars & a line_\nthe second line"

    def to(self, format_name):
        return self.svg if format_name == "svg" else b"%PDF"


NEW = {
    "list": Listing(["first & foremost", ("then ", P, " again")]),
    "numbered": Listing(["one", "two", "- three"], numbered=True),
    "figure": Figure(Drawn(), "The weights ", P),
    "references": References(["Vaswani et al. 2017, arXiv:1706.03762", ("on ", P)]),
    "contents": Contents([Title("First_1", "first"), Title("Second", "second")]),
}


def shown(block, format="text", **options):
    return Presentation("", (block,)).to(format, **options)


@pytest.mark.parametrize("module", WITH_TABLES)
def test_every_block_has_a_row_in_every_renderer(module):
    renderer = importlib.import_module(f"symattn.publishing.{module}")
    assert set(renderer.BLOCKS) == set(get_args(Block))


@pytest.mark.parametrize("format", RENDERERS)
def test_a_block_without_a_row_is_an_error_that_names_the_table(format):
    class Unheard:
        pass

    with pytest.raises(MissingRowError, match=r"publishing/render_\w+\.py has no row for the block Unheard"):
        shown(Unheard(), format)


@pytest.mark.parametrize("format", RENDERERS)
@pytest.mark.parametrize("name", NEW)
def test_the_words_of_each_are_in_every_format(name, format):
    words = {
        "list": "foremost",
        "numbered": "three",
        "figure": "weights",
        "references": "1706.03762",
        "contents": "Second",
    }
    blocks = (NEW[name], *(NEW[name].titles if name == "contents" else ()))  # TeX gathers the contents itself
    assert words[name] in Presentation("", blocks).to(format)
    assert words[name] in Presentation("", blocks).to(format, standalone=True)


def test_lists_in_text_hang_from_their_marks():
    assert shown(NEW["numbered"]) == "1. one\n2. two\n3. - three\n"
    long = shown(Listing(["word " * 30]), width=40).splitlines()
    assert long[0].startswith("- word") and all(line.startswith("  word") for line in long[1:])
    assert max(map(len, long)) <= 40


def test_an_item_begins_no_list_of_its_own_in_markdown():
    assert shown(NEW["numbered"], "markdown") == "1. one\n2. two\n3. \\- three\n"


def test_an_empty_list_is_printed_in_every_format():
    for format in RENDERERS:
        assert shown(Listing([]), format).endswith("\n")


def test_a_figure_is_words_in_text_and_a_picture_on_a_page():
    assert shown(NEW["figure"]) == "The weights P\n    two bars & a line_\n    the second line\n"
    page = fromstring(shown(NEW["figure"], "mathml"))
    assert page.find(".//{http://www.w3.org/2000/svg}rect") is not None
    assert "two bars" in page.find(".//{http://www.w3.org/2000/svg}svg").get("aria-label")
    assert page.find(".//figcaption").text == "The weights "


def test_the_file_of_a_figure_stands_beside_documents_that_cannot_hold_it():
    document = Presentation("", (NEW["figure"],))
    (name,) = document.files("markdown")
    assert document.files("markdown")[name] == SVG.encode() and f"]({name})" in document.to("markdown")
    (name,) = document.files("latex")
    assert document.files("latex")[name] == b"%PDF" and document.to("latex").count(name) == 2
    assert document.files("text") == document.files("mathml") == document.files("json") == {}
    assert json.loads(document.to("json"))["blocks"][0]["svg"] == SVG


def test_a_picture_of_attention_stands_in_a_document():
    picture = worked_example().plot("weights")
    document = Presentation("", (Figure(picture, "Weights"),))
    assert "0.0634" in document.to("mathml") and "0.0634" in document.to("text")
    assert document.to("mathml") == document.to("mathml")


@pytest.mark.parametrize(
    ("svg", "message"),
    [
        ("<svg", "not well-formed"),
        ("<p/>", "found the element"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><script>x</script></svg>', "no element 'script'"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><foreignObject/></svg>', "no element 'foreignObject'"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><g onclick="x"/></svg>', "attribute 'onclick'"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><use href="https://a.b/c"/></svg>', "attribute 'href'"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><g fill="url(https://a.b)"/></svg>', "attribute 'fill'"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><style>@import "a";</style></svg>', "a style that does"),
        ("<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>", "document type"),
    ],
)
def test_a_picture_that_runs_or_fetches_something_is_kept_from_a_page(svg, message):
    with pytest.raises(InputError, match=message):
        svg_element(svg)
    with pytest.raises(InputError, match=message):
        shown(Figure(Drawn(svg)), "mathml")


def test_contents_lead_to_their_chapters():
    chapters = tuple(NEW["contents"].titles)
    document = Presentation("", (NEW["contents"], *chapters))
    for format in ("mathml", "markdown"):
        made = document.to(format)
        links = re.findall(r'href="#([\w-]+)"|\]\(#([\w-]+)\)', made)
        assert ["".join(link) for link in links] == re.findall(r'id="([\w-]+)"', made) == ["first", "second"]
    assert document.to("latex").count("addcontentsline{toc}") == 2


@pytest.mark.parametrize("anchor", ["A", "a b", "1a", 'a"', "é", "-a"])
def test_an_anchor_is_a_plain_word(anchor):
    with pytest.raises(LanguageError, match="no anchor"):
        Title("t", anchor)


def test_contents_of_a_title_without_an_anchor_are_refused():
    with pytest.raises(LanguageError, match="'Second' has none"):
        Contents([Title("First", "first"), Title("Second")])


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed: LaTeX not compiled")
def test_all_of_them_compile_with_and_without_the_file_of_the_figure(tmp_path):
    pytest.importorskip("matplotlib")
    figure = Figure(worked_example().plot("weights"), "The weights ", P)
    blocks = (*NEW.values(), Listing([]), figure, *NEW["contents"].titles, Paragraph("The end."))
    document = Presentation("Everything", blocks)
    sizes = []
    for beside in ({}, {figure.file("pdf"): document.files("latex")[figure.file("pdf")]}):
        for name, data in beside.items():
            (tmp_path / name).write_bytes(data)
        (tmp_path / "page.tex").write_text(document.to("latex", standalone=True), encoding="utf-8")
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=120)
        assert done.returncode == 0, done.stdout[-2000:]
        sizes.append((tmp_path / "page.pdf").stat().st_size)
    assert sizes[1] > sizes[0]
