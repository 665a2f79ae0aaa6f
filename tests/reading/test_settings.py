"""NAME=VALUE: typed numbers, files by suffix, and one clear error for each thing that is neither."""

import json
import os
from fractions import Fraction

import numpy as np
import pytest

from symattn import limits
from symattn.errors import InputError
from symattn.language.declarations import declare
from symattn.reading import read_settings, read_value
from symattn.shapes import size

INPUTS = {"X": declare("X", (size("n"), size("d"))), "tau": declare("tau", ())}
THIRDS = ((Fraction(1, 10), Fraction(1, 3)), (Fraction(-2), Fraction(0)))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_form_gives_the_same_exact_numbers(folder):
    (folder / "x.csv").write_text("0.1,1/3\n-2,0\n")
    (folder / "x.tsv").write_text("0.1\t1/3\n-2\t0\n")
    (folder / "bom.CSV").write_bytes(b"\xef\xbb\xbf0.1;1/3\r\n-2;0\r\n")
    (folder / "x.json").write_text('[[0.1, "1/3"], [-2, 0]]')
    (folder / "named.json").write_text('{"X": [["0.1", "1/3"], [-2, 0]], "tau": 1}')
    forms = [
        "0.1 1/3; -2 0",
        "x.csv",
        "./x.tsv",
        str(folder / "bom.CSV"),
        "x.json",
        "named.json",
        '[[0.1,"1/3"],[-2,0]]',
    ]
    assert [read_value("X", text) for text in forms] == [THIRDS] * len(forms)


def test_arrays_come_back_bit_by_bit(folder):
    array = np.random.default_rng(0).standard_normal((4, 3))
    np.save("x.npy", array)
    np.savez("x.npz", X=array, half=np.array([[0.5]]))
    exact = tuple(tuple(Fraction(repr(cell)) for cell in row) for row in array.tolist())
    assert read_value("X", "x.npy") == read_value("X", "x.npz") == read_value("Y", "x.npz:X") == exact
    assert read_value("X", "x.npz:half") == ((Fraction(1, 2),),)


def test_a_csv_written_by_numpy_gives_its_numbers(folder):
    array = np.random.default_rng(0).standard_normal((4, 3))
    np.savetxt("x.csv", array, delimiter=",")
    assert np.array_equal(np.array(read_value("X", "x.csv"), dtype=float), array)


def test_settings_are_fitted_to_their_inputs():
    values = read_settings(["X=1 2", "tau=1/2"], INPUTS)
    assert values == {"X": ((1, 2),), "tau": Fraction(1, 2)}
    assert read_settings(["X=3", "tau=[[2]]"], INPUTS) == {"X": ((3,),), "tau": 2}
    assert read_settings(["X=[[1]]", "tau=2"], INPUTS) == {"X": ((1,),), "tau": 2}


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (["X"], "write NAME=VALUE"),
        (["=1"], "write NAME=VALUE"),
        (["Y=1"], "--set Y: there is no such input. The inputs: X, tau."),
        (["x=1"], "Did you mean X?"),
        (["\x1b[31m=1"], r"\x1b"),
        (["X=1", "X=2"], "--set X is given twice"),
        (["tau=1 2"], "tau is a number, found a matrix of shape (1, 2)"),
        (["X="], "found no numbers"),
        (["X=1 2; 3"], "row 2 has 1 entry"),
        (["X=1 nan"], "finite"),
        (["X=abc"], "nor is there a file 'abc'"),
        (["X=[[1, NaN]]"], "finite"),
    ],
)
def test_a_wrong_setting_is_refused(settings, reason):
    with pytest.raises(InputError) as caught:
        read_settings(settings, INPUTS)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    "path", ["x.csv", "nowhere/x.csv", "my data.json", "~/none/x.npy", "x.npz:X", "../x.dat", "x.txt", "data/x"]
)
def test_a_value_that_looks_like_a_file_which_is_not_there_says_so(folder, path):
    with pytest.raises(InputError, match="there is no file") as caught:
        read_value("X", path)
    assert "looked in" in str(caught.value)


def test_numbers_with_a_stroke_or_a_point_are_no_paths(folder):
    assert read_value("X", "1/3") == ((Fraction(1, 3),),)
    assert read_value("X", "1.e5") == ((10**5,),)
    with pytest.raises(InputError, match=r"entry 1: found '1\.5x'"):
        read_value("X", "1.5x")


def test_a_file_of_another_kind_is_refused(folder):
    (folder / "x.xlsx").write_bytes(b"PK")
    (folder / "plain").write_text("1 2")
    (folder / "x.csv").mkdir()
    (folder / "utf16.csv").write_bytes("1,2\n".encode("utf-16"))
    (folder / "latin.csv").write_bytes(b"1,\xe9\n")
    (folder / "nul.csv").write_bytes(b"1,\0\n")
    os.mkfifo("pipe.csv")
    for path, reason in {
        "x.xlsx": "has the suffix '.xlsx'; numbers are read from .csv",
        "plain": "has no suffix; numbers are read from",
        "x.csv": "is a directory; name a file in it",
        "utf16.csv": "is in UTF-16; save it as UTF-8",
        "latin.csv": "byte 3 is 0xe9",
        "nul.csv": "holds a NUL",
        "pipe.csv": "is not a regular file",
        "x\0.csv": "cannot be read",
        "a" * 400 + ".csv": "cannot be read",
    }.items():
        with pytest.raises(InputError) as caught:
            read_value("X", path)
        assert reason in str(caught.value) and str(caught.value).isprintable()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(folder):
    (folder / "x.csv").write_text("1")
    (folder / "x.csv").chmod(0)
    with pytest.raises(InputError, match="may not be read"):
        read_value("X", "x.csv")


def test_permission_is_asked_of_the_system(folder, monkeypatch):
    (folder / "x.csv").write_text("1")

    def forbidden(*_):
        raise PermissionError(13, "Permission denied", "x.csv")

    monkeypatch.setattr("builtins.open", forbidden)
    with pytest.raises(InputError, match=r"'x\.csv' may not be read"):
        read_value("X", "x.csv")


def test_a_huge_file_is_refused_by_its_size_alone(folder):
    with open("x.csv", "wb") as stream:
        stream.truncate(limits.FILE_BYTES + 1)
    with pytest.raises(InputError, match=f"has {limits.FILE_BYTES + 1} bytes; the most is {limits.FILE_BYTES}"):
        read_value("X", "x.csv")


def test_json_nested_deep_in_a_file_is_refused(folder):
    (folder / "x.json").write_text(json.dumps([]).replace("[]", "[" * 10**5 + "]" * 10**5))
    with pytest.raises(InputError, match="nests lists deeper than"):
        read_value("X", "x.json")
