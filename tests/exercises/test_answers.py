"""Answers: read exactly, compared exactly, and a wrong one told which usual mistake gives it."""

from fractions import Fraction

import pytest

from symattn.errors import InputError, LimitError, SymattnError
from symattn.exact import Element, ExactMatrix
from symattn.exercises import KINDS, check_answer, identified
from symattn.exercises import answers as reading
from symattn.exercises.answering import rows_of
from symattn.exercises.answers import read_answer
from symattn.exercises.mistaken import mistaken_values, rounded_to
from symattn.exercises.task import Exercise, Kind, Task, equations
from symattn.publishing import text

RIGHT = ("right exact", "right to a thousand digits")


def made(inputs, lines, asked, numbers, slips=()):
    return Exercise(
        Kind("made", "made", lambda draw: Task(equations(inputs, lines), numbers, asked, slips=slips)), 1, 1
    )


@pytest.fixture
def weights():
    return made(
        {"Q": "n d_k", "K": "m d_k"},
        "S = Q @ K.T / sqrt(d_k)\nP = softmax(S)",
        "P",
        {"Q": [[1, 0, 2]], "K": [[0, 1, 1], [4, 4, 0], [2, 3, 1]]},
    )


@pytest.fixture
def article():
    return made({"S": "1 m"}, "P = softmax(S)", "P", {"S": [[2, 4, 4]]})


def written(value, how):
    return "; ".join(", ".join(how(number) for number in row) for row in rows_of(value))


@pytest.mark.parametrize("name", KINDS)
def test_an_answer_is_right_as_the_key_prints_it_as_sympy_writes_it_and_in_decimals(name):
    for seed in (1, 2):
        exercise = Exercise(KINDS[name], seed, 1)
        answer = exercise.task.answer
        assert check_answer(exercise, written(answer, text)).verdict in RIGHT
        assert check_answer(exercise, written(answer, lambda number: str(number.to_sympy()))).verdict in RIGHT
        decimals = check_answer(exercise, written(answer, lambda number: f"{number.decimal(25):.9f}"))
        assert decimals.right


@pytest.mark.parametrize("name", KINDS)
def test_every_slip_of_an_exercise_is_named(name):
    exercise = Exercise(KINDS[name], 3, 1)
    task = exercise.task
    own = {slip.sentence for slip in task.slips}
    found = {each.sentence for each in mistaken_values(task)}
    assert own <= found
    for mistaken in mistaken_values(task):
        if mistaken.sentence in own:
            outcome = check_answer(exercise, written(mistaken.value, lambda number: str(number.to_sympy())))
            assert outcome.verdict == "wrong" and outcome.mistake and outcome.exit_status == 1


def test_the_worked_example_is_right_in_many_writings(article):
    for answer in (
        "1/(1 + 2*exp(2)) exp(2)/(1 + 2*exp(2)) exp(2)/(1 + 2*exp(2))",
        "1/(1+2e²), e²/(1+2e²), e²/(1+2e²)",
        "[exp(2)/(exp(2)+2*exp(4)), 1/(2+exp(-2)), 1/(2+e^-2)]",
        "[[1/(1+2*e**2), e**2/(1+2*e**2), e^(2)/(1+2*e^2)]]",
        "1 / (1 + 2 * exp(2)) exp(2) / (1 + 2 * exp(2)) exp(2)/(1 + 2 exp(2))",
        "1/(1+2e²)，e²/(1+2e²)，e²/(1+2e²)",
    ):
        assert check_answer(article, answer).verdict == "right exact", answer


def test_decimals_are_right_when_correctly_rounded_to_the_places_given(article):
    assert check_answer(article, "0.0634 0.468 0.46831").verdict == "right decimals"
    assert "correctly rounded" in str(check_answer(article, "0.063 0.468 0.468"))
    assert check_answer(article, "6.338e-2 .4683105 0.468").right
    assert check_answer(article, "0.1 0.5 0.5").verdict == "too few places"
    assert check_answer(article, "0.063 0.469 0.468").verdict == "wrong"


def test_decimals_may_have_any_number_of_places(article):
    row = article.task.answer.decimal(60)[0]
    assert check_answer(article, " ".join(map(str, row))).verdict == "right decimals"
    cuts = [check_answer(article, " ".join(str(number)[:length] for number in row)) for length in range(35, 45)]
    assert {outcome.mistake for outcome in cuts if not outcome.right} == {"slip cut off"}
    assert check_answer(article, "1e-900 0.1 0.2").verdict == "wrong"
    assert not check_answer(article, f"0.{'3' * 900} 0.1 0.2").right


def test_a_number_between_two_decimals_may_be_rounded_either_way():
    exercise = made({"a": "scalar"}, "y = a / 2", "y", {"a": Fraction("0.0025")})
    assert check_answer(exercise, "0.001").right and check_answer(exercise, "0.00125").verdict == "right exact"
    exercise = made({"a": "scalar"}, "y = a / 2", "y", {"a": Fraction("0.005")})
    assert check_answer(exercise, "0.002").right and check_answer(exercise, "0.003").right


def test_a_whole_number_is_exact_and_no_rounding():
    exercise = made({"a": "scalar"}, "y = a / 2", "y", {"a": Fraction(4, 3)})
    assert not check_answer(exercise, "1").right
    assert check_answer(exercise, "2/3").verdict == "right exact"


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        ("1/(1+2e²) e²/(1+2e²) e²/(1+2e²)", "mistake 1/√d_k missing"),
        ("0.063 0.468 0.468", "mistake 1/√d_k missing"),
        ("1 1 1", "mistake softmax over the wrong axis"),
        ("2/sqrt(3) 4/√3 4/√3", "mistake softmax missing"),
        ("0.136; 0.432; 0.432", "slip transposed"),
        ("0.136 0.431 0.431", "slip cut off"),
        ("0.432 0.136 0.432", "slip reversed"),
        ("0.1361 0.4321 0.4319", "slip near"),
    ],
)
def test_a_wrong_answer_is_told_its_mistake(weights, answer, mistake):
    assert check_answer(weights, answer).mistake == mistake


def test_the_root_of_the_model_for_that_of_a_head_is_named():
    exercise = made(
        {"X": "n d_model", "W": "d_model d_k"},
        "Q = X @ W\nS = Q @ Q.T / sqrt(d_k)\nP = softmax(S)",
        "P",
        {"X": [[1, 0, 1, 0], [0, 1, 0, 2]], "W": [[1, 0], [0, 1], [1, 1], [0, 1]]},
    )
    wrong = equations({"X": "n d_model", "W": "d_model d_k"}, "Q = X @ W\nS = Q @ Q.T / sqrt(d_model)\nP = softmax(S)")
    value = wrong.bind(exercise.task.numbers).exact("P")
    outcome = check_answer(exercise, written(value, lambda number: str(number.decimal(6))))
    assert "mistake d_model for d_k" in outcome.mistakes  # the root of 4 is that of 2 taken twice, too
    assert "another mistake" in outcome.sentences[2]


def test_a_mask_after_softmax_is_named():
    exercise = made({"S": "n m", "M": "1 m"}, "P = softmax(S, where=M)", "P", {"S": [[1, 2, 0]], "M": [[1, 0, 1]]})
    outcome = check_answer(exercise, "e/(1+e+e²) 0 1/(1+e+e²)")
    assert outcome.mistake == "mistake mask after softmax without renormalising"


def test_scores_rounded_on_the_way_are_named(weights):
    # The scores 2/√3 and 4/√3 to one decimal are 1.2 and 2.3.
    powers = [Element.of(each) for each in ("6/5", "23/10", "23/10")]
    wrong = equations({"S": "1 m"}, "P = softmax(S)").bind(S=ExactMatrix([powers])).exact("P")
    outcome = check_answer(weights, written(wrong, lambda number: str(number.decimal(5))))
    assert outcome.mistake == "slip rounded on the way"
    assert "S was rounded before going on (places after the point: 1)" in str(outcome)


def test_a_value_in_the_place_of_one_on_the_way_is_used(weights):
    task = weights.task
    assert task.bound.with_value("S", task.bound.exact("S")).exact(task.asked) == task.answer
    changed = task.bound.with_value("S", ExactMatrix.of([[0, 0, 0]]))
    assert changed.exact(task.asked) == ExactMatrix.of([["1/3", "1/3", "1/3"]])


def test_nan_is_told_to_come_of_overflow():
    outcome = check_answer(identified("shifted-softmax-3-1"), "nan nan NaN")
    assert outcome.mistake == "slip not finite" and "overflow" in str(outcome)


def test_a_decimal_of_one_place_shows_no_mistake(weights):
    assert check_answer(weights, "0.1 0.5 0.5").mistake == ""


def test_entries_that_are_not_right_are_listed_in_either_language(weights):
    shown = check_answer(weights, "0.136 0.5555 0.432")
    assert shown.sentences[1] == "Not right: row 1, column 2."
    assert "第 1 行第 2 列" in str(check_answer(weights, "0.136 0.5555 0.432", "zh"))
    assert "the shape (1, 3)" in str(check_answer(weights, "0.136 0.5555"))


def test_equality_that_is_not_decided_is_said_to_hold_for_a_thousand_digits():
    exercise = made({"p": "1 m"}, "H = exp(-rowsum(p * log(p)))", "H", {"p": [["1/5", "1/2", "3/10"]]})
    outcome = check_answer(exercise, "(1/5)**(-1/5) * (1/2)**(-1/2) * (3/10)**(-3/10)")
    assert outcome.right and not check_answer(exercise, "2.8").right


def test_equality_is_not_taken_for_granted(article, monkeypatch):
    monkeypatch.setattr(reading.Entry, "is_exactly", lambda entry, exact: True)
    assert check_answer(article, "1 2 3").right  # the check that the tests above rest on is this one


@pytest.mark.parametrize(
    ("answer", "entries"),
    [
        ("1 2; 3 4", [[1, 2], [3, 4]]),
        ("1 -2", [[1, -2]]),
        ("1 - 2", [[-1]]),
        ("1, - 2", [[1, -2]]),
        ("1/2 - 1/3 2", [[Fraction(1, 6), 2]]),
        ("2 * (1 + 2) 4", [[6, 4]]),
        ("max(1, 2), 3", [[2, 3]]),
        ("−1 ½", [[-1, Fraction(1, 2)]]),
        ("2**3", [[8]]),
        ("2³", [[8]]),
        ("√4, 2√9", [[2, 6]]),
        ("1e3", [[1000]]),
    ],
)
def test_answers_are_read(answer, entries):
    found = [[entry.value for entry in row] for row in read_answer(answer)]
    assert found == [[Element.of(each) for each in row] for row in entries]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("", "the answer is empty"),
        ("1 2; 3", "rows of an answer are of one length"),
        ("1,,2", "an entry of the answer is empty"),
        ("one", "not defined"),
        ("__import__('os').system('id')", "only the functions of the language"),
        ("1/0", "zero"),
        ("ones(2, 2), 1", "is a number"),
        ("(1", "never closed"),
    ],
)
def test_text_that_is_no_answer_is_refused(answer, message):
    with pytest.raises(SymattnError, match=message):
        read_answer(answer)


def test_answers_are_bounded():
    with pytest.raises(LimitError, match="the most is 4000"):
        read_answer("1" * 4001)
    with pytest.raises(SymattnError):
        read_answer("9**9**9")
    with pytest.raises(InputError):
        check_answer(identified("softmax-1-1"), " ")


def test_a_decimal_comma_is_refused_where_one_number_is_asked():
    with pytest.raises(InputError, match="write decimals with a point"):
        read_answer("0,5", one_number=True)
    assert len(read_answer("0,5")[0]) == 2


def test_rounding_is_half_to_even_at_any_size():
    assert str(rounded_to(Element.of("1/8"), 2)) == "0.12"
    assert str(rounded_to(Element.of("123456789123456789/2"), 1)) == "61728394561728394.5"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("answer", ["1 2", "1; 2", "5", "1 2 3; 4 5 6", "nan", "1 2 4", "0.5 0.25 0.25"])
def test_a_wrong_answer_is_called_wrong_once(article, answer, language):
    outcome = check_answer(article, answer, language)
    assert not outcome.right
    word = {"en": "Wrong:", "zh": "错误："}[language]
    assert [line.startswith(word) for line in str(outcome).splitlines()].count(True) == 1


def test_an_answer_of_another_shape_is_told_both_shapes(article):
    told = check_answer(article, "1 2").sentences[1]
    assert told.endswith("has the shape (1, 3), and the answer has (1, 2).")
