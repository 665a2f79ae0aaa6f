"""Whatever a file holds, reading it gives numbers or one InputError, never another error."""

import io
import json
import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symattn.errors import InputError
from symattn.reading import read_value


def array_file(save):
    stream = io.BytesIO()
    save(stream)
    return stream.getvalue()


GOOD = {
    "x.npy": array_file(lambda stream: np.save(stream, np.array([[0.5, 1.0], [2.0, 3.0]]))),
    "x.npz": array_file(lambda stream: np.savez_compressed(stream, X=np.array([[0.5, 1.0], [2.0, 3.0]]))),
    "x.json": json.dumps({"X": [[0.5, "1"], [2, 3e0]]}).encode(),
    "x.csv": b"0.5,1\n2,3\n",
}


def is_a_matrix(value):
    return isinstance(value, Fraction) or all(isinstance(cell, Fraction) for row in value for cell in row)


def read_or_refuse(path, data):
    path.write_bytes(data)
    try:
        assert is_a_matrix(read_value("X", str(path)))
    except InputError as error:
        assert str(error).replace("\n", "").isprintable()


@pytest.mark.parametrize("name", GOOD)
def test_a_damaged_file_is_read_or_refused(tmp_path, name):
    generator = random.Random(name)
    for _ in range(300):
        data = bytearray(GOOD[name])
        for _ in range(generator.randint(1, 4)):
            place = generator.randrange(len(data))
            change = generator.choice(("flip", "cut", "repeat"))
            if change == "flip":
                data[place] = generator.randrange(256)
            elif change == "cut":
                del data[place : place + generator.randint(1, 8)]
            else:
                data[place:place] = data[place : place + generator.randint(1, 8)]
            data = data or bytearray(b"\0")
        read_or_refuse(tmp_path / name, bytes(data))


@pytest.mark.parametrize("name", GOOD)
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=200) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_or_refused(tmp_path_factory, name, data):
    read_or_refuse(tmp_path_factory.getbasetemp() / name, data)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30) | st.text("0123456789.eE+-/;, \n_", max_size=30))
def test_any_typed_text_is_read_or_refused(text):
    try:
        assert is_a_matrix(read_value("X", text))
    except InputError as error:
        assert str(error).replace("\n", "").isprintable()
