"""``symattn compare``: the command line of a comparison."""

import json

import pytest
from click.testing import CliRunner

from symattn.cli import main

OWN = "Q: n d_k\nK: m d_k\nV: m d_v\nS = -(Q @ K.T)\nP = softmax(S)\nO = P @ V"


def run(*arguments, status=0, **options):
    result = CliRunner().invoke(main, ["compare", *arguments], **options)
    assert result.exit_code == status, result.output
    return result


def test_the_worked_example_is_compared_without_any_numbers():
    shown = run("dot", "cosine", "additive", "rbf").stdout
    assert "1      2 and 3  1       3         1\n" in shown
    assert "Key 2 wins under dot because it is long: |k_2| = √32 against" in shown


def test_own_numbers_are_those_that_are_set():
    settings = [part for text in ("Q=1 0", "K=3 3; 1 0", "V=1; 2") for part in ("--set", text)]
    shown = run("dot", "cosine", *settings, "--digits", "4").stdout
    assert "dot      0.8808  *  0.1192     key 1" in shown and "|k_1| = √18 against |k_2| = 1" in shown


def test_own_equations_from_a_file_text_and_standard_input_join_the_comparison(tmp_path):
    (tmp_path / "own.txt").write_text(OWN)
    shown = run("dot", "--equations", str(tmp_path / "own.txt")).stdout
    assert "your mechanism: key 1 instead of keys 2 and 3" in shown
    assert run("dot", "--equations", OWN).stdout == shown
    assert run("dot", "--equations", "-", input=OWN).stdout == shown


def test_two_mechanisms_of_ones_own_have_different_names():
    other = OWN.replace("-(Q @ K.T)", "2 * (Q @ K.T)")
    assert "your mechanism (2): S = 2 Q Kᵀ" in " ".join(run("--equations", OWN, "--equations", other).stdout.split())


def test_another_value_is_compared_by_name():
    stages = json.loads(run("dot", "cosine", "--value", "S", "--format", "json").stdout)["stages"]
    assert [stage["name"] for stage in stages] == ["dot: S", "cosine: S"]


@pytest.mark.parametrize(("suffix", "name"), [(".txt", "text"), (".tex", "latex"), (".json", "json")])
def test_a_file_gets_the_format_of_its_suffix(tmp_path, suffix, name):
    target = tmp_path / f"out{suffix}"
    assert run("dot", "cosine", "-o", str(target)).stdout == ""
    assert target.read_text(encoding="utf-8") == run("dot", "cosine", "--format", name).stdout


def test_html_is_a_whole_page(tmp_path):
    target = tmp_path / "out.html"
    run("dot", "cosine", "-o", str(target))
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "at least two mechanisms, found 0"),
        (("dot",), "at least two mechanisms, found 1"),
        (("dot", "cosin"), "Did you mean cosine?"),
        (("dot", "dot"), "named twice"),
        (("dot", "cosine", "--set", "QQ=1"), "Did you mean Q?"),
        (("dot", "cosine", "--set", "Q=1 0"), "no value for K, V"),
        (("dot", "additive", "--set", "Q=1", "--set", "K=1", "--set", "V=1"), "no value for W_a, U_a, v_a"),
        (("dot", "cosine", "--set", "Q=1 0", "--set", "K=1 0 0", "--set", "V=1"), "does not conform"),
        (("dot", "cosine", "--set", "Q=0 0", "--set", "K=1 0", "--set", "V=1"), "in the equation for S"),
        (("dot", "multi-head"), "one matrix a head"),
        (("dot", "cosine", "--input", "Q=n d"), "--input belongs to --equations"),
        (("dot", "--equations", "S = Q"), "needs the shape of each input"),
        (("dot", "cosine", "--value", "Z"), "has no 'Z'"),
        (("dot", "cosine", "--format", "yaml"), "'yaml' is not one of"),
    ],
)
def test_bad_input_is_one_message_and_exit_status_2(arguments, words):
    result = run(*arguments, status=2)
    assert result.stdout == "" and words in result.stderr and "Traceback" not in result.stderr
