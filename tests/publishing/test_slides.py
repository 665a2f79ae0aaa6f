"""Slides: a step a frame with the earlier ones kept, nothing beyond a frame, whole documents and pieces to paste."""

import itertools
import re
import shutil
import subprocess

import pytest
from sympy import MatrixSymbol

import symattn as sa
from symattn import book
from symattn.examples import worked_example
from symattn.publishing import (
    Code,
    Contents,
    Figure,
    Formula,
    Heading,
    Listing,
    Paragraph,
    Presentation,
    References,
    Table,
    Title,
    render_slides,
)
from symattn.publishing import frames as of_frames
from symattn.publishing.breaking import broken, column_widths
from symattn.publishing.document import StepLine, Steps
from symattn.publishing.heights import height
from symattn.publishing.measure import width

A = MatrixSymbol("A", 2, 2)
LONG = Steps(A, [StepLine("=", A, f"by step {place}; proved", "proved") for place in range(1, 31)])
WIDE = tuple(tuple(10**9 + place for place in range(14)) for _ in range(3))
TALL = tuple((place,) for place in range(40))

EVERYTHING = Presentation(
    "Everything_1 & more",
    (
        Contents([Title(f"Chapter {place}", f"c{place}") for place in range(30)]),
        Title("A section", "section"),
        Heading("A heading with ", A),
        Heading("A heading right behind it", level=3),
        Paragraph("Words, " * 400),
        Paragraph("Numbers: ", WIDE, " and ", TALL, "."),
        Formula(A, "=", WIDE, "=", TALL),
        LONG,
        Table(("name", "words"), [(f"row {place}", "a cell of many words " * 8) for place in range(30)]),
        Code("\n".join(f"x_{place} = {'1' * place}  # 50% {{}} \\input{{x}}" for place in range(90)), "python"),
        Listing(["item " * 30] * 12, numbered=True),
        Figure(worked_example().plot("weights"), "The weights ", A),
        References(["a source"] * 12),
    ),
    source="somebody",
)


def frames(document, **options):
    return re.findall(r"\\begin\{frame\}.*?\\end\{frame\}", document.to("slides", **options), re.DOTALL)


def test_a_chain_shows_its_steps_one_after_the_other_and_keeps_the_earlier_ones():
    (frame,) = frames(Presentation("", (Heading("H"), Steps(A, [StepLine("=", A, "by a"), StepLine("≤", A, "by b")]))))
    steps = [int(step) for step in re.findall(r"\\uncover<(\d+)->", frame)]
    assert steps == [2, 3] and frame.index("by a") < frame.index("by b")
    assert frame.index(r"\noindent\box0") < frame.index(r"\uncover<2->")


def test_a_chain_goes_on_in_another_frame_from_its_last_step():
    found = frames(Presentation("", (Heading("H"), LONG)))
    assert len(found) > 2 and all("(continued)" in frame for frame in found[1:])
    shown = [re.findall(r"by step (\d+);", frame) for frame in found]
    assert all(after[0] == before[-1] for before, after in itertools.pairwise(shown))
    assert sorted({int(step) for steps in shown for step in steps}) == list(range(1, 31))
    assert all(re.findall(r"<(\d+)->", frame)[0] == "2" for frame in found)


def test_a_formula_with_several_steps_builds_up_too_and_entries_come_at_once():
    (frame,) = frames(Presentation("", (Heading("H"), Formula(A, "=", A.T, "=", ((1, 2), (3, 4)), "≤", A))))
    assert re.findall(r"<(\d+)->", frame) == ["2", "3"] and frame.count(r"\hphantom{A}") == 2
    entries = frames(Presentation("", (Heading("H"), Formula(A, "=", A.T, "=", WIDE))))
    assert len(entries) > 2 and not any("uncover" in frame for frame in entries)


def test_words_of_the_document_are_in_its_language():
    assert any("（续）" in frame for frame in frames(Presentation("", (Heading("H"), LONG), language="zh")))


def test_a_title_is_never_taken_for_the_subtitle_or_lost():
    found = frames(Presentation("T", (Paragraph("first"), Title("S"), Paragraph("second"), Heading("H", level=3))))
    assert [("\\frametitle{T}" in frame, "\\frametitle{S}" in frame) for frame in found] == [
        (False, False),
        (True, False),
        (False, False),
        (False, True),
        (False, False),
    ]
    assert "\\Large H" in found[-1]


def test_a_section_begins_at_each_title():
    assert EVERYTHING.to("slides").count("\\section{A section}") == 1


def test_a_piece_has_no_preamble_and_a_whole_document_says_how_to_compile_it():
    assert EVERYTHING.to("slides").startswith("\\begin{frame}")
    whole = EVERYTHING.to("slides", standalone=True)
    assert whole.startswith("% Compile with") and "beamer" in whole.partition("\\documentclass")[0]


def test_nothing_in_words_is_a_command():
    assert r"\input{" not in EVERYTHING.to("slides")


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("x", r"\frac{a}{b}"),
        (r"\frac{a}{b}", r"\frac{\frac{a}{b}}{c}"),
        (r"\begin{array}{c} 1 \\ 2 \end{array}", r"\begin{array}{c} 1 \\ 2 \\ 3 \end{array}"),
        (r"x_{i}", r"\sum_{i=1}^{n} x_{i}"),
    ],
)
def test_what_is_higher_is_measured_higher(lower, higher):
    assert height(lower) < height(higher)


def test_a_wide_formula_is_broken_before_its_signs_and_nothing_is_lost():
    formula = r"\operatorname{f}(aaaaaaaaaa+bbbbbbbbbb)+\frac{c+d}{e}-\left(g+h\right)"
    lines = broken(formula, 10.0)
    assert len(lines) > 2 and all(width(line) <= 10 for line in lines)
    assert "".join(lines).replace(" ", "") == formula.replace(" ", "")
    assert all(line.count("{") == line.count("}") for line in lines)
    assert broken(r"\frac{a+b}{c}", 0.5) == [r"\frac{a+b}{c}"]
    assert broken("(-a)", 0.5) == ["(-a)"]


def test_columns_give_way_down_to_their_longest_word():
    assert column_widths([50.0, 5.0], [10.0, 5.0], 30.0) == [25.0, 5.0]
    assert column_widths([50.0, 50.0], [40.0, 40.0], 30.0) == [40.0, 40.0]


BEAMER = shutil.which("pdflatex") is not None and all(
    subprocess.run(["kpsewhich", name], capture_output=True).returncode == 0 for name in ("beamer.cls", "pgfmath.sty")
)
beamer = pytest.mark.skipif(not BEAMER, reason="pdflatex with beamer is not installed: slides not compiled")


def compiled(document, folder):
    (folder / "slides.tex").write_text(document.to("slides", standalone=True), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "slides.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=300)
    assert done.returncode == 0, done.stdout[-2000:]
    return re.findall(r"Overfull.*", done.stdout)


@beamer
@pytest.mark.parametrize("name", ["worked-example-exactly", "flash-attention", "backward-of-attention"])
def test_nothing_of_a_chapter_is_beyond_its_frame(name, tmp_path):
    assert not compiled(book.named(name).present(), tmp_path)


@beamer
def test_nothing_of_a_derivation_is_beyond_its_frame(tmp_path):
    assert not compiled(sa.derive(worked_example("additive")), tmp_path)


@beamer
def test_nothing_of_every_block_is_beyond_its_frame(tmp_path):
    assert not compiled(EVERYTHING, tmp_path)


@beamer
def test_a_frame_that_is_too_full_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(of_frames, "ROOM", 60.0)
    monkeypatch.setattr(render_slides, "ROOM", 60.0)
    assert any("vbox" in line for line in compiled(EVERYTHING, tmp_path))


def test_a_word_longer_than_a_line_is_broken_and_stays_a_word():
    address = "https://example.org/" + "a_$b" * 40
    made = Presentation("", (Paragraph(address), Listing([address]))).to("slides")
    assert "displaystyle" not in made and r"\$" in made and "aaa" not in made
