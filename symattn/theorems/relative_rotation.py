"""RoPE's scores depend on relative positions only: rotations by positions compose to one by their difference."""

from symattn.deriving import Derivation, Theorem
from symattn.deriving.rules import Rule, algebra, reassociate, transpose

SOURCE = "Su et al. 2021, arXiv:2104.09864, section 3.4"

angle_addition = Rule("angle addition", "cos(a) cos(b) + sin(a) sin(b) = cos(b - a)")

ANGLES = {"a": "1 1", "b": "1 1"}


def rotation(angle: str) -> str:
    """The rotation of a pair by an angle."""
    return f"vstack(hstack(cos({angle}), -sin({angle})), hstack(sin({angle}), cos({angle})))"


AT = [{"a": [["1/2"]], "b": [["1/3"]]}, {"a": [[2]], "b": [[-1]]}]

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

shifted = Derivation(
    "all positions moved by the same",
    "S.T @ U",
    {**ANGLES, "c": "1 1"},
    f"S = {rotation('a + c')}\nU = {rotation('b + c')}",
).to(rotation("b - a"), by=angle_addition)

theorem = Theorem(
    "D11",
    "RoPE is relative",
    "Rotating a pair of coordinates of a query by a and of a key by b changes their product as rotating the key by "
    "b - a alone does; with angles proportional to positions scores depend on differences of positions only.",
    (transposed, composed, orthogonal, score, shifted),
    SOURCE,
)
