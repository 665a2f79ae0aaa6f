"""``symattn theorems``: what it lists, shows and answers."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from symattn import theorems
from symattn.cli import main
from symattn.deriving import Derivation
from symattn.deriving.rules import definition


def run(*arguments, status=0):
    result = CliRunner().invoke(main, ("theorems", *arguments))
    assert result.exit_code == status, result.output
    return result


@pytest.fixture
def two_theorems(monkeypatch):
    chosen = {name: theorems.headings()[name] for name in ("shift-invariance", "rows-are-distributions")}
    monkeypatch.setattr(theorems, "headings", lambda: chosen)
    return chosen


def test_headings_are_listed_without_a_check_in_the_order_of_their_labels(monkeypatch):
    monkeypatch.setattr(theorems, "named", None)
    lines = run("--no-check").stdout.splitlines()
    assert len(lines) == len(theorems.names())
    assert lines[0].split()[:2] == ["D1", "dot-product-variance"]
    assert lines[-1].split()[0] == "G20"
    rows = json.loads(run("--no-check", "--format", "json").stdout)
    assert rows[0] == {"name": "dot-product-variance", "label": "D1", "title": "The variance of a dot product"}


def test_headings_are_those_of_the_theorems():
    for name in ("shift-invariance", "incremental-causal"):
        theorem = theorems.named(name)
        assert theorems.headings()[name] == (theorem.label, theorem.title)
        for label in theorem.label.split(", "):
            assert theorems.named(label) is theorem


def test_the_list_says_what_each_theorem_says_and_its_evidence(two_theorems):
    shown = run().stdout
    assert "D6  shift-invariance: Shift invariance and the stable form (proved)" in shown
    assert "Every row of softmax(S) is not negative" in shown
    rows = json.loads(run("--format", "json").stdout)
    assert [row["evidence"] for row in rows] == ["proved", "proved"]
    assert rows[0]["statement"] == theorems.named("shift-invariance").stated


def test_one_theorem_is_shown_with_every_step_by_name_or_label():
    shown = run("shift-invariance").stdout
    assert shown == run("D6").stdout == theorems.named("shift-invariance").present().to("text")
    assert "[by exponent; proved]" in shown
    data = json.loads(run("D6", "--format", "json").stdout)
    assert data["parts"][0]["steps"][0]["rule"]["name"] == "definition"


@pytest.mark.parametrize(("suffix", "sign"), [(".tex", "\\begin{document}"), (".html", "<math"), (".md", "```math")])
def test_a_theorem_is_written_in_the_format_of_its_file(tmp_path, suffix, sign):
    target = tmp_path / f"shift{suffix}"
    run("D6", "-o", str(target), *(["--standalone"] if suffix == ".tex" else []))
    assert sign in target.read_text(encoding="utf-8")


def test_the_list_has_no_formulas_to_print():
    assert "use text, json" in run("--format", "latex", status=2).stderr


def test_a_claimed_step_has_status_3(two_theorems, monkeypatch):
    claimed = Derivation("a claim", "abs(sqrt(x)**3)", {"x": "n m"}, conditions=["x is large"]).to(
        "sqrt(x)**3 + 0 * log(x - 100)", by=definition, evidence="cited"
    )
    assert claimed.evidence == "unknown"
    weak = replace(theorems.named("shift-invariance"), statement="a claim", parts=(claimed,))
    monkeypatch.setattr(theorems, "named", lambda name: weak)
    assert "(unknown)" in run(status=3).stdout
    assert "claimed" in run("shift-invariance", status=3).stdout


def test_a_theorem_that_there_is_not_is_bad_input():
    assert "shift-invariance" in run("shift-invariancy", status=2).stderr
    assert "there is no theorem 'D66'. Did you mean D6?" in run("D66", status=2).stderr
    assert "D6 shift-invariance" in run("nothing", status=2).stderr
    assert run("d6").stdout == run("D6").stdout


def test_of_two_labels_of_a_theorem_one_is_suggested():
    for asked, meant in (("D112", "D12"), ("D133", "D13")):
        assert f"there is no theorem '{asked}'. Did you mean {meant}?" in run(asked, status=2).stderr
    assert "D12 and D13 incremental-causal" in run("nothing", status=2).stderr
    assert run("d13").stdout == run("D12").stdout == run("D12, D13").stdout
