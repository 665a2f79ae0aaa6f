"""Masks of true and false, or of 1 and 0, come out as the same numbers from wherever they are read."""

import json

import numpy as np
import pytest

from symattn.errors import InputError
from symattn.reading import read_value

MASK = ((1, 0, 1), (0, 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        "1 0 1; 0 1 1",
        "true false true; false true true",
        "True, False, 1; 0, TRUE, true",
        "[[true, false, true], [0, 1, true]]",
        '{"M": [[1, 0, 1], [false, "true", 1]]}',
    ],
)
def test_a_mask_that_is_typed(text):
    assert read_value("M", text) == MASK


@pytest.mark.parametrize("dtype", [bool, int, float])
@pytest.mark.parametrize("kind", ["csv", "json", "npy", "npz"])
def test_a_mask_in_a_file(tmp_path, kind, dtype):
    array, file = np.array(MASK, dtype=dtype), tmp_path / f"mask.{kind}"
    if kind == "csv":
        file.write_text("\n".join(",".join(map(str, row)) for row in array.tolist()))
    elif kind == "json":
        file.write_text(json.dumps(array.tolist()))
    elif kind == "npy":
        np.save(file, array)
    else:
        np.savez(file, M=array)
    assert read_value("M", str(file)) == MASK


@pytest.mark.parametrize("text", ["yes no", "[[null]]", "truth false", "not true"])
def test_other_words_are_no_mask(text):
    with pytest.raises(InputError, match="found"):
        read_value("M", text)
