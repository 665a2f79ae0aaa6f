"""NumPy's files: checked before they are read, never unpickled, exact to the last bit."""

import io
import pickle
import struct
import zipfile
import zlib
from fractions import Fraction

import numpy as np
import pytest

from symattn import limits
from symattn.errors import InputError
from symattn.reading.arrays import npy_numbers, npz_numbers


def npy(array, **options):
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def npz(**arrays):
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def zipped(*members, method=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return stream.getvalue()


def header(text, version=(1, 0)):
    data = text.encode() + b"\n"
    return b"\x93NUMPY" + bytes(version) + struct.pack("<H" if version == (1, 0) else "<I", len(data)) + data


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", ">f8", "i1", "i8", ">i2", "u1", "u8", "?"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_is_read_exactly_whatever_its_type_and_layout(dtype, order):
    array = np.array([[0, 1, 1], [1, 0, 1]], dtype=dtype, order=order)
    assert npy_numbers(npy(array), "x.npy") == ((0, 1, 1), (1, 0, 1))


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", ">f8"])
def test_a_float_is_the_decimal_that_stands_for_it(dtype):
    assert npy_numbers(npy(np.array([[0.1, -2.5]], dtype=dtype)), "x.npy") == ((Fraction(1, 10), Fraction(-5, 2)),)


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_every_float_comes_back_bit_by_bit(dtype):
    bits = np.random.default_rng(0).integers(0, 2**16, (4, 400, np.dtype(dtype).itemsize // 2), dtype=np.uint16)
    array = bits.view(dtype)[..., 0]
    array = np.where(np.isfinite(array), array, 0)
    read = npy_numbers(npy(array), "x.npy")
    assert np.array_equal(np.array([[float(cell) for cell in row] for row in read]).astype(dtype), array)


def test_whole_numbers_are_read_beyond_the_digits_of_a_float():
    assert npy_numbers(npy(np.array([[2**63 - 1]])), "x.npy") == ((2**63 - 1,),)


def test_an_array_without_axes_is_a_number():
    assert npy_numbers(npy(np.float64(0.5)), "x.npy") == Fraction(1, 2)


class Payload:
    def __reduce__(self):
        return pytest.fail, ("a pickle was run",)


REFUSED = {
    "empty file": (b"", "begins like something else"),
    "text": (b"1,2\n", "begins like something else"),
    "a pickle": (pickle.dumps(Payload()), "begins like a pickle"),
    "objects": (npy(np.array([[Payload()]], dtype=object), allow_pickle=True), "holds Python objects"),
    "records": (npy(np.zeros((1, 1), dtype=[("a", "f8")])), "holds records"),
    "text cells": (npy(np.array([["1"]])), "holds text"),
    "bytes": (npy(np.array([[b"1"]])), "holds bytes"),
    "complex": (npy(np.array([[1j]])), "holds complex numbers"),
    "dates": (npy(np.array([["2020-01-01"]], dtype="M8[D]")), "holds dates"),
    "NaN": (npy(np.array([[1.0, 2.0], [3.0, np.nan]])), "row 2, column 2: found nan"),
    "infinity": (npy(np.array([[1.0], [-np.inf]])), "row 2, column 1: found -inf"),
    "NaN without axes": (npy(np.float64("nan")), "found nan"),
    "one axis": (npy(np.zeros(3)), "(1, d) for a row, (d, 1) for a column"),
    "three axes": (npy(np.zeros((1, 2, 3))), "a matrix has two axes"),
    "no rows": (npy(np.zeros((0, 3))), "at least one row and one column"),
    "truncated": (npy(np.zeros((3, 3)))[:-8], "64 bytes of numbers where its header says 72"),
    "two arrays in one file": (npy(np.zeros((1, 1))) * 2, "where its header says 8"),
    "only the magic": (b"\x93NUMPY", "header that is not NumPy's"),
    "version 9": (b"\x93NUMPY\x09\x00" + b"\0" * 100, "header of version 9"),
    "a huge header": (header("{" + " " * 20_000 + "}"), "header that is not NumPy's"),
    "a deep header": (header("(" * 9_000), "header that is not NumPy's"),
    "a header that calls": (header("__import__('os').getcwd()"), "header that is not NumPy's"),
    "no dtype": (header("{'descr': 'nope', 'fortran_order': False, 'shape': (1, 1), }"), "header that is not NumPy's"),
    "negative sizes": (header("{'descr': '<f8', 'fortran_order': False, 'shape': (-1, -1), }"), "header says"),
    "a huge shape": (
        header("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 1000000000000), }"),
        "at most 1000000",
    ),
}


@pytest.mark.parametrize(("data", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_is_no_matrix_is_refused_before_it_is_read(data, reason):
    with pytest.raises(InputError, match=r"^x\.npy") as caught:
        npy_numbers(data, "x.npy")
    assert reason in str(caught.value)


def test_an_archive_gives_the_array_of_the_inputs_name_or_the_one_named():
    data = npz(X=np.eye(2), other=np.array([[0.25]]))
    assert npz_numbers(data, "X", None, "x.npz") == ((1, 0), (0, 1))
    assert npz_numbers(data, "X", "other", "x.npz") == ((Fraction(1, 4),),)


def test_zeros_that_pack_well_are_no_bomb():
    assert len(npz_numbers(npz(X=np.zeros((300, 1000))), "X", None, "x.npz")) == 300


def bomb():
    return zipped(("X.npy", npy(np.zeros((7, 2**20)))))


def forged():
    """A member whose directory says that it unpacks to less than it does."""
    data = bytearray(zipped(("X.npy", npy(np.zeros((1000, 1000))))))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 1000)
    return bytes(data)


def boasting(size):
    data = bytearray(zipped(("X.npy", npy(np.zeros((1, 1))))))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", size)
    return bytes(data)


def flagged():
    data = bytearray(npz(X=np.eye(2)))
    place = data.rindex(b"PK\x01\x02")
    data[place + 8] |= 1
    return bytes(data)


ARCHIVES = {
    "not an archive": (b"PK nothing", "not a whole .npz file"),
    "a pickle": (pickle.dumps(Payload()), "not a whole .npz file"),
    "truncated": (npz(X=np.eye(9))[:-30], "not a whole .npz file"),
    "empty": (zipped(), "has no 'X'. It has: nothing."),
    "another name": (npz(Y=np.eye(2)), "has no 'X'. It has: Y; choose one as in X=FILE.npz:Y."),
    "objects": (npz(X=np.array([[Payload()]], dtype=object)), "X of x.npz holds Python objects"),
    "a pickle inside": (zipped(("X.npy", pickle.dumps(Payload()))), "begins like a pickle"),
    "text inside": (zipped(("X", b"1 2")), "begins like something else"),
    "too many entries": (bomb(), "at most 1000000"),
    "a forged directory": (forged(), "x.npz"),
    "more than deflate can": (boasting(2**24), "would unpack from"),
    "more than is read": (boasting(2**31), "would unpack from"),
    "encrypted": (flagged(), "encrypted"),
    "another packing": (zipped(("X.npy", npy(np.eye(2))), method=zipfile.ZIP_LZMA), "packed in a way NumPy does not"),
}


@pytest.mark.parametrize(("data", "reason"), ARCHIVES.values(), ids=ARCHIVES)
def test_an_archive_that_is_not_numpys_is_refused(data, reason):
    with pytest.raises(InputError, match=r"x\.npz") as caught:
        npz_numbers(data, "X", None, "x.npz")
    assert reason in str(caught.value)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_in_an_archive_is_refused():
    with pytest.raises(InputError, match="has 'X' 2 times; keep one of them"):
        npz_numbers(zipped(("X.npy", npy(np.eye(1))), ("X.npy", npy(np.eye(2)))), "X", None, "x.npz")
    with pytest.raises(InputError, match="has 'X' 2 times"):
        npz_numbers(zipped(("X.npy", npy(np.eye(1))), ("X", npy(np.eye(2)))), "X", None, "x.npz")


def test_a_zip_bomb_is_refused_by_its_directory_without_unpacking_it(monkeypatch):
    monkeypatch.setattr(zlib, "decompressobj", lambda *_: pytest.fail("it was unpacked"))
    monkeypatch.setattr(limits, "FILE_BYTES", 2**20)
    with pytest.raises(InputError, match=r"would unpack from .* the most is 1048576 bytes"):
        npz_numbers(bomb(), "X", None, "x.npz")


def test_too_many_members_are_refused(monkeypatch):
    monkeypatch.setattr(limits, "ARCHIVE_MEMBERS", 2)
    with pytest.raises(InputError, match="more than 2 arrays"):
        npz_numbers(npz(a=np.eye(1), b=np.eye(1), c=np.eye(1)), "a", None, "x.npz")
