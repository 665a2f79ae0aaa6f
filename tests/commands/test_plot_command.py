"""``symattn plot``: SVG to standard output, every format to a file, clear messages for what cannot be drawn."""

import subprocess
import sys
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from symattn.cli import main
from symattn.examples import worked_example

DOT = ["dot", "--set", "Q=1 0", "--set", "K=1 0; 1/2 1", "--set", "V=1; 2"]


def run(*arguments):
    return CliRunner().invoke(main, ["plot", *arguments])


@pytest.mark.parametrize("kind", ["weights", "score-weight", "temperature", "saturation", "scaled"])
def test_every_kind_is_printed_as_svg(kind):
    result = run(*DOT, "--kind", kind)
    assert result.exit_code == 0, result.output
    assert ElementTree.fromstring(result.stdout).get("role") == "img"


def test_without_a_name_it_is_the_scaled_worked_example():
    assert run().stdout == worked_example("scaled-self-attention").plot().to("svg")
    assert run("--unscaled").stdout == worked_example("self-attention").plot().to("svg")


def test_labels_and_digits_are_those_asked_for():
    words = "".join(ElementTree.fromstring(run("--tokens", "the <b>cat</b> sat", "--digits", "6").stdout).itertext())
    assert "query <b>cat</b>, key the: " in words
    assert "0.136126" in words


@pytest.mark.parametrize(("suffix", "start"), [("svg", b"<svg"), ("pdf", b"%PDF"), ("png", b"\x89PNG")])
def test_a_file_has_the_format_of_its_suffix(tmp_path, suffix, start):
    path = tmp_path / f"weights.{suffix}"
    assert run(*DOT, "-o", str(path)).exit_code == 0
    assert path.read_bytes().startswith(start)


def test_a_format_that_is_named_goes_before_the_suffix(tmp_path):
    path = tmp_path / "weights.picture"
    assert run(*DOT, "--format", "png", "-o", str(path)).exit_code == 0
    assert path.read_bytes().startswith(b"\x89PNG")


def test_equations_of_ones_own_are_drawn():
    result = run("--equations", "P = softmax(S, where=causal)", "--input", "S=n m", "--set", "S=1 2; 3 4")
    assert result.exit_code == 0
    assert "not allowed" in result.stdout


def test_a_picture_in_chinese():
    words = "".join(ElementTree.fromstring(run(*DOT, "--lang", "zh").stdout).itertext())
    assert "点积注意力：注意力权重" in words
    assert "d_k，即查询和键的维数" in run("rope", "--kind", "saturation", "--lang", "zh").stdout


def test_saturation_needs_no_numbers():
    assert run("rope", "--kind", "saturation").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rope"], "has no numbers yet"),
        (["linear"], "no attention weights"),
        (["dot", "--kind", "pie"], "pie"),
        (["dot", "--lang", "fr"], "'en', 'zh'"),
        (["dot", "--tokens", "one two"], "3 queries and 2 labels: one, two."),
        (["dot", "--tokens", ""], "3 queries and 0 labels."),
        (["dot", "--tokens", "one"], "3 queries and 1 label: one."),
        (["rope", "--kind", "saturation", "--value", "P"], "shows no other"),
        (["dot", "--format", "pdf"], "give -o FILE"),
        (["dot", "-o", "picture.gif"], "drawn as .svg, .pdf, .png"),
        (["dot", "-o", "no/such/folder/x.svg"], "no directory"),
        (["dot", "--value", "Z"], "Z"),
        (["sigmoid", "--kind", "temperature"], "draws its weights"),
    ],
)
def test_what_cannot_be_drawn_is_one_message(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output
    assert not list(tmp_path.iterdir())


def test_a_label_that_fills_the_page_is_shortened_and_nothing_else_is_said(tmp_path):
    path = tmp_path / "weights.pdf"
    done = subprocess.run(
        [sys.executable, "-m", "symattn", "plot", *DOT, "--keys", "a" * 150 + " b", "-o", str(path)],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "") and path.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("suffix", ["pdf", "png"])
def test_fonts_that_are_looked_at_write_nothing(tmp_path, suffix):
    path = tmp_path / f"weights.{suffix}"
    done = subprocess.run(
        [sys.executable, "-m", "symattn", "plot", *DOT, "--keys", "𒀀 b", "-o", str(path)],
        capture_output=True,
        text=True,
    )
    if done.returncode:  # a computer with a font of cuneiform draws it
        assert done.stderr.startswith("Error: no installed font has 𒀀 (U+12000)") and done.stderr.count("\n") == 1
        assert not path.exists()
    else:
        assert done.stderr == ""
