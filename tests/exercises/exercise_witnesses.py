"""What each type of exercise asks, computed by plain loops over floats from the numbers alone."""

from math import cos, exp, log, sqrt, tanh

import numpy as np


def array(values):
    return np.array([[float(each) for each in row] for row in values])


def softmax(row):
    powers = [exp(each - max(row)) for each in row]
    return [power / sum(powers) for power in powers]


def rows_of_softmax(scores):
    return np.array([softmax(list(row)) for row in scores])


def projections(task, x):
    return x["X"] @ x[f"W_{task.asked}"]


def self_attention(task, x):
    q, k, v = (x["X"] @ x[f"W_{name}"] for name in "QKV")
    return rows_of_softmax(q @ k.T / sqrt(q.shape[1])) @ v


def winners(task, x):
    found = []
    text = str(task.system["S"])
    for query in x["Q"]:
        if "rownorm" in text:
            scores = [query @ key / sqrt((query @ query) * (key @ key)) for key in x["K"]]
        elif "**" in text:
            scores = [-((query - key) @ (query - key)) for key in x["K"]]
        else:
            scores = [query @ key for key in x["K"]]
        best = [abs(score - max(scores)) < 1e-12 for score in scores]
        found.append([each / sum(best) for each in best])
    return np.array(found)


def mixture(task, x):
    return np.linalg.solve(np.vstack([x["V"].T, np.ones(3)]), np.append(x["o"][0], 1))[None]


def rounded_row(task, x):
    return sum(round(weight, 1) for weight in softmax(x["S"][0]))


def rounded_weights(task, x):
    weights = rows_of_softmax(x["S"])
    return np.abs(weights.round(1) @ x["V"] - weights @ x["V"]).max()


def jacobian(task, x):
    p = x["p"][0]
    return np.diag(p) - np.outer(p, p)


def by_differences(task, x):
    """The softmax's cotangent from finite differences of the sum of P * dP."""
    scores = np.log(x["P"][0])
    return finite_differences(lambda s: np.array(softmax(s)) @ x["dP"][0], scores)[None]


def of_itself(task, x):
    def first_output(values):
        return np.array(softmax(values[0] * values)) @ values

    return finite_differences(first_output, x["X"][:, 0])[:, None]


def rate(task, x):
    """The rate of the weights, by finite differences along the rates of the scores."""
    scores, step = np.log(x["p"][0]), 1e-5
    after, before = (np.array(softmax(scores + sign * step * x["u"][0])) for sign in (1, -1))
    return ((after - before) / (2 * step))[None]


def curvature(task, x):
    """The second derivative of exp(s + t u) over the sum of such, by the quotient rule written out."""
    p, u = x["p"][0], x["u"][0]
    first, second = p @ u, p @ u**2
    return (p * (u**2 - 2 * u * first + 2 * first**2 - second))[None]


def determinant(task, x):
    return np.linalg.det(np.exp(x["x"] @ x["x"].T))


def finite_differences(function, at, step=1e-5):
    moves = np.eye(len(at)) * step
    return np.array([(function(at + move) - function(at - move)) / (2 * step) for move in moves])


def causal(task, x):
    return np.array([softmax(row[: i + 1]) @ x["V"][: i + 1] for i, row in enumerate(x["S"])])


def padding(task, x):
    masked = np.where(x["M"] > 0, np.exp(x["S"]), 0)
    return masked / masked.sum(1, keepdims=True)


def together(x):
    return np.hstack([x["A"], x["B"]])


def sparsemax(task, x):
    """The nearest point of the simplex, by bisection for the threshold."""
    return by_threshold(x["S"][0], lambda score, threshold: max(score - threshold, 0))


def entmax(task, x):
    return by_threshold(x["S"][0] / 2, lambda score, threshold: max(score - threshold, 0) ** 2)


def by_threshold(scores, weight):
    low, high = min(scores) - 2, max(scores)
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(weight(s, middle) for s in scores) > 1 else (low, middle)
    return np.array([[weight(score, low) for score in scores]])


def linear(task, x):
    rows = []
    for query in x["Q"]:
        weights = np.array([(query + 1) @ (key + 1) for key in x["K"]])
        rows.append(weights / weights.sum() @ x["V"])
    return np.array(rows)


def channels(task, x):
    sign = -1 if "rowmax" in str(task.system["X"]) else 1
    return rows_of_softmax(sign * x["A"] @ x["A"].T)


def parameters(task, x):
    return 4 * x["d"] * (x["d"] + x["b"])


WITNESSES = {
    "projections": projections,
    "self-attention": self_attention,
    "scores": lambda task, x: [[sum(a * b for a, b in zip(q, k, strict=True)) for k in x["K"]] for q in x["Q"]],
    "winners": winners,
    "additive-scores": lambda task, x: [[x["v"] * tanh(x["w"] * x["q"] + x["u"] * key) for key in x["k"][0]]],
    "softcap": lambda task, x: x["c"] * tanh(x["s"] / x["c"]),
    "softmax": lambda task, x: [softmax(x["S"][0])],
    "shifted-softmax": lambda task, x: [softmax(x["S"][0])],
    "weights": lambda task, x: rows_of_softmax(x["Q"] @ x["K"].T / sqrt(x["K"].shape[1])),
    "output": lambda task, x: [softmax(x["S"][0]) @ x["V"]],
    "log-sum-exp": lambda task, x: log(sum(map(exp, x["S"][0]))),
    "mixture": mixture,
    "rounded-row": rounded_row,
    "rounded-weights": rounded_weights,
    "entropy": lambda task, x: sum(-p * log(p) for p in softmax(x["S"][0])),
    "perplexity": lambda task, x: np.prod([p**-p for p in x["p"][0]]),
    "temperature": lambda task, x: x["g"] / (log(x["p"]) - log(1 - x["p"])),
    "coldest": lambda task, x: [softmax(1000 * x["S"][0])],
    "jacobian": jacobian,
    "largest-eigenvalue": lambda task, x: np.linalg.eigvalsh(jacobian(task, x))[-1],
    "weight-rate": rate,
    "weight-curvature": curvature,
    "determinant": determinant,
    "softmax-gradient": by_differences,
    "value-gradient": lambda task, x: x["P"].T @ x["dO"],
    "self-gradient": of_itself,
    "saturation": lambda task, x: 1 / (2 + exp(x["g"]) + exp(-x["g"])),
    "causal": causal,
    "padding": padding,
    "online-denominator": lambda task, x: np.exp(together(x) - together(x).max()).sum(),
    "online-softmax": lambda task, x: [softmax(together(x)[0]) @ np.vstack([x["V_A"], x["V_B"]])],
    "sparsemax": sparsemax,
    "entmax": entmax,
    "off-by-one": lambda task, x: [softmax([0, *x["S"][0]])[1:]],
    "linear-attention": linear,
    "alibi": lambda task, x: exp(-x["d"] * x["m"]),
    "rope": lambda task, x: cos(x["a"]) * cos(x["b"]) + np.sin(x["a"]) * np.sin(x["b"]),
    "kernel-regression": lambda task, x: (
        softmax([-((x["q"] - each) ** 2) / (2 * x["h"] ** 2) for each in x["x"][0]]) @ x["y"][0]
    ),
    "mean-shift": lambda task, x: softmax([-((x["z"] - each) ** 2) / 2 for each in x["x"][0]]) @ x["x"][0],
    "hopfield": lambda task, x: [softmax(x["beta"] * x["K"] @ x["x"][0]) @ x["K"]],
    "channel-attention": channels,
    "fusion": lambda task, x: x["y"] + x["M"] * (x["x"] - x["y"]),
    "iterated-fusion": lambda task, x: x["y"] + x["M_2"] * (x["x"] - x["y"]),
    "variance": lambda task, x: x["d"] * x["v"] ** 2,
    "parameters": parameters,
    "cache": lambda task, x: 2 * np.prod([x[name] for name in "lhdnb"]),
    "latent-cache": lambda task, x: (x["c"] + x["r"]) / (x["h"] * x["d"]) / 2,
    "crossing": lambda task, x: 8 * x["d"] ** 2 / (4 * x["d"]),
}


def floats(task):
    """The numbers of a task as floats, matrices as arrays."""
    return {
        name: array(value) if isinstance(value, (list, tuple)) else float(value) for name, value in task.numbers.items()
    }


def witness(exercise):
    """What is asked, as an array."""
    found = WITNESSES[exercise.kind.name](exercise.task, floats(exercise.task))
    return np.atleast_2d(np.array(found, dtype=float))
