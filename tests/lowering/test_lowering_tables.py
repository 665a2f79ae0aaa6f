"""Every node has a row in every target's table; a node that has none gets an error that names the table."""

import pytest
from lowering_cases import NODE_FORMULAS, NODE_INPUTS, system
from sympy import MatrixSymbol

from symattn.equations import Equation, EquationSystem
from symattn.errors import MissingRowError
from symattn.lowering import TARGETS, lambdify_system
from symattn.nodes import (
    Arithmetic,
    ByRowAndColumn,
    ElementwiseFunction,
    MatrixProduct,
    Node,
    OverAllowedKeys,
    OverAnIndex,
    Reduction,
    Softmax,
)

ABSTRACT = {Arithmetic, ByRowAndColumn, ElementwiseFunction, OverAllowedKeys, OverAnIndex, Reduction}


def concrete_nodes(kind=Node):
    for child in kind.__subclasses__():
        if child not in ABSTRACT and child.__module__.startswith("symattn.nodes."):
            yield child
        yield from concrete_nodes(child)


class Unknown(Node):
    """A node that no table knows."""

    def __new__(cls, scores):
        return super().__new__(cls, scores)

    @property
    def shape(self):
        return self.args[0].shape


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
@pytest.mark.parametrize("node", list(concrete_nodes()), ids=lambda node: node.__name__)
def test_every_node_has_a_row(target, node):
    assert node in target.rows


@pytest.mark.parametrize("node", list(concrete_nodes()), ids=lambda node: node.__name__)
def test_every_node_is_among_the_cases_that_are_computed(node):
    case = system(f"Y = {NODE_FORMULAS[node.__name__]}", **NODE_INPUTS)
    assert case["Y"].has(node)


@pytest.mark.parametrize("target", TARGETS)
def test_a_node_without_a_row_names_the_table_and_what_it_is_inside(target):
    S = MatrixSymbol("S", 2, 3)
    inside = EquationSystem("case", (S,), (Equation("O", Softmax(Unknown(S))),), "O")
    with pytest.raises(MissingRowError) as caught:
        lambdify_system(inside, target)
    assert str(caught.value) == f"{target} cannot lower Unknown, inside Softmax; add a row to lowering/{target}.py"
    alone = EquationSystem("case", (S,), (Equation("O", Unknown(S)),), "O")
    with pytest.raises(MissingRowError, match=f"{target} cannot lower Unknown; add a row"):
        lambdify_system(alone, target)


def test_a_product_of_a_node_without_a_row_is_refused_too():
    S = MatrixSymbol("S", 2, 2)
    made = EquationSystem("case", (S,), (Equation("O", MatrixProduct(Unknown(S), S)),), "O")
    with pytest.raises(MissingRowError, match="inside MatrixProduct"):
        lambdify_system(made)
