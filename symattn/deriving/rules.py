"""Rule: what allows a step, as a name, a statement and a source; and the small rules that most steps are by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """What allows one step of a derivation. A rule explains; whether the step is right is checked each time.

    >>> print(Rule("shift", "softmax(S + c) = softmax(S)", "Milakov & Gimelshein 2018, section 2"))
    shift: softmax(S + c) = softmax(S)  (Milakov & Gimelshein 2018, section 2)
    """

    name: str
    statement: str
    source: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.statement}" + (f"  ({self.source})" if self.source else "")

    def to_dict(self) -> dict[str, str]:
        """Name, statement and source."""
        return {"name": self.name, "statement": self.statement, "source": self.source}


definition = Rule("definition", "a name stands for what defines it")
linearity = Rule("linearity", "sum(a f + b g) = a sum(f) + b sum(g) for a and b that the sum's index is not in")
product = Rule("product", "d(f g) = df g + f dg")
quotient = Rule("quotient", "(c f) / (c g) = f / g, and d(f / g) = df / g - f dg / g**2")
chain = Rule("chain", "d f(g) = f'(g) dg")
exponent = Rule("exponent", "exp(a + b) = exp(a) exp(b)")
logarithm = Rule("logarithm", "log(a b) = log(a) + log(b) for a, b > 0, and log(exp(a)) = a")
shift = Rule("shift", "softmax(S + c) = softmax(S) for a column c", "Milakov & Gimelshein 2018, section 2")
row_sum = Rule("row sum", "the weights of a softmax row sum to 1, rowsum(softmax(S)) = 1")
reassociate = Rule("reassociate", "(A B) C = A (B C)")
transpose = Rule("transpose of a product", "(A B).T = B.T A.T")
kronecker_delta = Rule("Kronecker delta", "sum over c of [a = c] f(c) = f(a)")
block = Rule("block", "[A, B] [C; D] = A C + B D: a sum over joined parts is the sum of their sums")
restriction = Rule("restriction", "what is not allowed has weight 0, so a sum over the keys is one over those allowed")
reindexing = Rule("reindexing", "a sum does not depend on the order of its terms")
algebra = Rule("algebra", "two polynomials, or quotients of them, that are equal when multiplied out")
substitution = Rule("substitution", "equals for equals")
case = Rule("case", "what holds in each of the cases holds")
induction_step = Rule("induction step", "what holds at 1, and at t + 1 if at t, holds at every t")
bound = Rule("bound", "f + g >= f for g >= 0")
limit = Rule("limit", "the value that is approached")
moment = Rule("moment", "E[f g] = E[f] E[g] for independent f and g; E is linear")
differentiation = Rule("differentiation", "the derivative of a sum of products, by the product rule and the chain rule")
optimum = Rule("optimum", "where the derivative vanishes")

RULES = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
"""The rules above, in the order in which they stand."""
