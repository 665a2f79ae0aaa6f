"""Every row of the cotangent and of the tangent table, and every rule of simplifying, proved for every size."""

from dataclasses import replace

import pytest
from cotangent_rows import Instance, by_row, instances
from sympy import MatrixSymbol, Symbol, Transpose, ZeroMatrix

import symattn.nodes as nodes
from symattn.calculus import COTANGENT
from symattn.calculus.simplifying import instances as rule_instances
from symattn.equations import Equation, EquationSystem
from symattn.nodes import FamilySymbol, full_shape, index
from symattn.nodes.base import is_index
from symattn.proof import prove_values
from symattn.proof.chain_rule import ReverseMode, prove_backward
from symattn.proof.forward_mode import prove_tangents
from symattn.proof.gradients import prove_gradients
from symattn.shapes import size

ROWS = by_row()
NAMES = {"ids": lambda node: node.__name__}


def open_ones(found):
    """The names whose derivatives are not proved, with the reason."""
    return {name: argument.reason for name, argument in found.arguments.items() if not argument.holds}


def test_every_row_has_instances():
    assert set(ROWS) == set(COTANGENT)


@pytest.mark.parametrize("node", COTANGENT, **NAMES)
def test_a_row_is_proved_as_it_stands_in_the_table(node):
    for each in ROWS[node]:
        found = prove_backward(each.reverse_mode())
        assert open_ones(found) == {}, str(each)
        assert set(found.arguments) == set(each.arguments)


@pytest.mark.parametrize("node", [node for node in COTANGENT if node is not nodes.Entmax], **NAMES)
def test_the_backward_pass_of_one_node_is_proved(node):
    for each in ROWS[node]:
        if each.arguments:
            assert prove_gradients(each.system, wrt=each.arguments).kind == "proved", str(each)


@pytest.mark.parametrize("node", COTANGENT, **NAMES)
def test_the_forward_mode_of_one_node_is_proved(node):
    for each in ROWS[node]:
        if each.arguments:
            assert prove_tangents(each.system, wrt=list(each.arguments)).kind == "proved", str(each)


def summed_over_members(each: Instance) -> Instance | None:
    """A node over members of families, summed over their index."""
    if not each.axes or each.axes[0][0] != index("h"):
        return None
    ((symbol, length),) = each.axes
    return Instance(nodes.IndexSum(each.node, symbol, length))


@pytest.mark.parametrize("node", [node for node in COTANGENT if node is not nodes.Entmax], **NAMES)
def test_a_node_over_a_bound_index_is_proved(node):
    for each in ROWS[node]:
        summed = summed_over_members(each)
        if summed is not None:
            inputs = tuple(each.system.input_symbols)
            system = EquationSystem("a sum", inputs, (summed.forward,), summed.forward.name)
            names = [name for name in each.arguments if system.shape(name)]
            assert prove_gradients(system, wrt=names).kind == "proved", str(each)


def with_a_wrong_sign(each: Instance, name: str) -> ReverseMode:
    """The claim of a row with the sign of one cotangent wrong."""
    claimed = each.claimed()
    wrong = {**claimed, name: replace(claimed[name], expression=nodes.Negation(claimed[name].expression))}
    return ReverseMode.of(each.whole(wrong), (each.forward,))


def moves(node):
    """Whether a kind of node has a cotangent that is not 0."""
    return any(isinstance(equation.expression, nodes.Node) for equation in ROWS[node][0].claimed().values())


@pytest.mark.parametrize("node", list(filter(moves, COTANGENT)), **NAMES)
def test_a_row_with_a_wrong_sign_is_not_proved(node):
    each = ROWS[node][0]
    for name, equation in each.claimed().items():
        if not isinstance(equation.expression, ZeroMatrix):
            found = prove_backward(with_a_wrong_sign(each, name), only=[name])
            assert not found.arguments[name].holds, f"{each}: -d{name}"


def test_instances_of_equal_sizes_are_the_same_ones():
    generic, same = instances(), instances(same=True)
    assert [type(each.node) for each in generic] == [type(each.node) for each in same]
    assert all(len(each.system.sizes) <= 2 for each in same)


# The rules of simplifying.

RULE_INSTANCES = list(rule_instances())


def free_indices(value):
    """The indices that are bound nowhere in a formula, and the number of rows or columns that each selects from."""
    found = {}
    for part in [value, *value.atoms(nodes.Node)]:
        if isinstance(part, nodes.Column):
            length = part.matrix.shape[0 if isinstance(part, nodes.Row) else 1]
            found.setdefault(part.position, length)
        elif isinstance(part, nodes.IndexedMatrix):
            for symbol in part.formula.free_symbols - {part.row, part.column}:
                found.setdefault(symbol, part.shape[0] if part.shape[1] == 1 else part.shape[1])
    bound = {symbol for part in value.atoms(nodes.Node) for symbol in getattr(part, "bound_symbols", ())}
    return {symbol: length for symbol, length in found.items() if is_index(symbol) and symbol not in bound}


def as_system(left, right):
    """Both sides as values of one system, over the indices that are free in them."""
    axes = {**free_indices(right), **free_indices(left)}
    used = tuple((symbol, length) for symbol, length in axes.items() if left.has(symbol) or right.has(symbol))
    atoms = left.atoms(MatrixSymbol, Symbol) | right.atoms(MatrixSymbol, Symbol)
    inputs = [part for part in atoms if isinstance(part, MatrixSymbol) or not part.is_integer]
    families = {part.name for part in inputs if isinstance(part, FamilySymbol)}
    inputs = [part for part in inputs if isinstance(part, FamilySymbol) or getattr(part, "name", "") not in families]
    known = {length for part in inputs for length in full_shape(part)}
    anchors = [MatrixSymbol(f"anchor_{name}", size(name), 1) for name in "nmdpH" if size(name) not in known]
    equations = (Equation("left", left, used), Equation("right", right, used))
    return EquationSystem("rule", (*sorted(inputs, key=str), *anchors), equations, "right")


def rule_label(value):
    return str(value)[:60]


@pytest.mark.parametrize("rule, left, right", RULE_INSTANCES, ids=rule_label)
def test_a_rule_of_simplifying_is_proved(rule, left, right):
    verdict = prove_values(as_system(left, right), "left", "right")
    assert verdict.kind == "proved", f"{rule}: {verdict}"


def test_a_wrong_rule_is_refuted():
    A, B = MatrixSymbol("A", size("n"), size("m")), MatrixSymbol("B", size("m"), size("n"))
    left, right = nodes.MatrixProduct(A, B), Transpose(nodes.MatrixProduct(A, B))
    assert prove_values(as_system(left, right), "left", "right").kind == "refuted"
