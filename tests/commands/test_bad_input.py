"""Every kind of bad input through the command line: exit status 2, one clear message, nothing written."""

import os
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from click.testing import CliRunner

from symattn.cli import main

SHAPES = ["--input", "Q=n d_k", "--input", "K=m d_k", "--input", "V=m d_v"]
REST = "\nP = softmax(S)\nO = P @ V"


def own(equations, *shapes):
    return ["derive", "--equations", equations, *(shapes or SHAPES)]


def score(right_side):
    return own(f"S = {right_side}{REST}")


DOT = ["evaluate", "dot", "--set", "K=1 0; 0 1", "--set", "V=1; 2"]


def query(text):
    return [*DOT, "--set", f"Q={text}"]


EQUATIONS = {
    "unknown function": (score("sofmax(Q @ K.T)"), "Did you mean softmax?"),
    "unknown name": (score("Q @ L.T"), "L"),
    "unbalanced bracket": (score("(Q @ K.T"), "the bracket ( is never closed"),
    "bracket too many": (score("Q @ K.T)"), "the bracket ) closes nothing"),
    "import": (score("__import__('os')"), "__import__"),
    "attribute walk": (score("Q.__class__.__mro__[1].__subclasses__()"), "in equation 1"),
    "comprehension": (score("[q for q in Q]"), "in equation 1"),
    "lambda": (score("(lambda: Q)()"), "in equation 1"),
    "tower of powers": (score("Q @ K.T * 9**9**9"), "in equation 1"),
    "huge exponent": (score("Q @ K.T * 1e999999999"), "in equation 1"),
    "huge integer": (score("Q @ K.T * " + "9" * 5000), "5000 digits"),
    "nested brackets": (score("(" * 2000 + "Q" + ")" * 2000 + " @ K.T"), "brackets inside one another deeper than"),
    "many terms": (score("Q @ K.T" + " + 1" * 50_000), "characters long; the most is"),
    "look-alike letter": (score("Q @ К.T"), "CYRILLIC CAPITAL LETTER KA"),
    "zero-width space": (score("Q @ K\u200b.T"), "ZERO WIDTH SPACE"),
    "escape sequence": (score("Q @ K.T \x1b[31m"), r"\x1b"),
    "name with a macro": (own("P = softmax(A)", "--input", r"\input=n m"), "is named"),
    "name with a tag": (own("P = softmax(A)", "--input", "<script>=n m"), "is named"),
    "look-alike name": (own("P = softmax(A)", "--input", "А=n m"), "CYRILLIC CAPITAL LETTER A"),
    "invisible name": (own("P = softmax(A)", "--input", "A\u200b=n m"), "ZERO WIDTH SPACE"),
    "shapes that do not conform": (score("Q @ K"), "Did you mean Q @ K.T?"),
    "equation named by a macro": (own("\\input = softmax(Q)", "--input", "Q=n m"), "in equation 1"),
    "equation named by a tag": (own("<script> = softmax(Q)", "--input", "Q=n m"), "in equation 1"),
    "no shape": (own("P = softmax(A)", "--input", "A=n"), "a matrix has two sizes"),
    "unused input": (own("P = softmax(Q)", "--input", "Q=n m", "--input", "K=n m"), "no equation mentions the input K"),
    "no equations": (own(" \n", "--input", "Q=n m"), "found no equations"),
    "missing file": (own("nowhere.txt", "--input", "Q=n m"), "there is no file 'nowhere.txt'"),
    "unknown result": ([*score("Q @ K.T"), "--output", "Z"], "'Z'"),
}

NUMBERS = {
    "missing input": (DOT, "Q"),
    "extra input": ([*query("1 0"), "--set", "W=1"], "there is no such input"),
    "input set twice": ([*query("1 0"), "--set", "Q=1 0"], "given twice"),
    "no value": ([*DOT, "--set", "Q"], "write NAME=VALUE"),
    "ragged": (query("1 0; 1"), "row 2 has 1 entry, row 1 has 2 entries"),
    "empty": (query(""), "found no numbers"),
    "NaN": (query("1 nan"), "the numbers of a matrix are finite"),
    "infinite": (query("1 -inf"), "the numbers of a matrix are finite"),
    "out of range": (query("1 1e400"), "range of float64"),
    "underscore": (query("1_000 0"), "without underscores"),
    "complex": (query("1 2j"), "the numbers are real"),
    "sizes that do not conform": (query("1 0 0"), "d_k"),
    "bad cell of a CSV file": (query("bad.csv"), "line 2, column 2: found 'x'"),
    "ragged CSV file": (query("ragged.csv"), "line 2 has 1 entry"),
    "empty CSV file": (query("empty.csv"), "is empty"),
    "duplicate key": (query("duplicate.json"), "has the key 'Q' twice"),
    "NaN in JSON": (query("nan.json"), "found NaN"),
    "1e400 in JSON": (query("huge.json"), "range of float64"),
    "deep JSON": (query("deep.json"), "nests lists deeper than"),
    "JSON cut off": (query("cut.json"), "not JSON"),
    "object array": (query("objects.npy"), "holds Python objects"),
    "pickle named npy": (query("pickle.npy"), "begins like a pickle"),
    "pickle named npz": (query("pickle.npz"), "not a whole .npz file"),
    "objects in npz": (query("objects.npz:Q"), "holds Python objects"),
    "zip bomb": (query("bomb.npz"), "would unpack from"),
    "complex array": (query("complex.npy"), "holds complex numbers"),
    "NaN in an array": (query("nan.npy"), "row 1, column 2: found nan"),
    "missing numbers file": (query("nowhere.csv"), "there is no file 'nowhere.csv'"),
    "directory": (query("folder.csv"), "is a directory"),
    "unknown suffix": (query("bad.xlsx"), "numbers are read from .csv"),
    "no numbers": (["evaluate", *own("P = softmax(Z)", "--input", "Z=n m")[1:]], "give --set for each input: Z (n, m)"),
}

USAGE = {
    "unknown command": (
        ["deriv"],
        "There are: derive, evaluate, compare, plot, gradient, verify, prove, audit, theorems",
    ),
    "unknown mechanism": (["derive", "scaled-dott"], "Did you mean scaled-dot?"),
    "escape in a name": (["derive", "\x1b[31mred"], r"\x1b"),
    "unknown option": (["derive", "--fromat", "text"], "--fromat"),
    "unknown format": (["derive", "--format", "pdf"], "pdf"),
    "digits out of range": (["derive", "--digits", "0"], "--digits"),
    "too many digits": (["derive", "--digits", "1000000000"], "--digits"),
    "digits that are no number": (["derive", "--digits", "many"], "--digits"),
    "name and equations": (["derive", "dot", *own("P = softmax(Q)", "--input", "Q=n m")[1:]], "not both"),
    "equations without inputs": (["derive", "--equations", "P = softmax(Q)"], "needs the shape of each input"),
    "inputs without equations": (["derive", "--input", "Q=n m"], "--input belongs to --equations"),
    "output without equations": (["derive", "dot", "--output", "S"], "--output belongs to --equations"),
    "input given twice": (own("P = softmax(Q)", "--input", "Q=n m", "--input", "Q=n m"), "given twice"),
    "scaled equations": ([*score("Q @ K.T"), "--scaled"], "write / sqrt(d_k) in your equations"),
    "no scaled form": (["derive", "cosine", "--scaled"], "dot, self-attention"),
    "unknown value": (["evaluate", "dot", "--only", "Z"], "Z"),
    "standalone text": (["derive", "--standalone"], "use latex, mathml, html, json"),
    "report in LaTeX": (["verify", "-o", "report.tex"], "use text, json"),
}

OUTPUTS = {
    "missing directory": (["derive", "-o", "nowhere/out.txt"], "there is no directory"),
    "directory as file": (["derive", "--format", "text", "-o", "folder.csv"], "is a directory; name a file in it"),
    "file as directory": (["list", "-o", "bad.csv/out.txt"], "there is no directory"),
    "unknown output suffix": (["derive", "-o", "out.pdf"], "names no format; give --format"),
    "no output suffix": (["evaluate", "-o", "out"], "has no suffix"),
    "name too long": (["list", "-o", "a" * 300 + ".txt"], "could not be written"),
}

CASES = {**EQUATIONS, **NUMBERS, **USAGE, **OUTPUTS}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder with one file of each bad kind."""
    folder = tmp_path_factory.mktemp("files")
    texts = {
        "bad.csv": "1,0\n0,x\n",
        "bad.xlsx": "PK",
        "ragged.csv": "1,0\n1\n",
        "empty.csv": "",
        "duplicate.json": '{"Q": [[1, 0]], "Q": [[0, 1]]}',
        "nan.json": "[[1, NaN]]",
        "huge.json": "[[1, 1e400]]",
        "deep.json": "[" * 10**5 + "]" * 10**5,
        "cut.json": "[[1, 0",
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    objects = np.array([[print, 1]], dtype=object)
    np.save(folder / "objects.npy", objects, allow_pickle=True)
    np.savez(folder / "objects.npz", Q=objects)
    np.save(folder / "complex.npy", np.array([[1j, 0]]))
    np.save(folder / "nan.npy", np.array([[1, np.nan]]))
    (folder / "pickle.npy").write_bytes(pickle.dumps([[1, 0]]))
    (folder / "pickle.npz").write_bytes(pickle.dumps([[1, 0]]))
    (folder / "folder.csv").mkdir()
    with (
        zipfile.ZipFile(folder / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("Q.npy", "w") as member,
    ):
        for _ in range(80):
            member.write(bytes(2**20))
    return folder


def is_one_clear_message(standard_error):
    """One line that begins with Error, or its lines of context after it; nothing a terminal would obey."""
    lines = standard_error.rstrip("\n").split("\n")
    errors = [line for line in lines if line.startswith("Error: ")]
    after = lines[lines.index(errors[0]) + 1 :] if errors else []
    return (
        len(errors) == 1
        and 20 < len(errors[0]) < 700
        and all(line.startswith("  ") for line in after)
        and all(line.isprintable() for line in lines)
        and "Traceback" not in standard_error
    )


@pytest.mark.parametrize(("arguments", "reason"), CASES.values(), ids=CASES)
def test_bad_input_ends_with_one_clear_message(files, monkeypatch, arguments, reason):
    monkeypatch.chdir(files)
    before = {entry.name: entry.stat().st_mtime_ns for entry in os.scandir(files)}
    target = [] if "-o" in arguments or arguments[0] == "deriv" else ["-o", "out.txt"]
    result = CliRunner().invoke(main, [*arguments, *target])
    assert result.exit_code == 2, result.output
    assert is_one_clear_message(result.stderr), result.stderr
    assert reason in result.stderr
    assert result.stdout == ""
    assert {entry.name: entry.stat().st_mtime_ns for entry in os.scandir(files)} == before


@pytest.mark.parametrize("place", ["file", "stdin"])
def test_a_nul_in_equations_is_refused(tmp_path, place):
    (tmp_path / "nul.txt").write_bytes(b"S = Q @ K\0.T")
    argument = str(tmp_path / "nul.txt") if place == "file" else "-"
    result = CliRunner().invoke(main, own(argument), input=b"S = Q @ K\0.T")
    assert result.exit_code == 2 and "holds a NUL" in result.stderr and is_one_clear_message(result.stderr)


def test_what_stood_in_the_output_stays_when_the_input_is_bad(files, tmp_path):
    target = tmp_path / "out.txt"
    target.write_text("kept")
    result = CliRunner().invoke(main, [*score("Q @ K"), "-o", str(target)])
    assert result.exit_code == 2 and target.read_text() == "kept" and os.listdir(tmp_path) == ["out.txt"]


IN_A_PROCESS = [
    "import",
    "deep JSON",
    "shapes that do not conform",
    "zip bomb",
    "missing directory",
    "escape in a name",
]


@pytest.mark.parametrize("case", IN_A_PROCESS)
def test_the_same_in_a_process_of_its_own(files, case):
    arguments, reason = CASES[case]
    result = subprocess.run([sys.executable, "-m", "symattn", *arguments], capture_output=True, text=True, cwd=files)
    assert result.returncode == 2 and result.stdout == ""
    assert is_one_clear_message(result.stderr) and reason in result.stderr
