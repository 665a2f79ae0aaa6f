"""What is read out of a name before it is printed: Greek letters, and whether it is a cotangent or a tangent."""

from __future__ import annotations

from typing import NamedTuple

SMALL_GREEK = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "lamda",
)  # fmt: skip
LARGE_GREEK = ("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega", "Lamda")

TANGENT = "_dot"
"""What the name of a tangent ends in."""


class Marked(NamedTuple):
    """A name without its marks: that of ``X`` for the cotangent ``dX``, for the tangent ``X_dot``, and for ``X``."""

    name: str
    cotangent: bool = False
    tangent: bool = False

    @property
    def lower_case(self) -> str:
        """The whole name, marks and all, with a small letter in the place of its large one."""
        return "d" * self.cotangent + self.name[:1].lower() + self.name[1:] + TANGENT * self.tangent


def marked(name: str) -> Marked:
    """What a name is the cotangent or the tangent of.

    A cotangent is ``d`` before one letter or Greek letter, whatever stands below it; other names that begin with d are
    words, such as ``dropout``, or sizes, such as ``d_k``. A tangent ends in ``_dot``, whatever its name.

    >>> [marked(name).name for name in ("dQ", "dW_Q", "dalpha", "slope_dot", "dQ_dot")]
    ['Q', 'W_Q', 'alpha', 'slope', 'Q']
    >>> [name for name in ("d", "d_k", "d_dot", "dropout", "diag", "dW1") if marked(name).cotangent]
    []
    """
    tangent = name.endswith(TANGENT)
    rest = name.removesuffix(TANGENT)
    letter = rest[1:].partition("_")[0]
    cotangent = rest[0] == "d" and is_letter(letter)
    return Marked(rest[1:] if cotangent else rest, cotangent, tangent)


def is_letter(word: str) -> bool:
    """Whether a word is printed as a single letter.

    >>> is_letter("Q"), is_letter("gamma"), is_letter("iag")
    (True, True, False)
    """
    return (len(word) == 1 and word.isalpha()) or word in SMALL_GREEK or word in LARGE_GREEK
