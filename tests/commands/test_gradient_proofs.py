"""``symattn gradient --prove``: how each gradient is known, on the command line."""

import json

import pytest
from click.testing import CliRunner

from symattn.cli import main


def run(*arguments, status=0):
    result = CliRunner().invoke(main, ["gradient", *arguments, "--prove"])
    assert result.exit_code == status, result.output
    return result


def test_each_gradient_has_a_line():
    lines = run("grouped-query").stdout.splitlines()
    assert [line.split(":")[1].strip() for line in lines] == ["dX", "dY", "dW_Q", "dW_K", "dW_V", "dW_O"]
    assert all(line.startswith("proved: ") for line in lines)


def test_json_has_the_steps():
    found = json.loads(run("causal", "--wrt", "Q", "--format", "json").stdout)
    assert list(found) == ["dQ"] and found["dQ"]["kind"] == "proved"
    assert found["dQ"]["normal_form"] == "Σ_{r=1..m} K_rj dS_ir / √d_k"
    assert any("through P" in step for step in found["dQ"]["steps"])


def test_own_equations_are_proved_too():
    own = "Q: n d\nK: m d\nV: m e\nP = softmax(tanh(Q @ K.T), where=causal)\nO = P @ V"
    assert run("--equations", own).stdout.count("proved") == 3


def test_forward_mode_is_proved_too():
    lines = run("softcap", "--mode", "forward").stdout.splitlines()
    assert all(line.startswith("proved: ") for line in lines)
    assert {"S_dot", "C_dot", "P_dot", "O_dot"} <= {line.split(":")[1].strip() for line in lines}


@pytest.mark.parametrize("more", [("--set", "Q=1 0"), ("--code", "numpy"), ("--standalone",)])
def test_options_that_contradict_it_are_one_message(more):
    result = run("dot", *more, status=2)
    assert "--prove is about" in result.stderr and "Traceback" not in result.stderr


def test_a_format_that_proofs_are_not_printed_in_is_refused_by_the_option_that_asked_for_it(tmp_path):
    asked = CliRunner().invoke(main, ["gradient", "dot", "--prove", "--format", "latex"])
    assert asked.exit_code == 2 and "--format latex is a format that this command does not print" in asked.stderr
    written = CliRunner().invoke(main, ["gradient", "dot", "--prove", "-o", str(tmp_path / "x.tex")])
    assert written.exit_code == 2 and "stands for latex" in written.stderr
