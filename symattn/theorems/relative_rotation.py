"""RoPE's scores depend on relative positions only: rotations by positions compose to one by their difference."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import Rule, algebra, reassociate, transpose

SOURCE = "Su et al. 2021, arXiv:2104.09864, section 3.4"

angle_addition = Rule("angle addition", "cos(a) cos(b) + sin(a) sin(b) = cos(b - a)")

ANGLES = {"a": "1 1", "b": "1 1"}


def rotation(angle: str) -> str:
    """The rotation of a pair by an angle."""
    return f"vstack(hstack(cos({angle}), -sin({angle})), hstack(sin({angle}), cos({angle})))"


transposed = Derivation("a rotation transposed turns back", f"{rotation('a')}.T", ANGLES).to(
    rotation("-a"), by=transpose
)

composed = Derivation(
    "two rotations", "R.T @ T", ANGLES, f"R = {rotation('a')}\nT = {rotation('b')}", source=SOURCE
).to(rotation("b - a"), by=angle_addition)

orthogonal = Derivation("a rotation keeps lengths", "R.T @ R", ANGLES, f"R = {rotation('a')}").to(
    "eye(2)", by=angle_addition
)

score = (
    Derivation(
        "the score of a rotated query and key",
        "(q @ R.T) @ (k @ T.T).T",
        {**ANGLES, "q": "1 2", "k": "1 2"},
        f"R = {rotation('a')}\nT = {rotation('b')}",
        source=SOURCE,
    )
    .to("q @ (R.T @ T) @ k.T", by=reassociate)
    .to(f"q @ {rotation('b - a')} @ k.T", by=algebra, using=[composed])
)

PAIRS = {"q": "p 1 2", "k": "p 1 2", "theta": "p 1 1", "x": "scalar", "y": "scalar"}
PAIRS_GIVEN = "\n".join(
    f"{name}[h] = {rotation(f'{position} * theta[h]')}" for name, position in (("R", "x"), ("T", "y"), ("U", "(y - x)"))
)

heads = Derivation(
    "the score of a query at x and a key at y, each made of p pairs with angles of their own",
    "sum(h, (q[h] @ R[h].T) @ (k[h] @ T[h].T).T)",
    PAIRS,
    PAIRS_GIVEN,
    source=SOURCE,
).to("sum(h, q[h] @ U[h] @ k[h].T)", by=angle_addition, using=[score], note="of the positions only `y - x` is left")

shifted = Derivation(
    "all positions moved by the same",
    "S.T @ U",
    {**ANGLES, "c": "1 1"},
    f"S = {rotation('a + c')}\nU = {rotation('b + c')}",
).to(rotation("b - a"), by=angle_addition)

theorem = Theorem(
    "D11",
    "RoPE is relative",
    "Rotating a pair of coordinates of a query by `a` and of a key by `b` changes their product as rotating the key "
    "by `b - a` alone does; with angles proportional to positions a score of any number of pairs depends on the "
    "difference of positions only.",
    (transposed, composed, orthogonal, score, heads, shifted),
    SOURCE,
)
