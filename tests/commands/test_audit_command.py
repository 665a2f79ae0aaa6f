"""``symattn audit`` and ``symattn prove``: statuses, formats, and one message for what is wrong."""

import json

import pytest
from click.testing import CliRunner

from symattn.auditing import MISTAKES
from symattn.cli import main

ATTENTION = """
import numpy as np


def attention(q, k, v):
    scores = q @ k.T
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True) @ v
"""
OWN = "Q: n d_k\nK: m d_k\nV: m d_v\nS = Q @ K.T / sqrt(d_k)\nO = softmax(S) @ V"


def run(*arguments, status=0, **options):
    result = CliRunner().invoke(main, arguments, **options)
    assert result.exit_code == status, result.output
    return result


def test_a_claim_that_holds_is_proved_with_status_0():
    shown = run("audit", "scaled-dot", "--claim", "O = softmax(Q / sqrt(d_k) @ K.T) @ V").stdout
    assert shown.startswith("the same\nproved: ")


def test_a_wrong_claim_has_status_1_a_counterexample_and_a_name():
    shown = run("audit", "scaled-dot", "--claim", "softmax(Q @ K.T) @ V", status=1).stdout
    assert shown.startswith("different\nrefuted: ") and "mistake: 1/√d_k missing" in shown
    assert "1/(1 + e) (0.268941) on the right" in shown


def test_json_says_the_same():
    found = json.loads(
        run("audit", "scaled-dot", "--claim", "softmax(Q @ K.T) @ V", "--format", "json", status=1).stdout
    )
    assert found["same"] is False and found["mistakes"][0]["names"] == ["1/√d_k missing"]
    assert found["verdict"]["counterexample"]["sizes"]["d_k"] == 2


def test_a_claim_comes_from_a_file_or_from_standard_input(tmp_path):
    claim = "S = Q @ K.T / sqrt(d_k)\nO = softmax(S) @ V\n"
    (tmp_path / "claim.txt").write_text(claim)
    shown = run("audit", "scaled-dot", "--claim-file", str(tmp_path / "claim.txt")).stdout
    assert run("audit", "scaled-dot", "--claim-file", "-", input=claim).stdout == shown


def test_a_file_with_inputs_is_a_mechanism_with_sizes_of_its_own(tmp_path):
    (tmp_path / "own.txt").write_text(
        OWN.replace("n d_k", "a c").replace("m d_k", "b c").replace("m d_v", "b e").replace("d_k", "c")
    )
    assert "proved" in run("audit", "scaled-dot", "--claim-file", str(tmp_path / "own.txt")).stdout


def test_a_mechanism_of_ones_own_is_audited():
    run("audit", "--equations", OWN, "--claim", "O = softmax(Q @ (K / sqrt(d_k)).T) @ V")


def test_a_function_runs_only_with_run(tmp_path):
    path = tmp_path / "attention.py"
    path.write_text(ATTENTION)
    refused = run("audit", "scaled-dot", "--function", f"{path}:attention", status=2)
    assert refused.stderr.count("\n") == 1 and "--run" in refused.stderr
    shown = run("audit", "scaled-dot", "--function", f"{path}:attention", "--run", "--instances", "6", status=1).stdout
    assert "mistake: 1/√d_k missing" in shown
    assert "the same" in run("audit", "dot", "--function", f"{path}:attention", "--run", "--instances", "6").stdout
    mapped = run("audit", "dot", "--function", f"{path}:attention", "--run", "--map", "q=Q", "--instances", "2").stdout
    assert "the same" in mapped


def test_what_a_function_prints_is_no_part_of_the_result(tmp_path):
    path = tmp_path / "attention.py"
    path.write_text(ATTENTION.replace("    scores =", "    print('noise')\n    scores ="))
    arguments = ("--function", f"{path}:attention", "--run", "--instances", "2", "--format", "json")
    assert json.loads(run("audit", "dot", *arguments).stdout)["same"] is True


def test_a_gradient_is_audited():
    run("audit", "causal", "--gradient", "dV", "--claim", "dV = P.T @ dO")
    run("audit", "causal", "--gradient", "dQ", "--claim", "dQ = dS @ K", "--seconds", "1", status=1)


def test_what_cannot_be_decided_has_a_status_of_its_own(monkeypatch):
    from symattn.auditing import confirming
    from symattn.verdicts import Verdict

    monkeypatch.setattr(confirming, "prove_values", lambda *_: Verdict("unknown", "", "too large"))
    monkeypatch.setattr(confirming, "compared", lambda *_: (0, []))
    shown = run("audit", "causal", "--claim", "O = P @ V", status=3).stdout
    assert shown.startswith("not decided\nunknown: ")


def test_the_mistakes_are_listed():
    shown = run("audit", "--mistakes").stdout
    assert all(mistake.name in shown for mistake in MISTAKES)
    assert len(json.loads(run("audit", "--mistakes", "--format", "json").stdout)) == len(MISTAKES)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "give the NAME of a mechanism"),
        (("scaled-dot",), "give one of --claim"),
        (("scaled-dot", "--claim", "O = P", "--claim-file", "x"), "give one of --claim"),
        (("scaled-dot", "--claim", "O = P @ V", "--run"), "--run belongs to --function"),
        (("scaled-dot", "--claim", "O = P @ V", "--map", "q=Q"), "--map belongs to --function"),
        (("scaled-dot", "--equations", OWN, "--claim", "O = P"), "not both"),
        (("scaled-do", "--claim", "O = P @ V"), "Did you mean scaled-dot"),
        (("scaled-dot", "--claim", "O = ("), "Error"),
        (("scaled-dot", "--claim-file", "nowhere.txt"), "there is no file"),
        (("scaled-dot", "--function", "nowhere.py:f", "--run"), "there is no such file"),
        (("scaled-dot", "--function", "nowhere.py", "--run"), "a function is named as in"),
        (("scaled-dot", "--function", "nowhere.txt:f", "--run"), "not called *.py"),
        (("scaled-dot", "--function", "a.py:f", "--map", "q", "--run"), "write PARAMETER=INPUT"),
        (("scaled-dot", "--claim", "O = P @ V", "--format", "html"), "'html' is not one of"),
        (("scaled-dot", "--claim", "O = P @ V", "--seconds", "0"), "--seconds"),
        (("scaled-dot", "--claim", "O = P @ V", "-o", "x.tex"), "stands for latex"),
        (("scaled-dot", "--claim-file", "nowhere.txt"), "--claim-file: there is no file"),
    ],
)
def test_bad_input_is_one_message_with_status_2(arguments, words):
    found = run("audit", *arguments, status=2)
    assert words in found.stderr and "Traceback" not in found.output


def test_prove_says_proved_refuted_and_unknown():
    shape = ("--input", "S=n m", "--input", "c=n 1")
    assert run("prove", "softmax(S + c)", "softmax(S)", *shape).stdout.startswith("proved: ")
    shown = run("prove", "softmax(S * 2)", "softmax(S)", *shape[:2], status=1).stdout
    assert shown.startswith("refuted: ") and "on the left" in shown
    found = json.loads(run("prove", "softmax(S + c)", "softmax(S)", *shape, "--format", "json").stdout)
    assert found["kind"] == "proved" and found["counterexample"] is None


def test_prove_takes_definitions_and_shows_its_steps():
    given = ("--given", "P = softmax(S)", "--input", "S=n m", "--input", "V=m d")
    shown = run("prove", "P @ V", "(exp(S) @ V) / rowsum(exp(S))", *given, "--steps").stdout
    assert shown.startswith("proved: ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("A", "B"), "inputs give each name a shape"),
        (("A", "B", "--input", "A"), "write NAME=SHAPE"),
        (("A", "A.T", "--input", "A=n m"), "shape"),
        (("A", "A", "--input", "A=n m", "--seconds", "-1"), "--seconds"),
        (("A",), "Missing argument"),
    ],
)
def test_prove_refuses_what_is_no_statement(arguments, words):
    found = run("prove", *arguments, status=2)
    assert words in found.stderr and "Traceback" not in found.output
