"""The commands on good input: every option, every format, every way to give numbers."""

import json
import subprocess
import sys
from fractions import Fraction
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner

from symattn import mechanism
from symattn.cli import main
from symattn.commands.evaluating import evaluation
from symattn.errors import MissingExtraError
from symattn.mechanisms import groups, named, names, summary
from symattn.publishing import code
from symattn.reading import declared_within, read_declarations
from symattn.verification import witnesses

GENERIC = [
    "--equations",
    "Q = X @ W_Q\nK = Y @ W_K\nV = Y @ W_V\nS = tau * Q @ K.T\nP = softmax(S)\nO = P @ V",
    *("--input", "X=n d", "--input", "Y=m e", "--input", "W_Q=d d_k", "--input", "W_K=e d_k", "--input", "W_V=e d_v"),
    *("--input", "tau=scalar"),
]
NUMBERS = {
    "X": "1 2 0; 0 1 -1",
    "Y": "1 0; 1 1; 0 2",
    "W_Q": "1 0 2 0; 0 1 0 1; 1 0 0 -1",
    "W_K": "1 1 0 0; 0 1 1 -1",
    "W_V": "2 -1; 1 3",
    "tau": "1/2",
}
SET = [part for name, text in NUMBERS.items() for part in ("--set", f"{name}={text}")]
OUTPUT = [["2.506480391", "2.669812373"], ["2.307195886", "1.225853720"]]


def run(*arguments, status=0, **options):
    result = CliRunner().invoke(main, list(arguments), **options)
    assert result.exit_code == status, result.output
    return result


def values(result):
    """What the command printed as JSON, each stage by its name."""
    return {stage["name"]: stage for stage in json.loads(result.stdout)["stages"]}


def decimals(stage):
    return [[str(cell) for cell in row] for row in stage["decimal"]]


def test_own_equations_and_numbers_give_the_output_of_the_generic_example():
    assert decimals(values(run("evaluate", *GENERIC, *SET, "--format", "json"))["O"]) == OUTPUT


def test_equations_come_from_text_a_file_or_standard_input(tmp_path):
    (tmp_path / "own.txt").write_text(GENERIC[1])
    rest = [*GENERIC[2:], *SET, "--format", "json"]
    expected = run("evaluate", *GENERIC, *SET, "--format", "json").stdout
    assert run("evaluate", "--equations", str(tmp_path / "own.txt"), *rest).stdout == expected
    assert run("evaluate", "--equations", "-", *rest, input=GENERIC[1]).stdout == expected


@pytest.mark.parametrize("kind", ["csv", "json", "npy", "npz", "npz:member"])
def test_numbers_come_from_files_of_every_kind(tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    array = np.array([[1, 2, 0], [0, 1, -1]])
    np.savetxt("x.csv", array, delimiter=",")
    np.save("x.npy", array)
    np.savez("x.npz", X=array, member=array)
    (tmp_path / "x.json").write_text(json.dumps({"X": array.tolist()}))
    settings = [f"X=x.{kind}" if text.startswith("X=") else text for text in SET]
    assert decimals(values(run("evaluate", *GENERIC, *settings, "--format", "json"))["O"]) == OUTPUT


def test_a_tenth_and_a_third_stay_exact():
    text = run("evaluate", "--equations", "B = A + A", "--input", "A=n m", "--set", "A=0.1 1/3", "--only", "B").stdout
    assert "1/5" in text and "2/3" in text


def test_a_value_named_as_output_needs_not_be_the_last():
    assert run("derive", *GENERIC, *SET, "--output", "P", "--no-check").stdout


def test_evaluate_shows_only_what_is_asked():
    assert list(values(run("evaluate", "dot", "--only", "P", "--only", "O", "--format", "json"))) == ["P", "O"]


def test_digits_are_those_asked_for():
    stage = values(run("evaluate", "scaled-dot", "--only", "O", "--digits", "30", "--format", "json"))["O"]
    assert all(len(cell.replace(".", "").lstrip("0")) == 30 for row in decimals(stage) for cell in row)


def test_the_worked_example_is_evaluated_exactly():
    text = run("evaluate", "self-attention", "--only", "O").stdout
    assert "e²" in text or "e^2" in text or "e**2" in text
    assert "1.936621062" in text


@pytest.mark.parametrize(("options", "scores"), [((), 2), (("--scaled",), 1), (("--unscaled",), 1)])
def test_without_a_name_the_worked_example_is_shown_with_and_without_scaling(options, scores):
    stages = json.loads(run("evaluate", "--only", "S", "--format", "json", *options).stdout)["stages"]
    assert len(stages) == scores


def test_without_a_name_settings_change_the_worked_examples_numbers():
    stage = values(run("evaluate", "--unscaled", "--set", "X=1 1 1 1", "--only", "O", "--format", "json"))["O"]
    assert decimals(stage) == [["2", "6", "3"]]


@pytest.mark.parametrize(
    ("name", "option", "same"),
    [
        ("dot", "--scaled", "scaled-dot"),
        ("scaled-dot", "--unscaled", "dot"),
        ("scaled_dot", "--scaled", "scaled-dot"),
        ("self-attention", "--scaled", "scaled-self-attention"),
    ],
)
def test_scaled_and_unscaled_choose_the_form(name, option, same):
    assert run("evaluate", name, option).stdout == run("evaluate", same).stdout


@pytest.mark.parametrize("name", names())
def test_derive_prints_every_mechanism_of_the_library(name):
    result = run("derive", name, "--no-check")
    assert result.stdout and "Error" not in result.stderr


def test_derive_ends_with_its_checks():
    result = run("derive", "dot")
    assert "Checked" in result.stdout and "Passed." in result.stdout
    assert "Checked" not in run("derive", "dot", "--no-check").stdout


def test_derive_of_equations_without_numbers_says_so_on_standard_error():
    result = run("derive", *GENERIC)
    assert "softmax" in result.stdout and "your mechanism has no numbers: formulas only" in result.stderr


def test_each_format_is_what_it_says(tmp_path):
    assert json.loads(run("derive", "dot", "--format", "json", "--no-check").stdout)
    assert r"\top" in run("derive", "dot", "--format", "latex", "--no-check").stdout
    assert r"\documentclass" in run("derive", "dot", "--format", "latex", "--standalone", "--no-check").stdout
    page = run("derive", "dot", "--format", "mathml", "--standalone", "--no-check").stdout
    assert "<math" in page and "<html" in page


@pytest.mark.parametrize(
    ("suffix", "name"),
    [
        (".txt", "text"),
        (".tex", "latex"),
        (".mml", "mathml"),
        (".mathml", "mathml"),
        (".md", "markdown"),
        (".json", "json"),
    ],
)
def test_a_file_gets_the_format_of_its_suffix(tmp_path, suffix, name):
    target = tmp_path / f"out{suffix}"
    result = run("evaluate", "dot", "-o", str(target))
    assert result.stdout == "" and result.stderr == ""
    assert target.read_text(encoding="utf-8") == run("evaluate", "dot", "--format", name).stdout


def test_html_is_a_whole_page_and_a_named_format_wins_over_the_suffix(tmp_path):
    page, other = tmp_path / "out.html", tmp_path / "other.txt"
    run("evaluate", "dot", "-o", str(page))
    assert page.read_text() == run("evaluate", "dot", "--format", "html").stdout
    run("evaluate", "dot", "-o", str(other), "--format", "json")
    assert json.loads(other.read_text())


def test_a_dash_is_standard_output():
    assert run("evaluate", "dot", "-o", "-").stdout == run("evaluate", "dot").stdout


def test_mathml_is_well_formed():
    page = ElementTree.fromstring("<div>" + run("evaluate", "dot", "--format", "mathml").stdout + "</div>")
    assert len(list(page.iter("{http://www.w3.org/1998/Math/MathML}math"))) >= len("QKVSPO")


def test_verify_reports_and_says_how_many_agreed():
    result = run("verify", "dot", "--instances", "1")
    assert "agreed, 0 refuted" in result.stdout and result.stdout.rstrip().endswith("Passed.")


def test_verify_as_json(tmp_path):
    report = json.loads(run("verify", "dot", "--instances", "1", "--format", "json").stdout)
    assert report["passed"] and report["counts"]["refuted"] == 0
    run("verify", "dot", "--instances", "1", "-o", str(tmp_path / "report.json"))
    assert json.loads((tmp_path / "report.json").read_text()) == report


def test_a_check_that_fails_ends_with_status_1_and_shows_where(monkeypatch, tmp_path):
    right = witnesses.LoweredNumpy.evaluate
    monkeypatch.setattr(
        witnesses.LoweredNumpy,
        "evaluate",
        lambda self, system, inputs: {
            name: value + (name == "P") for name, value in right(self, system, inputs).items()
        },
    )
    shown = run("derive", "dot", status=1).stdout
    assert "Not passed." in shown and "refuted: P" in shown and "Refuted: P[" in shown
    assert "Refuted: P[" in run("verify", "dot", "--instances", "0", status=1).stdout
    assert run("derive", "dot", "-o", str(tmp_path / "out.json"), status=1).stdout == ""
    assert "Not passed." in (tmp_path / "out.json").read_text()


def test_torch_that_is_not_installed_is_unknown_and_its_extra_is_named(monkeypatch):
    def missing(*_):
        raise MissingExtraError("torch is not installed; pip install 'symattn[torch]'")

    monkeypatch.setattr(witnesses.LoweredTorch, "evaluate", missing)
    monkeypatch.setattr(witnesses.TorchAutograd, "gradients", missing)
    shown = run("derive", "dot").stdout
    assert "unknown: S, P, O" in shown and "symattn[torch]" in shown
    assert "Passed, except for what is unknown." in " ".join(shown.split())
    assert "unknown" in run("verify", "dot", "--instances", "0").stdout


def test_list_shows_every_group_and_a_line_for_each_mechanism():
    lines = run("list").stdout.splitlines()
    for group, members in groups().items():
        start = lines.index(f"{group}: {summary(group)}") + 1
        assert [line.split()[0] for line in lines[start : start + len(members)]] == list(members)
    assert all(any(line.endswith(f"  {named(name).name}") for line in lines) for name in names())


@pytest.mark.parametrize("group", groups())
def test_list_of_a_group_shows_its_formulas_and_sources(group):
    shown = run("list", group).stdout
    assert shown == run("list", group.replace("_", "-")).stdout and summary(group) in shown
    for name in groups()[group]:
        assert f"\n{name}: {named(name).name}\n" in shown and named(name).source in shown
    assert [row["group"] for row in json.loads(run("list", group, "--format", "json").stdout)] == [group] * len(
        groups()[group]
    )


def test_a_name_that_is_neither_a_group_nor_a_mechanism_is_refused():
    refused = run("list", "hedas", status=2).stderr
    assert "there is no mechanism and no group 'hedas'. Did you mean heads?" in refused


def test_list_as_json_has_what_own_equations_need():
    rows = {row["name"]: row for row in json.loads(run("list", "--format", "json").stdout)}
    assert tuple(rows) == names()
    assert rows["dot"]["inputs"] == {"Q": "n d_k", "K": "m d_k", "V": "m d_v"} and rows["dot"]["output"] == "O"
    for name, row in rows.items():
        equations = "\n".join(f"{left} = {right}" for left, right in row["equations"].items())
        assert code(mechanism(name, row["inputs"], equations, output=row["output"])) == code(named(name))


def test_the_module_runs_as_the_script_does():
    shown = subprocess.run([sys.executable, "-m", "symattn", "list"], capture_output=True, text=True, check=True).stdout
    assert shown == run("list").stdout


def test_exact_values_in_json_are_text_that_can_be_read_back():
    stage = values(
        run("evaluate", "--equations", "B = A + A", "--input", "A=n m", "--set", "A=0.1", "--format", "json")
    )
    assert Fraction(stage["B"]["exact"][0][0]) == Fraction(1, 5)


MASKED = ["evaluate", "--equations", "P = softmax(S, where=M & causal)", "--input", "S=n m", "--input", "M=n m"]


@pytest.mark.parametrize("mask", ["1 0; 1 1", "true false; true true", "m.csv", "m.json", "m.npy", "m.npz:M"])
def test_a_mask_is_ones_and_zeros_or_truth_values_however_it_is_given(tmp_path, monkeypatch, mask):
    monkeypatch.chdir(tmp_path)
    array = np.array([[True, False], [True, True]])
    np.save("m.npy", array)
    np.savez("m.npz", M=array)
    (tmp_path / "m.csv").write_text("true,false\nTrue,1\n")
    (tmp_path / "m.json").write_text(json.dumps(array.tolist()))
    stages = values(run(*MASKED, "--set", "S=5 1000; 0 0", "--set", f"M={mask}", "--format", "json"))
    assert stages["P"]["exact"] == [["1", "0"], ["1/2", "1/2"]]


def test_a_row_without_allowed_keys_is_a_row_of_zeros():
    stages = values(run(*MASKED, "--set", "S=1 2; 3 4", "--set", "M=0 1; 1 1", "--format", "json", "--only", "P"))
    assert stages["P"]["exact"][0] == ["0", "0"]


def test_formulas_of_an_allowed_set_come_as_code_that_is_read_again():
    stage = values(run("derive", *MASKED[1:], "--format", "json"))["P"]
    assert stage["formula"]["code"] == "softmax(S, where=M & (j <= i))"
    again = run("derive", "--equations", f"P = {stage['formula']['code']}", *MASKED[3:], "--format", "json")
    assert values(again)["P"] == stage


@pytest.mark.parametrize("name", ["causal", "causal-lower-right", "padded", "sliding-window", "masked"])
def test_masked_mechanisms_are_derived_with_the_worked_examples_numbers(name):
    assert values(run("derive", name, "--no-check", "--format", "json"))["P"]["exact"][0][2] == "0"
    shown = run("derive", name, "--no-check").stdout
    assert "a row without any allowed key is a row of zeros" in " ".join(shown.split())


def test_a_bad_allowed_set_points_at_its_place():
    result = run("derive", "--equations", "P = softmax(S, where=j in i)", "--input", "S=n m", status=2)
    assert "a condition is made of" in result.stderr and "^" in result.stderr


@pytest.mark.parametrize("form", ["text", "latex", "mathml", "markdown", "json"])
def test_scores_of_millions_print_and_pass_where_float32_cannot_follow(form):
    numbers = ("--set", "Q=3000 1; 2 5000", "--set", "K=1000 2; 3 7000", "--set", "V=1; 2")
    shown = run("derive", "dot", *numbers, "--format", form).stdout
    assert "except for what is unknown" in " ".join(shown.split()) and "2.496960848" in shown


FAMILIES = "W: H d k\nX: n d\n\nQ[h] = X @ W[h]\nA = concat(h, Q[h])"


def evaluated(heads, only=()):
    declared, equations = declared_within(FAMILIES)
    system = mechanism("several heads", read_declarations(declared), equations)
    bound = system.bind(W=[[[h], [1]] for h in range(heads)], X=[[1, 2], [0, 3]])
    return evaluation([bound], only)


def test_evaluate_shows_the_members_of_a_family_one_by_one():
    shown = evaluated(3).to("text")
    assert "Q⁽¹⁾ = ⎡2⎤" in shown and "Q⁽³⁾ = ⎡4⎤" in shown and "A = ⎡2  3  4⎤" in shown
    assert json.loads(evaluated(3).to("json"))["stages"][2]["exact"] == [[["2"], ["3"]], [["3"], ["3"]], [["4"], ["3"]]]


def test_evaluate_shortens_large_families_unless_they_are_asked_for_by_name():
    assert "Q⁽⁶⁾" not in evaluated(6).to("text") and "first 4 of 6 members" in evaluated(6).to("text")
    assert "Q⁽⁶⁾ = ⎡7⎤" in evaluated(6, ("Q",)).to("text")


def test_numbers_of_the_worked_example_that_have_no_exact_value_or_do_not_fit_leave_the_formulas():
    assert "entmax_{4/3}(S)" in run("derive", "entmax", "--no-check").stdout
    assert "no exact value" in run("derive", "entmax").stderr
    for name in ("multi-query", "rope"):
        assert "Entry by entry:" in run("derive", name).stdout
