"""What a reader must know of the signs in a document's formulas, in sentences; nothing of signs that do not occur."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

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
from symattn.publishing.derivation_words import DERIVATION
from symattn.publishing.document import Block as DocumentBlock
from symattn.publishing.document import Heading, Paragraph
from symattn.publishing.letters import marked
from symattn.publishing.rows import has_entrywise_sign


def legend(system: EquationSystem, entries: bool, language: str) -> list[DocumentBlock]:
    """What a reader must know of the signs that the equations of a system use; nothing if they use none of these."""
    sentences = list(_sentences(system, entries, language))
    if not sentences:
        return []
    between = DERIVATION.said(language, "between sentences")
    return [Heading(DERIVATION.said(language, "notation")), Paragraph(between.join(sentences))]


def _sentences(system: EquationSystem, entries: bool, language: str) -> Iterator[str]:
    """The sentences that are needed, in their order."""
    say = partial(DERIVATION.said, language)
    nodes = [node for equation in system for node in _nodes(equation.expression)]
    yield from map(say, _about_marks(system))
    yield from map(say, _about_places(system, nodes, entries))
    if any(has_entrywise_sign(node) or isinstance(node, ElementwisePower) for node in nodes):
        yield say("entrywise")
    if any(isinstance(node, ElementwiseFunction) for node in nodes):
        yield say("functions")
    if any(isinstance(node, Arithmetic) and _stretches(node) for node in nodes):
        yield say("stretches")
    over_keys = [node for node in nodes if isinstance(node, OverAllowedKeys)]
    if over_keys:
        words = list(dict.fromkeys(map(_word, over_keys)))
        key = "several of each row" if len(words) > 1 else "one of each row"
        yield say(key, words=DERIVATION.listed(language, words))
        yield from map(say, _about_normalisers(over_keys, entries))
    sets = [node.allowed for node in over_keys if node.allowed is not None]
    if sets:
        yield from _about_allowed_sets(over_keys, sets, language)
        if entries:
            yield say("condition below a sum")
    if any(isinstance(node, Reduction) for node in nodes):
        yield say("reductions")
    if entries:
        yield say("from 1")


def _about_marks(system: EquationSystem) -> Iterator[str]:
    """The d before a name and the dot above one; the value itself stands beside at least one of them."""
    known = {*system.inputs, *system.by_name}
    found = [each for each in map(marked, known) if each.name in known]
    if any(each.cotangent for each in found):
        yield "cotangent"
    if any(each.tangent for each in found):
        yield "tangent"


KINDS = {
    Member: "member",
    IndexedMatrix: "by entry",
    Scatter: "scatter",
    Block: "block",
    Concatenation: "concatenation",
    HorizontalStack: "stack",
}
"""Members of families, matrices given by entry, blocks, what they are put together to: the sentence about each."""


def _about_places(system: EquationSystem, nodes: Sequence[Node], entries: bool) -> Iterator[str]:
    """What has a place, and how places are computed."""
    yield from (key for kind, key in KINDS.items() if any(isinstance(node, kind) for node in nodes))
    if any(
        _has(equation.expression, floor, Mod) or (entries and _has(equation.expression, Concatenation))
        for equation in system
    ):
        yield "floor and remainder"


def _has(value: Value, *kinds: type[Basic]) -> bool:
    return bool(value.atoms(*kinds))


def _about_normalisers(nodes: Sequence[OverAllowedKeys], entries: bool) -> Iterator[str]:
    """What those that few know do."""
    if any(isinstance(node, Hardmax) for node in nodes):
        yield "hardmax"
    if any(isinstance(node, LogSumExp) for node in nodes):
        yield "lse"
    sparse = [node for node in nodes if isinstance(node, Entmax)]
    if any(node.alpha != 2 for node in sparse):
        yield "alpha"
    if sparse and entries:
        yield "threshold"


def _word(node: OverAllowedKeys) -> str:
    if isinstance(node, Entmax):
        return SPARSEMAX if node.alpha == 2 else ENTMAX
    return NAME_OF_NODE.get(type(node), type(node).__name__)


def _about_allowed_sets(nodes: Sequence[OverAllowedKeys], sets: Sequence[Value], language: str) -> Iterator[str]:
    """What stands below a normaliser, in the words that these sets need, and what becomes of the other keys."""
    say = partial(DERIVATION.said, language)
    inside = [part for each in sets for part in _members(each)]
    kinds = []
    if any(isinstance(part, IndexCondition) for part in inside):
        kinds.append(say("by condition"))
    if any(not isinstance(part, IndexCondition) for part in inside):
        kinds.append(say("by matrix"))
    if len(inside) > len(sets):
        kinds.append(say("in both"))
    masked = [node for node in nodes if node.allowed is not None]
    words = DERIVATION.listed(language, dict.fromkeys(map(_word, masked)))
    yield say("allowed", words=words, kinds=DERIVATION.listed(language, kinds, "between kinds"))
    if any(not isinstance(node, LogSumExp) for node in masked):
        yield say("others")
    if any(isinstance(node, LogSumExp) for node in masked):
        yield say("empty lse")


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
