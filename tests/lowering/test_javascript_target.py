"""Generated JavaScript in a real browser: every mechanism, its backward pass and every node, against other code."""

import math
import random
import re

import numpy as np
import pytest
from javascript_page import ALLOWED_UNITS, as_lists, computed, expected, instances, javascript, wrong
from lowering_cases import NODE_FORMULAS, node_case, system
from naive import random_case, values
from test_lowering_tables import Unknown, concrete_nodes

import symattn as sa
from symattn.equations import Equation, EquationSystem
from symattn.errors import LanguageError, MissingRowError, UnknownNameError
from symattn.lowering import javascript_source, lambdify_system
from symattn.lowering.javascript import ROWS
from symattn.lowering.javascript_helpers import HELPERS, needed
from symattn.lowering.javascript_writer import TAKEN
from symattn.mechanisms import named, names
from symattn.nodes import MatrixProduct, Softmax, full_shape

FORWARD_INSTANCES, BACKWARD_INSTANCES = 3, 2

RANDOM_SYSTEMS = 60


@pytest.mark.parametrize("node", list(concrete_nodes()), ids=lambda node: node.__name__)
def test_every_node_has_a_row(node):
    assert node in ROWS


def test_every_mechanism_and_its_backward_pass_agree_with_numpy(tmp_path):
    """One page for all; every value of every equation, at sizes all different, all equal, and with one of 1."""
    systems = {name: (named(name), FORWARD_INSTANCES) for name in names()}
    systems |= {f"{name}, backward": (one.backward(), BACKWARD_INSTANCES) for name, (one, _) in systems.items()}
    sources, jobs, cases = [], [], []
    for which, (name, (one, count)) in enumerate(systems.items()):
        sources.append(javascript(one))
        for instance in instances(one, count):
            jobs.append((which, as_lists(one, instance.arrays("float64"))))
            cases.append((name, one, instance))
    answers = computed(sources, jobs, tmp_path)
    entries, failures, compared = 0, [], set()
    for (name, one, instance), answer in zip(cases, answers, strict=True):
        if "error" in answer:
            failures.append((name, instance.label, answer["error"]))
            continue
        truth = expected(one, instance)
        assert answer.keys() == truth.keys()
        for value, (known, scale) in truth.items():
            units = wrong(answer[value], known, scale)
            if not units <= ALLOWED_UNITS:
                failures.append((name, instance.label, value, units))
            entries += 0 if scale is None else int(np.isfinite(scale).sum())
            compared.add((name, value))
    assert not failures
    assert compared == {(name, value) for name, (one, _) in systems.items() for value in one.by_name}
    assert entries > 50_000


def test_every_formula_of_a_node_and_random_systems_agree_with_plain_evaluation(tmp_path):
    sources, jobs, truths = [], [], []

    def add(one, given, truth):
        jobs.append((len(sources), given))
        sources.append(javascript(one))
        truths.append((one, truth))

    for formula in NODE_FORMULAS.values():
        one, given = node_case(formula)
        numbers = {name: np.asarray(given[name]) for name in one.inputs}
        with np.errstate(all="ignore"):
            truth = lambdify_system(one)(**numbers)
        add(one, {name: value.tolist() for name, value in numbers.items()}, {"Y": truth})
    for seed in range(RANDOM_SYSTEMS):
        one, given = random_case(random.Random(seed))
        ranks = {name: len(full_shape(symbol)) for name, symbol in one.inputs.items()}
        first = {name: np.asarray(given[name]) for name in ranks}
        first = {name: value[(0,) * (value.ndim - ranks[name])] for name, value in first.items()}
        truth = values(one, {**first, "t": float(first["t"])})
        if all(np.isfinite(value).all() and np.abs(value).max() < 1e6 for value in truth.values()):
            add(one, {name: value.tolist() for name, value in first.items()}, truth)
    assert len(jobs) > len(NODE_FORMULAS) + RANDOM_SYSTEMS / 2
    for (one, truth), answer in zip(truths, computed(sources, jobs, tmp_path), strict=True):
        assert "error" not in answer, (str(one.equations), answer)
        for name, value in truth.items():
            value = np.broadcast_to(value, answer[name].shape)
            close = np.allclose(answer[name], value, rtol=1e-9, atol=1e-9 * max(1.0, np.abs(value).max(initial=0)))
            # Random sums and quotients may cancel, hence less than what the mechanisms show; see the NumPy code's test.
            assert close or (answer[name] == value).all(), (str(one.equations), name)


def test_the_worked_example_derivatives_of_it_and_special_functions(tmp_path):
    example = sa.worked_example()
    attention = example.system
    second = named("scaled-dot").hvp()
    jacobian = sa.mechanism("a", {"P": "n m", "V": "m d_v"}, "O = softmax(P) @ V").jacobian(wrt="P")
    curve = system("E = erf(X)\nG = gelu(X)\nH = elu(X)\nL = sigmoid(X)", X="1 n")
    points = np.concatenate([np.linspace(-9, 9, 721), [-800.0, -1.0, 1.0, 1e-300, 0.0, 800.0]])[None]
    worked = {name: np.array(example.decimal(name, 20), dtype=float) for name in attention.by_name}
    given = {name: np.array(example.decimal(name, 20), dtype=float).tolist() for name in attention.inputs}
    sources, jobs = [javascript(attention), javascript(curve)], [(0, given), (1, {"X": points.tolist()})]
    others = []
    for which, one in enumerate([second, jacobian], start=2):
        sources.append(javascript(one))
        for instance in instances(one, 3):
            jobs.append((which, as_lists(one, instance.arrays("float64"))))
            others.append((one, instance))
    first, special, *answers = computed(sources, jobs, tmp_path)
    for name, value in worked.items():
        assert np.abs(first[name] - value).max() < 1e-14 * max(1.0, np.abs(value).max())
    erf = np.array([[math.erf(x) for x in points[0]]])
    gelu = np.array([[x * math.erfc(-x / math.sqrt(2)) / 2 for x in points[0]]])
    assert np.allclose(special["E"], erf, rtol=1e-15, atol=0)
    assert np.allclose(special["G"], gelu, rtol=1e-14, atol=1e-307)
    assert np.allclose(special["H"], np.where(points > 0, points, np.expm1(np.minimum(points, 0))), rtol=1e-15, atol=0)
    assert np.allclose(special["L"], (1 + np.tanh(points / 2)) / 2, rtol=1e-15, atol=1e-15)
    for (one, instance), answer in zip(others, answers, strict=True):
        for value, (known, scale) in expected(one, instance).items():
            assert wrong(answer[value], known, scale) <= ALLOWED_UNITS, (one.name, value)


MISTAKES = {
    "a factor is left out": ("Math.sqrt(d_k)", "d_k"),
    "a sign is turned": ("a - b", "b - a"),
    "a transpose is left out": ("_transpose(P)", "P"),
    "a row counts as a column": ("A.map((row) => [f(row)])", "_transpose(A).map((row) => [f(row)])"),
    "an exponential is a little off": ("Math.exp(s - largest)", "Math.exp(s - largest) * (1 + 1e-12 * s)"),
}


def test_a_mistake_in_the_code_is_noticed(tmp_path):
    backward = named("scaled-dot").backward()
    right = javascript(backward)
    sources = [right, *(right.replace(*mistake) for mistake in MISTAKES.values())]
    assert len(set(sources)) == len(MISTAKES) + 1
    drawn = list(instances(backward, 3))
    jobs = [(k, as_lists(backward, one.arrays("float64"))) for k in range(len(sources)) for one in drawn]
    answers = iter(computed(sources, jobs, tmp_path))
    for what in ["", *MISTAKES]:
        largest = 0.0
        for one in drawn:
            answer = next(answers)
            for value, (known, scale) in expected(backward, one).items():
                found = answer.get(value, np.array(math.nan))
                largest = max(largest, wrong(found, known, scale))
        assert (largest <= ALLOWED_UNITS) == (not what), (what, largest)


BAD = [
    ({"Q": [[1]], "K": [[1]]}, "TypeError: the input V is missing."),
    ("none", "TypeError: the input Q is missing."),
    ({"Q": [["x"]]}, "TypeError: Q takes real numbers, nested 2 deep; found string."),
    ({"Q": [1, 2]}, "TypeError: Q takes arrays of numbers, nested 2 deep; found number."),
    ({"Q": []}, "RangeError: Q has an axis of length 0; at least one entry along each axis would do."),
    (
        {"Q": [[1, 2], [3]], "K": [[1, 2]], "V": [[1]]},
        "RangeError: Q takes shape (n, d_k) = (2, 2); found rows of different lengths.",
    ),
    (
        {"Q": [[1, 2]], "K": [[1, 2, 3]], "V": [[1]]},
        "RangeError: K takes shape (m, d_k) = (1, 2); found (1, 3).",
    ),
]


def test_bad_input_is_refused_with_one_message(tmp_path):
    lookup = system("Y = matrix(n, m, A[i, j - 1 if j < m else 0])", A="n m")
    sources = [named("scaled-dot").javascript(), javascript_source(lookup)]
    jobs = [(0, {} if given == "none" else given) for given, _ in BAD] + [(1, {"A": [[1, 2]]})]
    answers = computed(sources, jobs, tmp_path)
    assert "\\x3c" in sources[1]
    assert [answer["error"] for answer in answers[:-1]] == [message for _, message in BAD]
    assert answers[-1]["error"] == "RangeError: A[i, j - 1 if j < m else 0]: position -1 is outside a length of 2."


def test_words_of_javascript_are_names_like_any_other(tmp_path):
    one = system("new = this @ var.T\nlet = sum(do, new[:, do] * new[do, :])", this="n m", var="n m")
    numbers = {
        "this": np.array([[1.0, 2.0, 0.0], [0.0, 1.0, -1.0]]),
        "var": np.array([[2.0, 1.0, 1.0], [0.0, 3.0, 1.0]]),
    }
    truth = lambdify_system(one)(**numbers)
    (answer,) = computed([javascript(one)], [(0, as_lists(one, numbers))], tmp_path)
    assert answer.keys() == {"new", "let"} and (answer["let"] == truth).all()


def test_the_code_is_one_function_that_calls_no_library():
    source = named("multi-head-causal").backward().javascript()
    assert not re.search(r"\b(import|require|fetch|document|window|eval)\b", source)
    assert len(re.findall(r"^function ", source, re.M)) == 1 and source.endswith("}\n")
    assert "\n  // dV[h] = P[h].T @ dO[h]\n  const dV = " in source


def test_outputs_are_those_asked_for_and_only_what_they_need_is_computed():
    attention = named("scaled-dot")
    assert "return {O};" in attention.javascript()
    assert "return {P, Q};" in attention.javascript(["P", "Q"]) and "const O" not in attention.javascript("P")
    assert "return {dQ, dK, dV};" in attention.backward().javascript()
    with pytest.raises(UnknownNameError, match="has no 'R'"):
        attention.javascript("R")


def test_a_function_is_called_as_asked():
    assert "\nfunction attend(inputs) {" in named("dot").javascript(name="attend")
    assert "\nfunction new_function(inputs) {" in named("dot").javascript(name="new")
    with pytest.raises(LanguageError):
        named("dot").javascript(name="a(){}; alert")


def test_nothing_in_a_text_ends_the_script_that_it_stands_in():
    attention = named("dot")
    hostile = "x</script><script>alert(1)</script><!-- \n alert(2) \u2028 alert(3)"
    source = javascript_source(EquationSystem(hostile, attention.input_symbols, attention.equations, "O", hostile))
    assert "</" not in source and "<!--" not in source and "\u2028" not in source
    assert all(line.startswith("//") for line in source.splitlines() if "alert(" in line)


def test_a_name_outside_the_language_is_refused():
    A = sa.named("dot").input_symbols[0].func("A;alert(1)", 2, 2)
    with pytest.raises(LanguageError, match="cannot print the name"):
        javascript_source(EquationSystem("case", (A,), (Equation("B", MatrixProduct(A, A)),), "B"))


def test_a_node_without_a_row_names_the_table_and_what_it_is_inside():
    S = sa.named("dot").input_symbols[0].func("S", 2, 3)
    inside = EquationSystem("case", (S,), (Equation("O", Softmax(Unknown(S))),), "O")
    with pytest.raises(MissingRowError, match=r"lower Unknown, inside Softmax; add a row to lowering/javascript\.py"):
        javascript_source(inside)


def test_every_helper_is_called_by_a_row_or_by_another_helper():
    sources = [javascript(node_case(formula)[0]) for formula in NODE_FORMULAS.values()]
    sources.append(javascript(system("Y = matrix(n, n, floor(log(i + 1)) + (i // 2)) + entmax(A, 4/3)", A="n n")))
    defined = {name for source in sources for name in re.findall(r"^  function (\w+)", source, re.M)}
    assert defined == set(HELPERS)
    assert all(text.startswith("//") for text in needed(HELPERS))


def test_what_helpers_call_by_its_name_is_no_name_of_a_variable():
    code = "\n".join(re.sub(r"//.*|`[^`]*`|\"[^\"]*\"", "", text) for text in HELPERS.values())
    called = set(re.findall(r"(?<![.\w])([A-Z][a-z]\w+)", code))
    assert {"Math", "RangeError"} <= called <= TAKEN
