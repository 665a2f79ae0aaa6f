"""Families of matrices read from the command line, from JSON and from NumPy's files."""

import json
from fractions import Fraction

import numpy as np
import pytest

from symattn import mechanism
from symattn.errors import InputError, ShapeError
from symattn.nodes import symbol_for
from symattn.reading import declared_within, read_declarations, read_settings

W = symbol_for("W", (2, 2, 2))
G = symbol_for("G", (2, 3, 1, 2))
M = symbol_for("M", (2, 2))
TYPED = (((1, 0), (0, Fraction(1, 3))), ((2, 0), (0, 2)))


def settings(*texts):
    return read_settings(texts, {"W": W, "G": G, "M": M})


def test_members_are_separated_by_bars():
    assert settings("W=1 0; 0 1/3 | 2 0; 0 2") == {"W": TYPED}
    assert settings("W=1 0\n0 1/3\n|\n2 0\n0 2") == {"W": TYPED}


def test_outer_members_are_separated_by_two_bars():
    found = settings("G=1 2 | 3 4 | 5 6 || 7 8 | 9 0.5 | 11 12")["G"]
    assert found == ((((1, 2),), ((3, 4),), ((5, 6),)), (((7, 8),), ((9, Fraction(1, 2)),), ((11, 12),)))


def test_one_member_needs_no_bar():
    assert settings("W=3 4") == {"W": (((3, 4),),)}
    assert settings("G=3 4") == {"G": ((((3, 4),),),)}


@pytest.mark.parametrize(
    "text, message",
    [
        ("W=1 0 || 2 0", r"W: found \|\|; W is a family over 1 axis, whose members are separated by \|, as in"),
        ("G=1 0 ||| 2 0", r"separated by \| and \|\|"),
        ("M=1 0 | 2 0", r"M: found \|, which stands between the members of a family; M is none"),
        ("W=1 0; 0 x | 2 0", r"W\[0\], row 2, entry 2: found 'x'"),
        ("G=1 | 2 || 3 | y", r"G\[1, 1\], row 1, entry 1: found 'y'"),
        ("W=1 0 |", r"W\[1\]: found no numbers"),
        ("W=1 0; 0 | 2 0", r"W\[0\]: row 2 has 1 entry"),
    ],
)
def test_what_is_typed_wrongly_is_refused_at_its_place(text, message):
    with pytest.raises(InputError, match=message):
        settings(text)


def test_json_nests_a_list_for_each_axis():
    assert settings('W=[[[1, 0], [0, "1/3"]], [[2, 0], [0, 2]]]') == {"W": TYPED}
    assert settings('G={"G": [[[[1, 2]]]]}') == {"G": ((((1, 2),),),)}


@pytest.mark.parametrize(
    "text, message",
    [
        ("W=[[1, 0], [0, 1]]", r"W\[0\]: found a list of 2 numbers; a matrix is a list of rows"),
        ("W=[1]", r"W\[0\]: found a text '1'; a matrix is a list of rows"),
        ("W=[]", r"W is empty; a family has at least one member"),
        ("G=[[], [1]]", r"G\[0\] is empty"),
        ("G=[1]", r"G\[0\]: found a text '1'; a family is a list of matrices"),
        ("W=[[[1]], [[null]]]", r"W\[1\], row 1, column 1: found null"),
        ("W=[[[1, 2], [3]]]", r"W\[0\]: row 2 has 1 entry"),
        ("M=[[[1]]]", "a matrix has two levels of lists"),
    ],
)
def test_json_of_another_shape_is_refused(text, message):
    with pytest.raises(InputError, match=message):
        settings(text)


def array_file(folder, array, name="w.npy"):
    np.save(folder / name, array)
    return folder / name


def test_npy_files_have_the_axes_in_front(tmp_path):
    array = np.arange(12, dtype=np.float32).reshape(2, 3, 1, 2) / 10
    for each in (array, np.asfortranarray(array)):
        found = settings(f"G={array_file(tmp_path, each)}")["G"]
        assert found == tuple(
            tuple(tuple(tuple(Fraction(int(10 * x + 0.5), 10) for x in row) for row in m) for m in g) for g in array
        )
    np.savez(tmp_path / "all.npz", G=array, other=array[0, 0])
    assert settings(f"G={tmp_path / 'all.npz'}")["G"] == found


@pytest.mark.parametrize(
    "array, message",
    [
        (np.zeros((2, 2)), r"has the shape \(2, 2\); a family over 1 axis has 3 axes, rows and columns last"),
        (np.zeros((0, 2, 2)), "and a family one member"),
        (np.array([[[1.0]], [[np.nan]]]), r"member \[1\], row 1, column 1: found nan"),
    ],
)
def test_npy_files_of_another_shape_are_refused(tmp_path, array, message):
    with pytest.raises(InputError, match=message):
        settings(f"W={array_file(tmp_path, array)}")


def test_a_matrix_of_three_axes_is_refused_still(tmp_path):
    with pytest.raises(InputError, match="a matrix has two axes"):
        settings(f"M={array_file(tmp_path, np.zeros((1, 2, 2)))}")


def test_a_csv_file_holds_no_family(tmp_path):
    (tmp_path / "w.csv").write_text("1,2\n3,4\n")
    with pytest.raises(
        InputError, match=r"holds one matrix, and W is a family of matrices; give them in .json or .npy"
    ):
        settings(f"W={tmp_path / 'w.csv'}")
    assert settings(f"M={tmp_path / 'w.csv'}") == {"M": ((1, 2), (3, 4))}


def test_too_many_numbers_are_refused():
    many = json.dumps([[[1] * 1001] * 1000])
    with pytest.raises(InputError, match="at most 1000000"):
        settings(f"W={many}")


def test_equations_declare_families_and_sums_of_sizes():
    text = """# heads
X: n d
W_Q: H d d_k
w: 2*r+1 1  # offsets
Q[h] = X @ W_Q[h]
C = concat(h, Q[h][:,
d:d+1]) * rowsum(w.T)"""
    declarations, equations = declared_within(text)
    assert read_declarations(declarations) == {"X": "n d", "W_Q": "H d d_k", "w": "2*r+1 1"}
    assert equations.splitlines()[4].startswith("Q[h]") and equations.splitlines()[6] == "d:d+1]) * rowsum(w.T)"


def test_a_family_that_was_read_is_bound():
    heads = mechanism("heads", inputs={"X": "n d", "W": "H d d_k"}, equations="Q[h] = X @ W[h]\nC = concat(h, Q[h])")
    read = read_settings(["X=1 2", "W=1 0; 0 1/2 | 2 0; 0 2"], heads.inputs)
    assert [str(entry) for entry in heads.bind(read)["C"]] == ["1", "1", "2", "4"]
    with pytest.raises(ShapeError, match=r"one shape; \[0\] is \(1, 2\), \[1\] is \(2, 2\)"):
        heads.bind(read_settings(["X=1 2", "W=1 0 | 2 0; 0 2"], heads.inputs))
