"""Programs of the chapters: the Python with which a reader computes what a chapter shows, with other numbers too."""

from __future__ import annotations

from symattn.errors import MissingRowError

PROGRAMS: dict[str, str] = {
    "attention-from-lookup": """
sharp = sa.named("hardmax").bind(Q=[[4, 0]], K=[[1, 0], [0, 1]], V=[[10], [20]])
soft = sa.named("dot").bind(Q=[[4, 0]], K=[[1, 0], [0, 1]], V=[[10], [20]])
sharp["O"], soft["O"], soft.decimal("O", digits=6)
""",
    "softmax-from-maximum-entropy": """
scores = sa.mechanism("weights at a temperature", {"S": "n m", "T": "scalar"}, "P = softmax(S / T)")
for temperature in ("1/4", "1", "4"):
    print(temperature, *scores.bind(S=[[3, 2, 0]], T=temperature).decimal("P", digits=6)[0])
""",
    "stable-softmax": """
weights = sa.mechanism("weights", {"S": "n m"}, "P = softmax(S)")
far = weights.bind(S=[[1000, 1001, 1002]])
near = weights.bind(S=[[0, 1, 2]])
far["P"] == near["P"], far.decimal("P", digits=6)
""",
    "worked-example-exactly": """
example = sa.worked_example()
for row in example.decimal("P", digits=6):
    print(*row)
example["O"]
""",
    "why-divide-by-root-d": """
from random import Random

random = Random(1)
for d in (4, 16, 64):
    products = [sum(random.gauss(0, 1) * random.gauss(0, 1) for _ in range(d)) for _ in range(2000)]
    print(d, round(sum(product**2 for product in products) / len(products), 1))
""",
    "softmax-jacobian": """
weights = sa.mechanism("weights", {"S": "1 m"}, "P = softmax(S)")
p = weights.bind(S=[[0, 1, 2]])["P"]
for i in range(3):
    print(*[f"{float(p[i] * (int(i == j) - p[j])):9.6f}" for j in range(3)])  # each row sums to 0
""",
    "vanishing-gradients": """
weights = sa.mechanism("weights", {"S": "1 m"}, "P = softmax(S)")
for gap in (0, 2, 4, 8, 16):
    p = weights.bind(S=[[gap, 0]]).decimal("P", digits=6)[0][0]
    print(gap, p, p * (1 - p))
""",
    "backward-of-attention": """
attention = sa.named("scaled-dot")
print(attention.backward())
print(attention.prove_gradients().kind)
""",
    "forward-and-second-order": """
print(sa.named("scaled-dot").jvp())
""",
    "geometry-of-outputs": """
bound = sa.named("dot").bind(Q=[[1, 0], [0, 3]], K=[[1, 0], [0, 1], [1, 1]], V=[[0, 0], [4, 0], [0, 4]])
for row in bound.decimal("O", digits=6):
    print(*row)
[sum(row).simplify() for row in bound["P"].tolist()]
""",
    "multi-head-from-blocks": """
print(sa.named("multi-head"))
print(sa.named("multi-head-sum"))
""",
    "masks": """
causal = sa.named("causal").bind(Q=[[1], [2], [3]], K=[[1], [0], [1]], V=[[1], [10], [100]])
causal["P"]
""",
    "caches-from-causality": """
whole = sa.named("causal").bind(Q=[[1], [2], [3]], K=[[1], [0], [1]], V=[[1], [10], [100]])
last = sa.named("scaled-dot").bind(Q=[[3]], K=[[1], [0], [1]], V=[[1], [10], [100]])
whole["O"].row(2) == last["O"]
""",
    "flash-attention": """
from math import exp

scores, values = [2.0, -1.0, 5.0, 3.0], [1.0, 2.0, 3.0, 4.0]
largest, total, output = float("-inf"), 0.0, 0.0
for score, value in zip(scores, values):
    above = max(largest, score)
    total = total * exp(largest - above) + exp(score - above)
    output = output * exp(largest - above) + value * exp(score - above)
    largest = above
output / total, sa.mechanism("row", {"S": "1 m", "V": "m 1"}, "O = softmax(S) @ V").bind(
    S=[[2, -1, 5, 3]], V=[[1], [2], [3], [4]]
).decimal("O", digits=16)
""",
    "kernels-to-recurrences": """
print(sa.named("linear-causal"))
print(sa.named("linear-recurrent-step"))
""",
    "ranks-of-weights": """
bound = sa.named("dot").bind(Q=[[0], [1], [2]], K=[[0], [1], [2]], V=[[1], [1], [1]])
bound["S"].rank(), bound["P"].rank()
""",
    "positions": """
from math import cos, sin


def rotated(pair, angle):
    x, y = pair
    return x * cos(angle) - y * sin(angle), x * sin(angle) + y * cos(angle)


def score(query_at, key_at, query=(1.0, 2.0), key=(3.0, -1.0), step=0.1):
    pairs = zip(rotated(query, step * query_at), rotated(key, step * key_at))
    return sum(left * right for left, right in pairs)


print(score(3, 5), score(13, 15), score(3, 6))
""",
    "similarities": """
numbers = {"Q": [[1, 0, 2]], "K": [[0, 1, 1], [4, 4, 0], [2, 3, 1]], "V": [[1, 2], [2, 8], [2, 6]]}
for name in ("dot", "scaled-dot", "cosine"):
    print(name, *sa.named(name).bind(numbers).decimal("P", digits=6)[0])
""",
    "attention-in-vision": """
print(sa.named("danet-channel"))
print(sa.named("non-local-dot"))
""",
    "attention-as-inference": """
retrieval = sa.mechanism("one step of a Hopfield network", {"x": "1 d", "K": "N d", "beta": "scalar"},
    "y = softmax(beta * x @ K.T) @ K")
for beta in (1, 4, 16):
    print(beta, *retrieval.bind(x=[["1", "1/2"]], K=[[1, 0], [0, 1]], beta=beta).decimal("y", digits=6)[0])
""",
}  # fmt: skip
"""One row a chapter; ``sa`` is symattn."""


def program_of(theorem: str) -> tuple[str, ...]:
    """The pieces of a chapter by its theorem: its proofs anew, then its numbers.

    Errors: ``MissingRowError`` for a chapter without a row.
    """
    if theorem not in PROGRAMS:
        raise MissingRowError(f"book/programs.py has no row for the chapter of {theorem!a}.")
    proofs = (
        "import symattn as sa\n"
        "from symattn import theorems\n\n"
        f"theorem = theorems.named({theorem!r})  # every step is checked as it is loaded\n"
        "[(part.title, part.evidence) for part in theorem.parts]"
    )
    return proofs, PROGRAMS[theorem].strip("\n")
