"""``symattn gradient``: the backward pass on the command line, as equations, with numbers, as code."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from symattn.cli import main
from symattn.mechanisms import names

GOLDEN = Path(__file__).parents[1] / "golden"
OWN = "Q: n d\nK: m d\nV: m e\nS = tanh(Q @ K.T)\nP = softmax(S, where=causal)\nO = P @ V"
DOT = ("dot", "--set", "Q=1 0", "--set", "K=1 0; 0 1", "--set", "V=1; 2")


def run(*arguments, status=0, **options):
    result = CliRunner().invoke(main, ["gradient", *arguments], **options)
    assert result.exit_code == status, result.output
    return result


def stages(*arguments):
    """What is printed as JSON, each stage by its name."""
    return {stage["name"]: stage for stage in json.loads(run(*arguments, "--format", "json").stdout)["stages"]}


@pytest.mark.parametrize(
    ("arguments", "golden"),
    [
        (("--equations", OWN), "gradient_formulas.txt"),
        ((*DOT, "--set", "dO=3"), "gradient_numbers.txt"),
        ((*DOT, "--set", "dO=3", "--standalone"), "gradient_numbers.json"),
        (("--equations", OWN, "--wrt", "Q", "--standalone"), "gradient_formulas.json"),
    ],
)
def test_what_is_printed_is_what_was_read_and_found_right(arguments, golden, tmp_path):
    """A golden file is what ``-o`` writes; where a change of it is meant, it is written so again and read."""
    target = tmp_path / golden
    run(*arguments, "-o", str(target))
    assert target.read_text(encoding="utf-8") == (GOLDEN / golden).read_text(encoding="utf-8")


def test_the_equations_are_those_of_a_paper():
    formulas = {name: stage["formula"]["code"] for name, stage in stages(*DOT).items() if "formula" in stage}
    backward = ("dV", "dP", "D", "dS", "dQ", "dK")
    assert [formulas[name] for name in backward] == [
        "P.T @ dO",
        "dO @ V.T",
        "rowsum(dO * O)",
        "P * (dP - D)",
        "dS @ K",
        "dS.T @ Q",
    ]


def test_numbers_are_those_of_central_differences():
    """tanh scores, a causal set and an upstream cotangent that is not constant, against the formula in floats."""
    generator = np.random.default_rng(3)
    Q, K, V, dO = (generator.integers(-3, 4, shape) / 4 for shape in ((2, 2), (3, 2), (3, 1), (2, 1)))

    def loss(Q, K, V):
        S = np.where(np.tri(2, 3, dtype=bool), np.exp(np.tanh(Q @ K.T)), 0)
        return float((S / S.sum(axis=1, keepdims=True) @ V * dO).sum())

    given = {"Q": Q, "K": K, "V": V, "dO": dO}
    set_ = [part for name, value in given.items() for part in ("--set", f"{name}={json.dumps(value.tolist())}")]
    found = {name: np.array(stage["decimal"], float) for name, stage in stages("--equations", OWN, *set_).items()}
    for name in ("Q", "K", "V"):
        for place in np.ndindex(given[name].shape):
            step = np.zeros(given[name].shape)
            step[place] = 1e-5
            inputs = {each: given[each] for each in ("Q", "K", "V")}
            above, below = (loss(**{**inputs, name: inputs[name] + sign * step}) for sign in (1, -1))
            assert found[f"d{name}"][place] == pytest.approx((above - below) / 2e-5, abs=1e-8)


def test_without_dO_it_is_all_ones_and_that_is_said():
    result = run(*DOT)
    assert result.stderr == "dO is all ones; --set dO=VALUE gives other numbers.\n"
    assert result.stdout == run(*DOT, "--set", "dO=1").stdout


def test_dO_alone_is_set_beside_the_worked_examples_numbers():
    found = stages("dot", "--set", "dO=1 0 0; 0 1 0; 0 0 -1")
    assert found["dO"]["exact"] == [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "-1"]]
    assert len(found["dQ"]["exact"]) == 3


def test_without_a_name_it_is_the_worked_example_with_its_numbers():
    assert run().stdout == run("self-attention", "--set", "dO=1 1 1; 1 1 1; 1 1 1").stdout


def test_with_a_name_and_no_numbers_it_is_the_formulas_entry_by_entry():
    result = run("dot")
    assert result.stderr == "" and "Entry by entry:" in result.stdout
    assert "dq_ij = Σ_{r=1..m} ds_ir k_rj" in result.stdout


def test_wrt_leaves_out_what_is_not_asked_for():
    assert {"dQ", "dS"} <= stages(*DOT, "--wrt", "Q").keys()
    assert not {"dK", "dV"} & stages(*DOT, "--wrt", "Q").keys()
    assert "dP" not in stages(*DOT, "--wrt", "V")
    assert {"dV", "dK"} <= stages(*DOT, "--wrt", "V", "--wrt", "K").keys()


def test_forward_mode_prints_tangents():
    found = stages(*DOT, "--mode", "forward", "--wrt", "K", "--set", "K_dot=0 1; 0 0")
    assert found["S_dot"]["formula"]["text"] == "Q K̇ᵀ" and found["S_dot"]["exact"] == [["0", "0"]]
    assert "Q_dot" not in found and list(found)[-1] == "O_dot"
    assert "def " in run("dot", "--mode", "forward", "--code", "numpy").stdout


def test_another_value_is_differentiated_by_name():
    found = stages("dot", "--output", "S")
    assert "dO" not in found and found["dQ"]["formula"]["code"] == "dS @ K"


def test_equations_come_from_a_file_text_or_standard_input(tmp_path):
    (tmp_path / "own.txt").write_text(OWN)
    expected = run("--equations", OWN).stdout
    assert run("--equations", str(tmp_path / "own.txt")).stdout == expected
    assert run("--equations", "-", input=OWN).stdout == expected


@pytest.mark.parametrize("name", names())
def test_every_mechanism_of_the_library_has_its_backward_pass_printed(name):
    result = run(name)
    assert "∂ℓ/∂X" in result.stdout and "Error" not in result.stderr


def test_each_format_is_what_it_says(tmp_path):
    assert r"\mathrm{d}S\,K" in run(*DOT, "--format", "latex").stdout
    assert r"\documentclass" in run(*DOT, "--format", "latex", "--standalone").stdout
    target = tmp_path / "out.html"
    run(*DOT, "-o", str(target))
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("target", ["numpy", "torch"])
def test_code_is_a_module_that_gives_all_that_is_asked_for(target, tmp_path):
    run("scaled-dot", "--wrt", "Q", "--wrt", "V", "--code", target, "-o", str(tmp_path / "backward.py"))
    source = (tmp_path / "backward.py").read_text(encoding="utf-8")
    assert source == run("scaled-dot", "--wrt", "Q", "--wrt", "V", "--code", target).stdout
    scope: dict = {}
    exec(compile(source, "backward.py", "exec"), scope)
    library = pytest.importorskip(target)
    Q, K, V, dO = (library.ones(shape) for shape in ((2, 3), (4, 3), (4, 5), (2, 5)))
    found = scope["scaled_dot_product_attention_backward"](Q, K, V, dO)
    assert {name: tuple(value.shape) for name, value in found.items()} == {"dQ": (2, 3), "dV": (4, 5)}


def test_code_for_a_page_is_one_function_of_all_that_is_asked_for():
    source = run("scaled-dot", "--wrt", "Q", "--wrt", "V", "--code", "javascript").stdout
    assert "\nfunction scaled_dot_product_attention_backward(inputs) {" in source and "return {dQ, dV};" in source


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("scaled-dott",), "Did you mean scaled-dot?"),
        (("dot", "--wrt", "W"), "has no 'W'"),
        (("additive", "--wrt", "Wa"), "Did you mean W_a?"),
        (("dot", "--output", "Z"), "has no 'Z'"),
        (("dot", "--wrt", "O"), "the cotangent of O is given"),
        (("dot", "--set", "dP=1"), "there is no such input"),
        (("dot", "--set", "Q=1 0"), "no value for K, V"),
        (("multi-query", "--set", "dA=1"), "worked example"),
        (("entmax", "--set", "dO=1 0 0; 0 1 0; 0 0 1"), "in the equation for P"),
        ((*DOT, "--set", "dO=1 2"), "dO"),
        (("dot", "--equations", OWN), "not both"),
        (("--equations", OWN, "--scaled"), "write / sqrt(d_k) in your equations"),
        (("--equations", "P = softmax(Q)"), "needs the shape of each input"),
        (("dot", "--input", "Q=n d"), "--input belongs to --equations"),
        (("dot", "--code", "jax"), "'jax' is not one of"),
        (("dot", "--code", "numpy", "--format", "json"), "--code prints code"),
        ((*DOT, "--code", "numpy"), "--code prints code"),
        (("dot", "--code", "numpy", "-o", "nowhere/out.py"), "there is no directory"),
        (("dot", "--format", "pdf"), "'pdf' is not one of"),
        (("dot", "-o", "out.pdf"), "names no format"),
    ],
)
def test_bad_input_is_one_message_and_exit_status_2(arguments, words):
    result = run(*arguments, status=2)
    assert result.stdout == "" and words in result.stderr and "Traceback" not in result.stderr
