"""Tables of numbers in formulas: written as rows, read as stacks."""

import pytest

from symattn.deriving import Derivation
from symattn.deriving.rules import definition
from symattn.deriving.tables import in_language
from symattn.errors import LanguageError, RefutedError, UnknownNameError


def test_formulas_without_tables_stay_as_they_are():
    assert in_language("A[0:1, :] @ B") == "A[0:1, :] @ B"


def test_a_table_is_a_product_of_numbers():
    chain = Derivation("a product", "[[1, 2], [3, 4]] @ B", {}, "B = [[t, 0], [0, 1]]\n".replace("t", "5"))
    chain = chain.to("[[5, 2], [15, 4]]", by=definition)
    assert chain.evidence == "proved"
    with pytest.raises(RefutedError):
        chain.to("[[5, 2], [15, 3]]", by=definition)


def test_entries_may_be_formulas_of_scalars():
    chain = Derivation("a row", "[[u, u**2]]", {"t": "scalar"}, "u = exp(t)")
    assert chain.to("exp([[t, 2 * t]])", by=definition).evidence == "proved"


@pytest.mark.parametrize("text", ["[[1, 2], [3]]", "[[1], 2]", "[[]]"])
def test_rows_of_different_lengths_are_refused(text):
    with pytest.raises(LanguageError, match="rows of one length"):
        in_language(text)


def test_mistakes_elsewhere_are_the_language_s_to_tell():
    with pytest.raises(LanguageError):
        Derivation("a mistake", "[[1, 2]] @", {"A": "n m"})
    with pytest.raises(UnknownNameError):
        Derivation("a mistake", "[[1, z]]", {"A": "n m"})
