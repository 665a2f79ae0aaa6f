"""Limits: what a side tends to, by continuity for every size, or at instances with exact values for other inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Expr, ImmutableDenseMatrix, Integer, S, Symbol, limit, simplify, sympify
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.deriving.claim import LEFT, RIGHT, Claim
from symattn.deriving.continuity import approaches
from symattn.equations import EquationSystem
from symattn.errors import LanguageError
from symattn.exact.matrix import ExactMatrix
from symattn.nodes import Indices, Value, entry_of, is_matrix
from symattn.verdicts import Counterexample, Verdict

FAR = 1e-20
"""By how much two limits that are told apart differ; 30 digits of each are found."""


def approached(claim: Claim, when: str, instances: list[Mapping[str, Any]]) -> Verdict:
    """What is known of ``before -> after`` as one scalar input tends to a number from above, or to infinity.

    At each instance the entries are formulas of that one input, whose limit SymPy finds (Gruntz 1996). Where they
    do not refute it, it is proved if continuity shows it.
    Errors: ``LanguageError`` unless ``when`` is such as ``"T -> 0"``, and where neither continuity nor instances say
    anything.
    """
    name, arrow, point = (part.strip() for part in when.partition("->"))
    if not arrow or name not in claim.setting.symbols or is_matrix(claim.setting.symbols[name]):
        raise LanguageError(f'asked for a scalar input and what it tends to, as in "T -> 0"; found {when!r}.')
    variable, target = Symbol(name, positive=True), S.Infinity if point in ("oo", "inf") else sympify(int(point))
    statement = f"{claim} when {when}"
    proved = target in (S.Zero, S.Infinity) and approaches(claim, name, target is S.Infinity)
    if not instances and not proved:
        asked = "give numbers for the other inputs, as in at=[{…}]"
        raise LanguageError(f"{statement} is not seen by continuity; to check it at instances, {asked}.")
    for numbers in instances:
        left, right = (_entries(claim, side, numbers, name, variable) for side in (LEFT, RIGHT))
        for number, (one, other) in enumerate(zip(left, right, strict=True)):
            found, asked = limit(one, variable, target, "+"), limit(other, variable, target, "+")
            apart = found - asked
            if abs(apart.evalf(30)) > FAR:
                place = divmod(number, left.shape[1])
                shown = Counterexample({}, dict(numbers), place, str(found), str(asked), "enclosed")
                return Verdict("refuted", statement, "the limits differ", counterexample=shown)
            if apart != 0 and simplify(apart) != 0:
                return Verdict("unknown", statement, f"whether the limits {found} and {asked} are equal is open")
    if proved:
        return Verdict("proved", statement, "by continuity of every part, in index notation, for every size")
    made = tuple(", ".join(f"{key} = {value}" for key, value in numbers.items()) for numbers in instances)
    reason = f"the limits of the entries are found at {len(made)} instance{'s' * (len(made) > 1)}"
    return Verdict("exact", statement, reason, instances=made)


def squeezed(claim: Claim, when: str, lower: Claim, upper: Claim, instances: list[Mapping[str, Any]]) -> Verdict:
    """What is known of ``before -> after`` where before lies between two bounds, both of which tend to after.

    Errors: those of :func:`approached`, and ``LanguageError`` for bounds on the wrong side.
    """
    if lower.relation not in (">=", "=") or upper.relation not in ("<=", "="):
        raise LanguageError(f"{claim.before} lies between a lower and an upper bound; found {lower} and {upper}.")
    if instances and (found := approached(claim, when, instances)).kind != "exact":
        return found
    verdicts = [approached(Claim(one.after, "->", claim.after, claim.setting), when, []) for one in (lower, upper)]
    reason = f"it lies between {lower.after} and {upper.after}, which have this limit {verdicts[0].reason}"
    return Verdict("proved", f"{claim} when {when}", reason)


def _entries(claim: Claim, side: str, numbers: Mapping[str, Any], name: str, variable: Symbol) -> ImmutableDenseMatrix:
    """One side as a matrix of formulas of the variable."""
    given = {key: _matrix(value) for key, value in numbers.items()}
    system = _of_sizes(claim.system, given)
    value = system.expression(side)
    rows, columns = value.shape if is_matrix(value) else (1, 1)
    return ImmutableDenseMatrix(
        int(rows), int(columns), lambda i, j: _with_numbers(_entry(value, i, j), given, name, variable)
    )


def _matrix(value: Any) -> ImmutableDenseMatrix:
    rows = value if isinstance(value, (list, tuple)) else [[value]]
    return ExactMatrix.of(rows).to_sympy()


def _of_sizes(system: EquationSystem, given: Mapping[str, ImmutableDenseMatrix]) -> EquationSystem:
    sizes = {}
    for key, value in given.items():
        symbol = system.inputs[key]
        for length, count in zip(symbol.shape if is_matrix(symbol) else (), value.shape, strict=False):
            if isinstance(length, Symbol):
                sizes[length.name] = int(count)
    return system.with_sizes(**sizes)


def _entry(value: Value, i: int, j: int) -> Expr:
    if not is_matrix(value):
        return value
    return entry_of(value, Integer(i), Integer(j), Indices(avoid=(value,), explicit=True))


def _with_numbers(value: Expr, given: Mapping[str, ImmutableDenseMatrix], name: str, variable: Symbol) -> Expr:
    replaced: dict[Expr, Expr] = {}
    for element in value.atoms(MatrixElement):
        replaced[element] = given[element.parent.name][element.i, element.j]
    for symbol in value.free_symbols:
        if symbol.name == name:
            replaced[symbol] = variable
        elif symbol.name in given and not is_matrix(symbol):
            replaced[symbol] = given[symbol.name][0, 0]
    return value.xreplace(replaced).doit()
