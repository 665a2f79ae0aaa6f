"""Every node has a row in every printer, and a node without one is named together with the table it lacks."""

import pytest
from publishing_cases import A, concrete_nodes, example_of
from sympy import Symbol

from symattn.errors import LanguageError, MissingRowError
from symattn.language import parse_expression
from symattn.nodes import Node, Reduction, Softmax
from symattn.publishing import code, latex, mathml, text

TABLES = {
    latex: "publishing/shared_table.py",
    text: "publishing/shared_table.py",
    code: "language/to_code.py",
}


@pytest.mark.parametrize("kind", concrete_nodes(), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("printer", [latex, text, code, mathml])
def test_every_node_is_printed(printer, kind):
    printed = printer(example_of(kind))
    assert printed
    assert kind.__name__ not in printed


class Sparsemax(Node):
    """A node that no table knows."""

    @property
    def shape(self):
        return self.args[0].shape


class RowMedian(Reduction):
    """A reduction that the language has no word for."""


@pytest.mark.parametrize("kind", [Sparsemax, RowMedian], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("printer", TABLES)
def test_a_node_without_a_row_is_an_error_that_names_the_table(printer, kind):
    with pytest.raises(MissingRowError) as error:
        printer(Softmax(kind(A)))
    assert kind.__name__ in str(error.value)
    assert "Softmax" in str(error.value)
    assert TABLES[printer] in str(error.value)


@pytest.mark.parametrize("name", [r"\input{x}", "<script>", "a\x1b[31m", "x\u202ey", "а", "a b", "", "a__b"])
@pytest.mark.parametrize("printer", [latex, text, code, mathml])
def test_a_name_from_outside_the_language_is_refused(printer, name):
    with pytest.raises(LanguageError, match="cannot print the name"):
        printer(Symbol(name))


def test_a_value_read_is_a_value_printed():
    assert code(parse_expression("softmax(A.T)", {"A": A})) == "softmax(A.T)"
