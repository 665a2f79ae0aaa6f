"""A user's own equations from text, a file or standard input, and the shapes of their inputs."""

import io
import sys
from types import SimpleNamespace

import pytest

from symattn.errors import InputError
from symattn.reading import read_declarations, read_equations

EQUATIONS = "S = Q @ K.T\nP = softmax(S)\n"


def standard_input(monkeypatch, data):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))


def test_text_file_and_standard_input_give_the_same(tmp_path, monkeypatch):
    file = tmp_path / "a=b.txt"
    file.write_bytes(b"\xef\xbb\xbf" + EQUATIONS.encode())
    standard_input(monkeypatch, EQUATIONS.encode())
    assert read_equations(EQUATIONS) == read_equations(str(file)) == read_equations("-") == EQUATIONS


@pytest.mark.parametrize(
    ("argument", "reason"),
    [
        ("nowhere.txt", "there is no file 'nowhere.txt'"),
        ("softmax(Q)", "equations can be given themselves, as in --equations 'P = softmax(Q @ K.T)'"),
        ("/", "is a directory"),
        ("\n", "found no equations"),
        ("/dev/zero", "is not a regular file"),
        ("\x1b[31m", r"\x1b"),
        ("x\0", "cannot be read"),
    ],
)
def test_what_is_neither_is_refused(argument, reason):
    with pytest.raises(InputError) as caught:
        read_equations(argument)
    assert reason in str(caught.value)


@pytest.mark.parametrize("argument", ["nowhere.txt", "\n"])
def test_a_message_names_the_option_that_was_given(argument):
    with pytest.raises(InputError) as caught:
        read_equations(argument, "--claim-file")
    assert "--claim-file" in str(caught.value) and "--equations" not in str(caught.value)


def test_a_huge_or_binary_file_is_refused(tmp_path, monkeypatch):
    (tmp_path / "huge.txt").write_text("# " * 10**5)
    (tmp_path / "binary.txt").write_bytes(b"\x93NUMPY")
    with pytest.raises(InputError, match="the most is"):
        read_equations(str(tmp_path / "huge.txt"))
    with pytest.raises(InputError, match="is not text in UTF-8"):
        read_equations(str(tmp_path / "binary.txt"))
    standard_input(monkeypatch, b"x" * 10**6)
    with pytest.raises(InputError, match="on standard input, the most that is read"):
        read_equations("-")


def test_shapes_are_declared_by_name():
    assert read_declarations(["Q=n d_k", " tau =scalar"]) == {"Q": "n d_k", "tau": "scalar"}


@pytest.mark.parametrize(
    ("declarations", "reason"),
    [(["Q"], "write NAME=SHAPE"), (["=n d"], "write NAME=SHAPE"), (["Q=n d", "Q=n m"], "the input Q is given twice")],
)
def test_a_wrong_declaration_is_refused(declarations, reason):
    with pytest.raises(InputError, match=reason):
        read_declarations(declarations)
