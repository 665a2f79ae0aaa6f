"""``symattn bench``: the table on standard output, progress on standard error, and one message for bad input."""

import json

import pytest
from click.testing import CliRunner

from symattn import writing
from symattn.benching import budgeting, running
from symattn.benching.contestants import Contestant
from symattn.benching.machine import Rates
from symattn.cli import main
from symattn.commands import benchmarking


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Rates are given, not measured, and torch is as if it were not installed."""
    monkeypatch.setattr(running, "probes", lambda *_: {})
    monkeypatch.setattr(running, "rates_of", lambda *_: Rates("float32", 1, 4e10, 2e10, 1e9, "exp2"))
    monkeypatch.setattr("symattn.benching.entering.is_installed", lambda library: library != "torch")


QUICK = ("-n", "8,16", "--features", "4", "--repeat", "1", "--no-memory", "--threads", "1")


def bench(*arguments):
    return CliRunner().invoke(main, ["bench", *arguments])


def test_the_table_goes_to_standard_output():
    result = bench("causal", *QUICK)
    assert result.exit_code == 0
    assert "8  NumPy direct" in result.stdout and "16  textbook NumPy" in result.stdout
    assert "causal" in result.stdout and "1 head, 4 features, 1 thread" in result.stdout
    assert "torch SDPA: torch is not installed" in result.stdout


def test_everything_is_said_in_chinese_on_request(tmp_path, monkeypatch):
    picture = tmp_path / "bench.svg"
    result = bench("causal", *QUICK, "--lang", "zh", "--plot", str(picture))
    assert result.exit_code == 0 and result.stdout.startswith("因果注意力：前向传播，float32")
    assert "torch SDPA：未安装 torch：pip install" in result.stdout and "计算方式" in result.stdout
    assert "毫秒" in picture.read_text(encoding="utf-8")
    monkeypatch.setattr(budgeting, "available_bytes", lambda: 10)
    result = bench("causal", *QUICK, "--strategies", "direct", "--lang", "zh", "--plot", str(picture))
    assert "没有测得任何结果，因此没有绘制" in result.stderr and "得分矩阵" in result.stdout


def test_own_equations_have_their_own_sizes_and_peers(tmp_path):
    equations = "Q: n d\nK: m d\nV: m e\nP = softmax(Q @ K.T / 2)\nO = P @ V"
    result = bench(
        "--equations",
        equations,
        *QUICK,
        "--strategies",
        "direct",
        "--size",
        "e=3",
        "--dtype",
        "float64",
        "--format",
        "json",
    )
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["settings"]["sizes"] == {"e": 3} and found["settings"]["dtype"] == "float64"
    assert {row["name"] for row in found["rows"]} == {"NumPy direct", "textbook NumPy", "NumPy in place"}
    assert found["rows"][0]["operations"] == 2 * 8 * 8 * (4 + 3)


def test_results_and_pictures_go_to_files(tmp_path):
    table, picture = tmp_path / "bench.json", tmp_path / "bench.svg"
    result = bench(*QUICK, "-o", str(table), "--plot", str(picture))
    assert result.exit_code == 0 and result.stdout == ""
    assert json.loads(table.read_text())["mechanism"] == "scaled dot-product attention"
    assert "milliseconds" in picture.read_text() and "prefers-color-scheme" in picture.read_text()


def test_gradients_are_timed_on_request():
    result = bench("causal", *QUICK, "--backward")
    assert result.exit_code == 0
    assert "forward and backward" in result.stdout and "NumPy direct" in result.stdout


def test_a_wrong_contestant_is_status_1(monkeypatch):
    right = Contestant.results
    monkeypatch.setattr(
        Contestant, "results", lambda self, found: {name: value + 1 for name, value in right(self, found).items()}
    )
    result = bench(*QUICK)
    assert result.exit_code == 1
    assert "WRONG" in result.stdout


def test_ctrl_c_ends_with_what_was_measured(monkeypatch, tmp_path):
    timed, calls = running._Run._timed, []

    def interrupted(self, n, *given):
        calls.append(n)
        if n == 16:
            raise KeyboardInterrupt
        return timed(self, n, *given)

    monkeypatch.setattr(running._Run, "_timed", interrupted)
    result = bench(*QUICK)
    assert result.exit_code == 130
    assert "8  NumPy direct" in result.stdout and "16  NumPy direct" not in result.stdout
    assert "Interrupted: these are the rows that were measured before." in result.stderr


def test_nothing_measured_draws_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(budgeting, "available_bytes", lambda: 10)
    picture = tmp_path / "bench.svg"
    result = bench(*QUICK, "--strategies", "direct", "--plot", str(picture))
    assert result.exit_code == 0 and not picture.exists()
    assert "was not drawn" in result.stderr and "its score matrix" in result.stdout


def test_a_picture_that_cannot_be_written_is_refused_before_the_measuring(monkeypatch, tmp_path):
    def refused(*_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(benchmarking, "benchmark", None)
    monkeypatch.setattr(writing.os, "open", refused)
    result = bench(*QUICK, "--plot", str(tmp_path / "bench.svg"))
    assert result.exit_code == 2 and result.stdout == ""
    assert result.stderr.startswith("Error: --plot '") and "Read-only file system" in result.stderr


def test_a_picture_that_cannot_be_written_after_all_is_called_by_its_option(monkeypatch, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    right = benchmarking.benchmark

    def measured(*given):
        folder.rmdir()
        return right(*given)

    monkeypatch.setattr(benchmarking, "benchmark", measured)
    result = bench(*QUICK, "--strategies", "direct", "--plot", str(folder / "bench.svg"))
    assert result.exit_code == 2 and "8  NumPy direct" in result.stdout
    assert result.stderr.startswith(f"Error: --plot '{folder / 'bench.svg'}': there is no directory")


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("-n", "12,x"), "-n '12,x': 'x' is no whole number above 0"),
        (("-n", "0"), "'0' is no whole number above 0"),
        (("-n", ""), "is no whole number above 0"),
        (("-n", "9999999"), "the most is 1000000"),
        (("--size", "d_k"), "--size 'd_k' is no size: a name and a whole number from 1 on, as in --size d_a=32"),
        (("--size", "n=7"), "the number of tokens is given with -n"),
        (("--seconds", "nan"), "--seconds asks for a number of seconds, found nan"),
        (("--size", "d_k=0"), "a size is from 1 to"),
        (("--size", "d_x=3"), "has no size d_x; it has: n, d_k, m, d_v"),
        (("--strategies", "tiles"), "there is no strategy 'tiles'"),
        (("--dtype", "bfloat16"), "is for --device cuda"),
        (("--plot", "x.gif"), "--plot 'x.gif' has the suffix 'gif'"),
        (("--plot", "/nowhere/x.svg"), "--plot '/nowhere/x.svg': there is no directory"),
        (("-o", "x.html"), "does not print"),
        (("no-such-thing",), "no-such-thing"),
        (("--input", "Q=n d"), "--input belongs to --equations"),
        (("dot", "--equations", "O = Q"), "not both"),
        (("--heads", "0"), "--heads"),
        (("--seconds", "0"), "--seconds"),
        (("--threads", "many"), "--threads"),
    ],
)
def test_bad_input_is_one_message_and_status_2(arguments, message):
    result = bench(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr and "Traceback" not in result.stderr
    assert result.stdout == ""


def test_a_gpu_that_is_not_there_is_refused(monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    result = bench("--device", "cuda")
    assert result.exit_code == 2 and "no CUDA device is at hand" in result.stderr
