"""``symattn exercises`` and ``symattn check``: what they print, and their exit statuses."""

import json

import pytest
from click.testing import CliRunner

from symattn.cli import main
from symattn.exercises import identified


def run(*arguments, status=0):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == status, result.output
    return result.output


def test_a_sheet_has_so_many_exercises_and_its_key_their_solutions():
    shown = run("exercises", "--seed", "7", "--topic", "softmax", "--count", "4")
    assert [line for line in shown.splitlines() if line[:2] in ("1.", "2.", "3.", "4.")] == [
        "1. softmax-7-1",
        "2. shifted-softmax-7-2",
        "3. weights-7-3",
        "4. output-7-4",
    ]
    assert "≈" not in shown
    key = run("exercises", "--seed", "7", "--topic", "softmax", "--count", "4", "--answers")
    assert key.startswith(shown.rstrip("\n")) and key.count("4. output-7-4") == 2 and "≈" in key


def test_a_sheet_is_written_to_a_file_in_the_format_of_its_suffix(tmp_path):
    run("exercises", "--count", "3", "--lang", "zh", "-o", str(tmp_path / "sheet.html"))
    assert "<math" in (tmp_path / "sheet.html").read_text(encoding="utf-8")
    assert "练习" in (tmp_path / "sheet.html").read_text(encoding="utf-8")


def test_topics_are_listed():
    assert "temperature: entropy, perplexity, temperature, coldest" in run("exercises", "--topics")


def test_an_answer_is_checked():
    name = "alibi-3-1"
    right = str(identified(name).task.answer)
    assert run("check", name, right) == f"Right: {name} is answered exactly.\n"
    assert "正确" in run("check", name, right, "--lang", "zh")
    wrong = right.replace("exp(-", "exp(")
    assert "The penalty was added" in run("check", name, wrong, status=1)
    shown = json.loads(run("check", name, wrong, "--format", "json", status=1))
    assert shown["mistakes"] == ["slip sign of the penalty"]


def test_an_answer_may_begin_with_a_minus_sign():
    assert "Wrong" in run("check", "rope-3-1", "-1/2", status=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("check", "softmax-7", "1"), "names no exercise"),
        (("check", "sofmax-7-1", "1"), "Did you mean softmax"),
        (("check", "softmax-7-1", "one two"), "not defined"),
        (("check", "softmax-7-1"), "Missing argument"),
        (("exercises", "--topic", "nothing"), "there is no topic"),
        (("exercises", "--count", "0"), "count"),
        (("exercises", "--lang", "fr"), "lang"),
    ],
)
def test_bad_input_is_refused_with_status_2(arguments, message):
    assert message in run(*arguments, status=2)


@pytest.mark.parametrize("name", ["softmax-7-0", "softmax-7-00", "softmax-7", "softmax-7-1000000", "softmax-7--1"])
def test_an_exercise_that_no_sheet_has_is_bad_input(name):
    result = CliRunner().invoke(main, ["check", name, "1 2 3"])
    assert result.exit_code == 2 and "names no exercise" in result.stderr


def test_a_name_may_be_written_with_capitals_and_blanks():
    assert "softmax-7-1" in CliRunner().invoke(main, ["check", " Softmax-7-1 ", "1 2 3"]).stdout


@pytest.mark.parametrize("options", [["--format", "latex"], ["-o", "topics.html"]])
def test_the_topics_are_a_list_and_no_document(options, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["exercises", "--topics", *options])
    assert result.exit_code == 2 and "use text" in result.stderr and not list(tmp_path.iterdir())


def test_decimal_commas_of_several_entries_are_told():
    result = CliRunner().invoke(main, ["check", "softmax-7-1", "0,1 0,2 0,7"])
    assert result.exit_code == 2 and "the entry 0,1; write decimals with a point, as in 0.1" in result.stderr
