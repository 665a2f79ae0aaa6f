"""A program whose scores are computed tile by tile: passes over tiles in the place of statements, by the merge rule."""

from __future__ import annotations

from symattn.errors import LoweringError
from symattn.lowering.program import Program, Statement
from symattn.lowering.tile_joined import split_joined
from symattn.lowering.tile_pass import Prepared, statements_of
from symattn.lowering.tiling import NotTiled, Tiling, score_shapes


def tile(program: Program) -> None:
    """Put passes over tiles in the place of statements that make scores as a whole.

    Errors: ``LoweringError`` with the reasons if there is nothing that can be computed so.
    """
    reasons: list[str] = []
    done = False
    before = list(program.statements), dict(program.known)
    try:
        split_joined(program)
    except NotTiled as reason:
        program.statements, program.known = before
        reasons.append(str(reason))
    for shape in score_shapes(program):
        before = list(program.statements), dict(program.known)
        try:
            made = _statements(Tiling(program, shape))
            done |= any(statement.tiled for statement in made)
            program.statements = made
        except NotTiled as reason:
            reasons.append(str(reason))
            program.statements, program.known = before
    if not done:
        why = "; ".join(dict.fromkeys(reasons)) or "nothing in it has an entry for every query and key"
        raise LoweringError(
            f"strategy='tiled' finds nothing in {program.system.name} to compute tile by tile: {why}. "
            "strategy='direct' computes it."
        )
    program.direct = tuple(dict.fromkeys(reasons))


def _statements(tiling: Tiling) -> list[Statement]:
    """A program's statements with passes in the place of those in tiles, in the order in which they can be computed."""
    if not tiling.passes:
        return list(tiling.program.statements)
    found: list[Statement] = []
    prepared = Prepared()
    for level in range(max(tiling.level.values()) + 1):
        found += [each for each in tiling.whole if tiling.level[each.name] == level]
        for each in tiling.passes:
            if each.number == level:
                found += statements_of(each, tiling, prepared)
    return found
