"""What a reader must know of the signs in a document's formulas, in sentences; nothing of signs that do not occur."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sympy import Basic, Mod, floor

from symattn.equations import EquationSystem
from symattn.language.vocabulary import ENTMAX, NAME_OF_NODE, SPARSEMAX
from symattn.nodes import (
    Arithmetic,
    Block,
    Concatenation,
    ElementwiseFunction,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    Entmax,
    Hardmax,
    HorizontalStack,
    IndexCondition,
    IndexedMatrix,
    Intersection,
    LogSumExp,
    Member,
    Node,
    OverAllowedKeys,
    Reduction,
    Scatter,
    Value,
    is_matrix,
    shape_of,
)
from symattn.publishing.document import Block as DocumentBlock
from symattn.publishing.document import Heading, Paragraph
from symattn.publishing.letters import marked
from symattn.publishing.rows import has_entrywise_sign


def legend(system: EquationSystem, entries: bool) -> list[DocumentBlock]:
    """What a reader must know of the signs that the equations of a system use; nothing if they use none of these."""
    nodes = [node for equation in system for node in _nodes(equation.expression)]
    sentences = [*_about_marks(system), *_about_places(system, nodes, entries)]
    if any(has_entrywise_sign(node) or isinstance(node, ElementwisePower) for node in nodes):
        sentences.append("⊙ and ⊘ multiply and divide entry by entry, and a power with ⊙ is one of every entry.")
    if any(isinstance(node, ElementwiseFunction) for node in nodes):
        sentences.append("Functions of one number, such as exp and tanh, are taken of every entry.")
    if any(isinstance(node, Arithmetic) and _stretches(node) for node in nodes):
        sentences.append("A number, a single row or a single column stretches to the size of the other side.")
    over_keys = [node for node in nodes if isinstance(node, OverAllowedKeys)]
    if over_keys:
        sentences += _about_normalisers(over_keys, entries)
    sets = [node.allowed for node in over_keys if node.allowed is not None]
    if sets:
        sentences += _about_allowed_sets(over_keys, sets)
        if entries:
            sentences.append(
                "A sum with a condition below it runs over the values of its index that meet it, within its range."
            )
    if any(isinstance(node, Reduction) for node in nodes):
        sentences.append("Names with row give one number for each row, names with col one for each column.")
    if entries:
        sentences.append("Rows, columns and sums count from 1.")
    return [Heading("Notation"), Paragraph(" ".join(sentences))] if sentences else []


def _about_marks(system: EquationSystem) -> list[str]:
    """The d before a name and the dot above one; the value itself stands beside at least one of them."""
    known = {*system.inputs, *system.by_name}
    found = [each for each in map(marked, known) if each.name in known]
    sentences = []
    if any(each.cotangent for each in found):
        sentences.append(
            "dX is the cotangent of X: ∂ℓ/∂X for a number ℓ that depends on the output, one derivative for each entry "
            "of X."
        )
    if any(each.tangent for each in found):
        sentences.append("A dot above X makes its tangent: how X changes as the inputs move along their own tangents.")
    return sentences


def _about_places(system: EquationSystem, nodes: Sequence[Node], entries: bool) -> list[str]:
    """Members of families, matrices given by entry, blocks, and what they are put together to."""
    sentences = []
    if any(isinstance(node, Member) for node in nodes):
        sentences.append("In brackets above a name stands which member of a family is meant, such as which head.")
    if any(isinstance(node, IndexedMatrix) for node in nodes):
        sentences.append(
            "A formula in square brackets with i and j below is the matrix of these entries, i its row and j its "
            "column; a condition there is 1 where it holds and 0 elsewhere."
        )
    if any(isinstance(node, Scatter) for node in nodes):
        sentences.append(
            "A sum in square brackets with two places below is the matrix of these entries; it runs over all "
            "entries that meet the condition below it."
        )
    if any(isinstance(node, Block) for node in nodes):
        sentences.append("Below a matrix, a:b stands for the rows or columns from a to b, both included.")
    if any(isinstance(node, Concatenation) for node in nodes):
        sentences.append("Concat puts matrices side by side.")
    if any(isinstance(node, HorizontalStack) for node in nodes):
        sentences.append("Matrices in square brackets, side by side or one below the other, make one matrix.")
    if any(
        _has(equation.expression, floor, Mod) or (entries and _has(equation.expression, Concatenation))
        for equation in system
    ):
        sentences.append("⌊x⌋ is x rounded down, and a mod b what is left of a after division by b.")
    return sentences


def _has(value: Value, *kinds: type[Basic]) -> bool:
    return bool(value.atoms(*kinds))


def _about_normalisers(nodes: Sequence[OverAllowedKeys], entries: bool) -> list[str]:
    """What is taken of each row, and what those that few know do."""
    words = list(dict.fromkeys(_word(node) for node in nodes))
    sentences = [f"{' and '.join(words)} {'are' if len(words) > 1 else 'is'} taken of each row."]
    if any(isinstance(node, Hardmax) for node in nodes):
        sentences.append("hardmax gives equal weights to the largest scores of a row.")
    if any(isinstance(node, LogSumExp) for node in nodes):
        sentences.append("lse is the logarithm of the sum of the exponentials.")
    sparse = [node for node in nodes if isinstance(node, Entmax)]
    if any(node.alpha != 2 for node in sparse):
        sentences.append("The number below entmax is its α.")
    if sparse and entries:
        sentences.append("τ of the scores of a row is the number for which the weights of the row add up to 1.")
    return sentences


def _word(node: OverAllowedKeys) -> str:
    if isinstance(node, Entmax):
        return SPARSEMAX if node.alpha == 2 else ENTMAX
    return NAME_OF_NODE.get(type(node), type(node).__name__)


def _about_allowed_sets(nodes: Sequence[OverAllowedKeys], sets: Sequence[Value]) -> list[str]:
    """What stands below a normaliser, in the words that these sets need, and what becomes of the other keys."""
    inside = [part for each in sets for part in _members(each)]
    kinds = []
    if any(isinstance(part, IndexCondition) for part in inside):
        kinds.append("those that meet the condition (i and j count from 1)")
    if any(not isinstance(part, IndexCondition) for part in inside):
        kinds.append("those at which the matrix is not 0")
    if len(inside) > len(sets):
        kinds.append("with ∩ those in both sets")
    masked = [node for node in nodes if node.allowed is not None]
    words = " and ".join(dict.fromkeys(_word(node) for node in masked))
    sentences = [f"Below {words} stands which keys j query i may attend to: {'; '.join(kinds)}."]
    if any(not isinstance(node, LogSumExp) for node in masked):
        sentences.append(
            "Only these keys count, the weights of the others are 0, and a row without any allowed key is a row of "
            "zeros."
        )
    if any(isinstance(node, LogSumExp) for node in masked):
        sentences.append("lse of a row without any allowed key is −∞.")
    return sentences


def _members(allowed: Value) -> list[Value]:
    """The conditions and matrices that an allowed set is the intersection of."""
    if isinstance(allowed, Intersection):
        return [member for side in allowed.args for member in _members(side)]
    return [allowed]


def _nodes(value: Value) -> Iterator[Node]:
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, Node):
            yield part
            pending.extend(part.args)
        elif is_matrix(part):
            pending.extend(argument for argument in part.args if is_matrix(argument))


def _stretches(node: Arithmetic) -> bool:
    if isinstance(node, ElementwisePower):
        return False
    left, right = shape_of(node.left), shape_of(node.right)
    if isinstance(node, ElementwiseProduct) and not (left and right):
        return False
    return left != right and not (isinstance(node, ElementwiseQuotient) and not right)
