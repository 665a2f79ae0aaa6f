"""The backward pass of a mechanism proved: every cotangent for every size, and the parts that were given names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from symattn.calculus import backward, named_parts
from symattn.equations import Equation, EquationSystem
from symattn.errors import InputError
from symattn.proof import equality
from symattn.proof.chain_rule import SECONDS, BackwardProof, ReverseMode, prove_backward
from symattn.verdicts import Verdict
from symattn.verification import verify
from symattn.verification.backward_witness import BackwardPass

INSTANCES = 6
"""Random instances at which a cotangent is computed that is not proved."""

CLAIMED = "claimed"
"""What an original equation is called while it is compared with the one whose parts have names; grows until free."""


def prove_gradients(
    system: EquationSystem,
    output: str | None = None,
    wrt: str | Iterable[str] | None = None,
    seconds: float = SECONDS,
    claimed: EquationSystem | None = None,
    only: Iterable[str] | None = None,
) -> BackwardProof:
    """Whether the backward pass of a mechanism is right for every size: its own, or another one that is ``claimed``.

    Two things are shown in index notation: the forward equations with named parts are the mechanism's, and each
    cotangent is what the chain rule asks for. ``seconds`` is for one cotangent; ``only`` names the values whose
    cotangents are looked at.
    What cannot be proved is computed at random instances instead, and the verdict says so.
    Errors: ``UnknownNameError`` for a name that the mechanism does not have.

    >>> from symattn.mechanisms import named
    >>> prove_gradients(named("scaled-dot")).verdict("Q").kind
    'proved'
    """
    forward = named_parts(system, output, wrt)
    same_forward(system, forward)
    whole = backward(system, output, wrt) if claimed is None else claimed
    names = {equation.name for equation in forward}
    same_forward(replace(system, equations=forward), tuple(each for each in whole.equations if each.name in names))
    found = prove_backward(ReverseMode.of(whole, forward), seconds, only)
    if only is not None:
        return found
    left = [name for name in found.wrt if name in system.inputs and found.verdict(name).kind == "unknown"]
    if not left:
        return found
    return replace(found, sampled=sampled(system, output, whole, left, found))


def sampled(
    system: EquationSystem, output: str | None, claimed: EquationSystem, names: Iterable[str], found: BackwardProof
) -> dict[str, Verdict]:
    """What random instances say of some cotangents: generated code against central differences of the definitions."""
    whole = system if output is None else replace(system, output=output)
    needed = whole.needed(whole.output)
    report = verify(replace(whole, equations=needed), instances=INSTANCES, witnesses=[BackwardPass(claimed)])
    verdicts = {}
    for row in report.rows:
        name = row.value.removeprefix("d")
        if name not in names or row.value in whole.by_name:
            continue
        why = found.verdict(name).reason
        statement = f"d{name} is the derivative of <upstream, output> by {name}"
        if row.verdict == "sampled":
            agreed = "the generated code agrees with central differences along random directions"
            verdicts[name] = Verdict("sampled", statement, f"{agreed}; {why}", instances=report.instances)
        else:
            verdicts[name] = Verdict("unknown", statement, f"{why}; random instances: {row.verdict}")
    return verdicts


def same_forward(system: EquationSystem, forward: tuple[Equation, ...], seconds: float = SECONDS) -> None:
    """That equations with named parts come to the same as a mechanism's.

    Errors: ``InputError`` for an equation that is another, or that cannot be shown to be the same.
    """
    for equation in forward:
        known = system.by_name.get(equation.name)
        if known is None or known == equation:
            continue
        name = CLAIMED
        while name in system.by_name or name in system.inputs:
            name += "_1"
        whole = replace(system, equations=(*forward, replace(known, name=name)), output=name)
        argument = equality.argue(whole, equation.name, name, seconds)
        if not argument.holds:
            raise InputError(f"{equation.name} with named parts is not shown to be the mechanism's: {argument.reason}.")
