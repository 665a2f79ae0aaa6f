"""Exercises: what they ask is what plain loops compute, the same in every run, in every format and both languages."""

import json
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner
from exercise_witnesses import WITNESSES, witness

from symattn.auditing.mistakes import ROWS
from symattn.cli import main
from symattn.errors import InputError, LimitError, UnknownNameError
from symattn.exercises import KINDS, LANGUAGES, chosen, identified, sheet, topics
from symattn.exercises.answering import rows_of
from symattn.exercises.drawing import Draw
from symattn.exercises.task import Exercise, Kind, Slip, Task, equations
from symattn.exercises.wording import SENTENCES

SEEDS = (1, 2, 3, 4)


def answer_of(exercise):
    return np.array([[float(number.decimal(17)) for number in row] for row in rows_of(exercise.task.answer)])


@pytest.mark.parametrize("name", KINDS)
def test_every_answer_is_that_of_plain_loops(name):
    for seed in SEEDS:
        exercise = Exercise(KINDS[name], seed, 1)
        tolerance = 1e-7 if name.endswith(("gradient", "rate")) else 1e-9
        np.testing.assert_allclose(answer_of(exercise), witness(exercise), rtol=tolerance, atol=tolerance)


def test_a_wrong_equation_is_seen_by_plain_loops():
    def drawn(draw):
        right = KINDS["weights"].draw(draw)
        wrong = equations({"Q": "n d_k", "K": "m d_k"}, "S = Q @ K.T\nP = softmax(S)")
        return Task(wrong, right.numbers, "P")

    exercise = Exercise(Kind("weights", "softmax", drawn), 1, 1)
    assert np.abs(answer_of(exercise) - witness(exercise)).max() > 1e-3


def test_there_is_a_witness_for_each_type_and_no_other():
    assert set(WITNESSES) == set(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_each_slip_of_an_exercise_gives_another_value(name):
    for seed in SEEDS:
        task = Exercise(KINDS[name], seed, 1).task
        assert all(task.shows(slip) for slip in task.slips)


def test_a_slip_without_effect_is_seen():
    task = Exercise(KINDS["softmax"], 1, 1).task
    assert not task.shows(Slip("slip sign of the scores", {"P": "softmax(S + 1)"}))


def test_numbers_differ_between_seeds_and_places():
    drawn = {str(identified(name).task.numbers) for name in ("projections-1-1", "projections-2-1", "projections-1-2")}
    assert len(drawn) == 3


def test_the_same_seed_gives_the_same_sheet_in_another_process():
    code = "from symattn.exercises import chosen, sheet; print(sheet(chosen(7, (), 12), 'en', True).to('text'), end='')"
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env={"PYTHONHASHSEED": seed})
        for seed in ("1", "2")
    ]
    assert runs[0].stdout == runs[1].stdout
    assert runs[0].stdout.decode() == sheet(chosen(7, (), 12), "en", True).to("text")


def test_an_exercise_of_a_longer_sheet_is_that_of_a_shorter_one():
    short, long = chosen(7, ["gradients"], 3), chosen(7, ["gradients"], 9)
    assert [each.name for each in long[:3]] == [each.name for each in short]


def test_a_sheet_without_answers_does_not_hold_them():
    exercises = chosen(7, ["softmax"], 2)
    shown = sheet(exercises).to("json")
    assert {stage["name"] for stage in json.loads(shown)["stages"]} == {"softmax-7-1: S", "shifted-softmax-7-2: S"}
    assert "e^{" not in shown and "softmax-7-1: P" in sheet(exercises, answers=True).to("json")


@pytest.mark.parametrize("format", ["text", "latex", "mathml", "markdown", "json"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_type_is_printed_in_every_format_and_language(format, language):
    exercises = [Exercise(kind, 5, 1) for kind in KINDS.values()]
    shown = sheet(exercises, language, answers=True).to(format)
    assert all(exercise.name in shown.replace("\\", "") for exercise in exercises)


def test_every_audited_mistake_has_its_sentence_in_each_language():
    for table in LANGUAGES.values():
        assert {name for name in table if name.startswith("mistake ")} == {
            "mistake made",
            "mistake also",
            *(f"mistake {row.name}" for row in ROWS),
        }


def test_every_sentence_of_a_type_is_in_the_tables_and_none_is_idle():
    used = {"ask variance"}
    for kind in KINDS.values():
        for seed in range(1, 13):
            task = Exercise(kind, seed, 1).task
            used |= {task.question or kind.question, *(slip.sentence for slip in task.slips)}
            used |= {task.remark} if task.remark else set()
    written = {name for name in LANGUAGES["en"] if name.startswith(("ask ", "slip ", "remark "))}
    general = {
        "slip transposed",
        "slip reversed",
        "slip cut off",
        "slip rounded on the way",
        "slip near",
        "slip not finite",
    }
    assert not used - set(LANGUAGES["en"])
    assert written - general - used <= {"ask parameters", "remark ties", "remark no ties"}


def test_a_sentence_or_a_place_that_is_missing_is_an_error():
    with pytest.raises(UnknownNameError, match="missing in the table"):
        SENTENCES.told("en", "no such sentence")
    with pytest.raises(UnknownNameError, match="place 'name'"):
        SENTENCES.said("en", "wrong")
    with pytest.raises(InputError, match="There are: en, zh"):
        SENTENCES.said("fr", "wrong")


def test_topics_hold_every_type_once():
    listed = [kind.name for kinds in topics().values() for kind in kinds]
    assert sorted(listed) == sorted(KINDS)


def test_a_topic_a_type_and_several_are_chosen():
    assert {each.kind.topic for each in chosen(1, ["masks"], 4)} == {"masks"}
    assert {each.kind.name for each in chosen(1, ["entmax"], 3)} == {"entmax"}
    assert {each.kind.topic for each in chosen(1, ["masks", "tiles"], 4)} == {"masks", "tiles"}
    assert len({each.kind.name for each in chosen(1, (), len(KINDS))}) == len(KINDS)


@pytest.mark.parametrize(
    ("seed", "wanted", "total", "error", "message"),
    [
        (1, ["sofmax"], 1, InputError, "Did you mean softmax"),
        (-1, [], 1, InputError, "seed = -1"),
        (1, [], 0, InputError, "count = 0"),
        (1, [], 1001, LimitError, "the most is 1000"),
    ],
)
def test_what_cannot_be_chosen_is_refused(seed, wanted, total, error, message):
    with pytest.raises(error, match=message):
        chosen(seed, wanted, total)


@pytest.mark.parametrize("name", ["softmax", "softmax-7", "softmax-7-x", "", "softmax-7-1-", "softmax-７-1"])
def test_a_name_of_another_form_is_refused(name):
    with pytest.raises(InputError, match="such as softmax-7-3"):
        identified(name)


def test_a_name_of_no_type_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean softmax"):
        identified("sofmax-7-3")


def test_draws_keep_their_word():
    for seed in range(30):
        draw = Draw(str(seed))
        assert sum(draw.distribution(3)) == 1 and min(draw.distribution(4)) > 0
        drawn = draw.matrix(3, 3)
        assert all(map(any, drawn)) and drawn != [list(column) for column in zip(*drawn, strict=True)]
        assert len(set(draw.row(3, 0, 1))) == 2


def test_a_sheet_in_chinese_is_chinese_in_latex_too():
    sheet = CliRunner().invoke(main, ["exercises", "--lang", "zh", "--count", "2", "--format", "latex", "--standalone"])
    assert sheet.exit_code == 0 and "ctex" in sheet.output and "[U+" not in sheet.output
