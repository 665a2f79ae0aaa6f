"""From a mechanism of the library to one's own: write it out, change one equation, and everything follows."""

import pytest
from click.testing import CliRunner

from symattn.cli import main
from symattn.defining import mechanism
from symattn.mechanisms import named, names
from symattn.publishing import code
from symattn.reading import declared_within, read_declarations


def run(*arguments, **options):
    return CliRunner().invoke(main, list(arguments), **options)


@pytest.mark.parametrize("name", names())
def test_a_mechanism_written_out_is_read_back_as_itself(name):
    declared, text = declared_within(run("list", name).output)
    system = named(name)
    again = mechanism(
        system.name, read_declarations(declared), text, system.source, conventions=dict(system.conventions)
    )
    assert code(again) == code(system) and again.inputs == system.inputs and again.output == system.output
    assert [(each.name, each.axes, each.shape) for each in again] == [
        (each.name, each.axes, each.shape) for each in system
    ]


@pytest.mark.parametrize("name", ["multi-head", "grouped-query", "cbam-spatial"])
def test_conventions_are_comments_that_do_not_stand_in_the_way(name):
    written = run("list", name).output
    assert all(f"# {topic}: {text}" in written for topic, text in named(name).conventions)
    assert run("derive", "--no-check", "--equations", written).exit_code == 0


def test_one_changed_equation_gives_other_numbers_without_a_flag_more(tmp_path):
    file = tmp_path / "mine.txt"
    assert run("list", "scaled-self-attention", "-o", str(file)).exit_code == 0
    file.write_text(file.read_text().replace("sqrt(d_k)", "2"))
    result = run("derive", "--no-check", "--equations", str(file))
    assert result.exit_code == 0
    assert "(1 + 4e)/(1 + 2e)" in result.output
    assert "numbers of the worked example" in result.stderr


def test_a_mistake_in_the_file_points_at_its_line(tmp_path):
    file = tmp_path / "mine.txt"
    file.write_text("Q: n d\nK: m d\n\nS = Q @ K.T\nP = softmax(T)\n")
    result = run("evaluate", "--equations", str(file))
    assert result.exit_code == 2
    assert "in equation 2: P = softmax(T)" in result.stderr


def test_an_input_declared_in_the_text_and_as_an_option_is_refused():
    result = run("derive", "--equations", "Q: n d\nP = softmax(Q)", "--input", "Q=n d")
    assert result.exit_code == 2
    assert "the input Q is given twice" in result.stderr


def test_other_equations_of_the_same_inputs_are_not_told_as_the_eight_steps():
    result = run("derive", "--no-check", "--equations", "X: n d\nP = softmax(X @ X.T)\nO = P @ X")
    assert result.exit_code == 0
    assert "eight steps" not in result.output
    assert "P = softmax(X Xᵀ)" in result.output


def test_the_first_comment_names_the_mechanism():
    result = run("derive", "--no-check", "--equations", "# gated attention\nV: n d\nO = sigmoid(V)")
    assert result.stdout.startswith("gated attention\n===")
    hostile = run("derive", "--no-check", "--equations", "# \x1b[2J\nV: n d\nO = sigmoid(V)")
    assert hostile.exit_code == 2 or "\x1b" not in hostile.stdout
