"""README is true: its Python runs, its command lines work, what it shows is what one gets."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import symattn as sa
from symattn.cli import main
from symattn.examples import worked_example
from symattn.exercises import KINDS, topics
from symattn.language.vocabulary import NODES
from symattn.mechanisms import names

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
PYTHON = [text for language, text in BLOCKS if language == "python"]
LINES = [line for _, text in BLOCKS for line in text.splitlines() if line.startswith("symattn ")]


@pytest.fixture(scope="module")
def scope():
    values: dict = {}
    for text in PYTHON:
        exec(compile(text, "README.md", "exec"), values)
    return values


def test_the_mechanism_it_begins_with_gives_what_its_table_says(scope):
    attention = scope["attention"]
    bound = attention.bind(Q=[[1, 0, 2]], K=[[0, 1, 1], [4, 4, 0]], V=[[1, 2], [2, 8]])
    assert f"`{bound.decimal('P', digits=30)[0][0]}`" in README
    assert f"`{sa.text(attention.entry('S', 'i', 'j'))}`" in README
    assert str(bound["P"][0, 0]) in README
    assert attention.derive(Q=[[1]], K=[[2]], V=[[3]]).to("latex", standalone=True).startswith("% Compile with")


def test_the_output_it_shows_is_printed_by_the_first_command():
    (shown,) = [text for language, text in BLOCKS if not language and text.startswith("O = P V")]
    page = sa.eight_steps(worked_example()).to("text")
    assert all(line.strip() in page for line in shown.splitlines())


def test_the_error_it_shows_is_the_error_one_gets():
    (shown,) = [text for _, text in BLOCKS if text.startswith("ShapeError")]
    with pytest.raises(sa.SymattnError) as caught:
        sa.mechanism("x", {"Q": "n d_k", "K": "m d_k"}, "S = Q @ K / sqrt(d_k)")
    assert shown == f"ShapeError: {caught.value}\n"


@pytest.mark.parametrize("line", LINES)
def test_every_command_line_works(line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("keys.csv").write_text("1,2\n0,1\n1/2,0\n")
    np.savez("v.npz", V=np.array([[1.0], [2.0], [0.5]]))
    CliRunner().invoke(main, ["list", "scaled-self-attention", "-o", "mine.txt"])
    arguments = shlex.split(line, comments=True)[1:]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    if "-o" in arguments:
        assert Path(arguments[arguments.index("-o") + 1]).stat().st_size > 100


def test_the_wrong_answer_it_shows_is_told_its_mistake():
    (shown,) = [text for _, text in BLOCKS if text.startswith("$ symattn check")]
    command, expected = shown.split("\n", 1)
    result = CliRunner().invoke(main, shlex.split(command)[2:])
    assert result.exit_code == 1 and result.output == expected


def test_the_topics_and_types_it_counts_are_those_there_are():
    assert f"{len(topics())} topics, {len(KINDS)} types" in README


def test_every_function_and_every_mechanism_is_named():
    words = set(re.findall(r"[a-z][a-z0-9-]*", README))
    assert set(NODES) <= words
    assert {name for name in names() if "self" not in name} <= words


def test_every_benchmark_is_in_the_table_with_a_figure():
    scripts = {path.name for path in (Path(__file__).parent / "benchmarks").glob("*.py")}
    rows = [row for row in README.splitlines() if row.startswith("|") and ".py`" in row]
    assert {name for row in rows for name in re.findall(r"`(\w+\.py)`", row)} == scripts
    assert all(re.search(r"\d", row.split("|")[3]) for row in rows)


def test_the_audit_it_shows_is_the_audit_one_gets():
    (shown,) = [text for _, text in BLOCKS if text.startswith(">>> print(sa.audit")]
    asked, _, expected = shown.partition("\n")
    assert expected == f"{eval(asked.removeprefix('>>> print(')[:-1], {'sa': sa})}\n"


def test_the_backward_pass_is_the_one_shown():
    assert str(sa.named("causal").backward()) in README
