"""Concrete sizes: whole numbers of any kind, and nothing else."""

import numpy as np
import pytest
from sympy import Integer

from symattn.errors import LimitError, ShapeError
from symattn.shapes import concrete_size


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3), Integer(3)], ids=lambda value: type(value).__name__)
def test_a_size_is_a_whole_number_of_any_kind(value):
    assert concrete_size(value, "n") == Integer(3) and isinstance(concrete_size(value, "n"), Integer)


@pytest.mark.parametrize("value", [True, np.True_, 2.0, np.float64(2), 0, np.int64(-1), "3", None], ids=repr)
def test_anything_else_is_refused(value):
    with pytest.raises(ShapeError, match="a size is a whole number of at least 1"):
        concrete_size(value, "n")


@pytest.mark.parametrize("value", [10**7, 10**5000, -(10**5000)], ids=["long", "too long to print", "and negative"])
def test_a_size_too_long_to_print_is_refused_as_one_that_is_too_large(value):
    with pytest.raises(LimitError, match="the largest size is 1000000"):
        concrete_size(value, "n")
