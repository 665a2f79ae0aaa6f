"""Notebooks are valid, the same every time, run from top to bottom, and compute what the page says."""

import builtins
import json
import re

import pytest
from sympy import MatrixSymbol

import symattn as sa
from symattn import book
from symattn.book.chapter import Chapter
from symattn.book.programs import PROGRAMS, program_of
from symattn.errors import MissingExtraError, MissingRowError
from symattn.examples import worked_example
from symattn.mechanisms import names
from symattn.publishing import Code, Figure, Formula, Heading, Paragraph, Presentation, Words
from symattn.publishing import programs as of_mechanisms

nbformat = pytest.importorskip("nbformat")

BOUND = sa.named("dot").bind(Q=[["1/2", 1]], K=[[0, 1], [2, 1]], V=[[1], ["2/3"]])


def cells(document):
    return json.loads(document.to("notebook"))["cells"]


def words(document):
    return "\n".join("".join(cell["source"]) for cell in cells(document) if cell["cell_type"] == "markdown")


def executed(document):
    """The notebook after Jupyter has run it; an error in a cell is an error here."""
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    notebook = nbformat.reads(document.to("notebook"), as_version=4)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return notebook


def outputs(notebook):
    shown = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return "\n".join(output.get("text") or output["data"]["text/plain"] for output in shown)


def run(program):
    """The pieces of a program in one scope, and what each of them ends with."""
    scope: dict = {}
    for piece in program:
        exec(compile(piece, "program", "exec"), scope)
    return scope


def test_the_derivation_of_a_mechanism_runs_and_computes_its_numbers():
    document = BOUND.symbolic.derive(Q=[["1/2", 1]], K=[[0, 1], [2, 1]], V=[[1], ["2/3"]])
    assert str(BOUND.decimal("O", digits=10)[0][0]) in outputs(executed(document))


def test_a_chapter_with_python_and_a_picture_runs():
    document = book.named("worked-example-exactly").present("zh")
    document = document.followed_by(
        Code("six = 2 * 3\nprint(six * 7)", "python"), Figure(worked_example().plot("weights"), "权重")
    )
    shown = outputs(executed(document))
    assert "42" in shown and "0.0633789" in shown


def test_a_cell_that_fails_is_seen_failing():
    nbclient = pytest.importorskip("nbclient")
    with pytest.raises(nbclient.exceptions.CellExecutionError):
        executed(Presentation("", (Code("1 / 0", "python"),)))


@pytest.mark.parametrize("chapter", PROGRAMS)
def test_the_program_of_every_chapter_runs(chapter, capsys):
    pieces = program_of(chapter)
    assert all(evidence == "proved" for _, evidence in eval(pieces[0].splitlines()[-1], run(pieces[:1])))
    run(pieces)


def test_every_chapter_has_a_program_and_none_is_too_many():
    chapters = [book.named(name) for name in book.names()]
    assert set(PROGRAMS) == {chapter.theorem for chapter in chapters if isinstance(chapter, Chapter)}
    with pytest.raises(MissingRowError, match=r"book/programs\.py has no row for the chapter of 'nothing'"):
        program_of("nothing")


@pytest.mark.parametrize("name", book.in_order()[:4])
def test_the_program_of_the_articles_path_runs(name, capsys):
    assert len(book.named(name).program) > 1
    run(book.named(name).program)


@pytest.mark.parametrize("name", names())
def test_the_program_of_every_mechanism_makes_that_mechanism_again(name, capsys):
    system = sa.named(name)
    made = run(of_mechanisms.program_of(system))["mechanism"]
    assert sa.code(made) == sa.code(system) and list(made.inputs) == list(system.inputs)
    assert made.output == system.output


@pytest.mark.parametrize("name", ["scaled-dot", "multi-head", "masked", "scaled-self-attention"])
def test_the_program_of_numbers_gives_the_same_numbers(name, capsys):
    bound = worked_example(name)
    again = run(of_mechanisms.program_of(bound))["example"]
    assert all(again.exact(value) == bound.exact(value) for value in bound.names)


def test_numbers_that_cannot_be_typed_leave_the_mechanism_alone():
    bound = sa.named("dot").bind(Q=[[BOUND.exact("P").rows[0][0]]], K=[[1], [2]], V=[[1], [2]])
    assert of_mechanisms.program_of(bound) == of_mechanisms.program_of(bound.symbolic)


def test_a_notebook_is_the_same_every_time_and_its_cells_are_numbered():
    document = book.named("masks").present()
    assert document.to("notebook") == document.to("notebook")
    found = [cell["id"] for cell in cells(document)]
    assert found == [f"cell-{place}" for place in range(1, len(found) + 1)]


def test_sections_are_cells_of_their_own_and_end_with_the_program():
    document = Presentation("T", (Paragraph("a"), Heading("H"), Paragraph("b"), Heading("I")), program=("1 + 1",))
    sources = ["".join(cell["source"]) for cell in cells(document)]
    assert sources == ["# T\n\na", "## H\n\nb", "## I\n\n## Computing it", "1 + 1"]


def test_formulas_stand_between_dollars():
    shown = words(Presentation("", (Paragraph("see ", MatrixSymbol("W_Q", 2, 2)), Formula(1, "=", 1))))
    assert shown == "see $W_{Q}$\n\n$$\n\\begin{aligned}\n1 &= 1\n\\end{aligned}\n$$"


@pytest.mark.parametrize("text", ["$x$ and $y$", r"\(x\)", r"\[x\]", r"\begin{x}", "<script>", "`$x$`", "$$"])
def test_words_are_no_formula_and_no_markup(text):
    shown = words(Presentation("", (Paragraph(text),)))
    assert "$" not in re.sub("&#36;", "", shown) and "<script" not in shown
    assert not re.search(r"\\\(|\\\\\[|\\begin", shown)  # one backslash before [ is how Markdown escapes it


def test_no_formula_is_cut_by_an_empty_line_or_a_dollar():
    shown = words(book.named("attention-as-inference").present())
    for formula in re.findall(r"\$\$(.*?)\$\$", shown, re.DOTALL):
        assert "\n\n" not in formula and "$" not in formula
    assert r"\text{costs \$5}" in words(Presentation("", (Formula(Words("costs $5"), "=", 1),)))


def test_without_nbformat_the_message_says_what_to_install(monkeypatch):
    whole = builtins.__import__

    def without(name, *arguments, **more):
        if name == "nbformat":
            raise ImportError(name)
        return whole(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"pip install 'symattn\[notebooks\]'"):
        Presentation("", ()).to("notebook")
