"""The generated module: readable, self-contained, made only of admitted names, and cheap in what it does."""

import ast
import linecache
import re
import subprocess
import sys
import textwrap
import traceback

import numpy as np
import pytest
from lowering_cases import ADDITIVE, ATTENTION, CROSS_ATTENTION, GENERIC, GENERIC_OUTPUT, matrices, system
from sympy import MatrixSymbol, Min, Symbol

from symattn.language.names import NAME
from symattn.lowering import TARGETS, lambdify, lambdify_system
from symattn.nodes import IndexSum


def body(function):
    """The function's lines after its checks, comments left out."""
    lines = function.source[function.source.index("\ndef " + function.__name__) :].splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("    # S ="))
    return [line.strip() for line in lines[start:] if not line.strip().startswith("#")]


def test_scaled_attention_reads_like_this():
    assert body(lambdify_system(ATTENTION)) == [
        "S = (Q / math.sqrt(d_k)) @ K.mT",
        "P = S  # memory that nothing reads again",
        "P -= P.max(axis=-1, keepdims=True, initial=-np.inf)",
        "np.exp(P, out=P)",
        "_total = P.sum(axis=-1, keepdims=True)",
        "if P.shape[-1] == 0:",
        "_total += 1  # without any key 0 is divided by it",
        "O = P @ V",
        "O /= _total",
        "return O",
    ]
    assert body(lambdify_system(ATTENTION, "torch")) == [
        "S = (Q / math.sqrt(d_k)) @ K.mT",
        "P = torch.softmax(S, dim=-1)",
        "O = P @ V",
        "return O",
    ]


def test_weights_that_are_asked_for_are_divided_themselves():
    lines = body(lambdify_system(ATTENTION, outputs=["P", "O"]))
    assert "P /= P.sum(axis=-1, keepdims=True)" in lines
    assert not any("_total" in line for line in lines)


def test_what_is_written_twice_is_computed_once():
    made = system("O = tanh(A @ B) + softmax(tanh(A @ B)) * rowsum(tanh(A @ B))", A="n d", B="d m")
    source = lambdify_system(made).source
    assert source.count("np.tanh") == source.count("A @ B\n") == 1


def test_every_equation_stands_above_its_code():
    source = lambdify_system(ADDITIVE).source
    assert "    # S = sum(a, v_a[a] * tanh(A[:, a] + B[:, a].T))\n" in source
    assert "    # P = softmax(S)" in source


def test_the_docstring_names_mechanism_source_and_shapes():
    text = lambdify_system(ATTENTION).__doc__
    assert text.startswith("Scaled dot-product attention.")
    assert "Source: Vaswani et al. 2017, arXiv:1706.03762, eq. (1)." in text
    assert "Q (..., n, d_k), K (..., m, d_k), V (..., m, d_v)" in text


def test_the_function_says_what_it_is():
    f = lambdify_system(ATTENTION, outputs=["S", "O"])
    assert f.__name__ == "scaled_dot_product_attention"
    assert (f.inputs, f.outputs, f.target) == (("Q", "K", "V"), ("S", "O"), "numpy")


TRICKS = ['"""\nimport os\n"""', "\\", "'''", 'quote"', "name \\N{DEL}", "\u202e reversed"]
HOSTILE = [*TRICKS, "", "3 heads", "class", "np", "Q"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_or_source_gets_out_of_the_docstring(text):
    made = system("S = Q @ Q.T", source=text, name=text, Q="n d")
    f = lambdify_system(made)
    tree = ast.parse(f.source)
    assert [type(node).__name__ for node in tree.body] == ["Expr", "Import", "FunctionDef", "FunctionDef"]
    assert f([[2.0]]) == [[4.0]]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("made", [ATTENTION, ADDITIVE, CROSS_ATTENTION])
def test_the_functions_names_are_the_users_or_begin_with_an_underscore(target, made):
    tree = ast.parse(lambdify_system(made, target).source)
    function = tree.body[-1]
    users = {*made.inputs, *made.by_name, *(symbol.name for symbol in made.sizes)}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            assert node.id in users or re.match(r"_[a-z]+\d*\Z", node.id) or node.id == "array", node.id
    assert all(NAME.match(name) for name in users)


def test_temporaries_keep_out_of_the_way_of_names_like_theirs():
    made = system(
        "weights = softmax(value)\ntotal = weights @ shared.T\nvalue2 = total @ dtype + ones(n, d)",
        value="n m",
        shared="d m",
        dtype="d d",
    )
    numbers = {**matrices(1, value=(2, 3), shared=(4, 3)), "dtype": np.eye(4) + 1}
    e = np.exp(numbers["value"])
    expected = (e / e.sum(axis=-1, keepdims=True)) @ numbers["shared"].T @ numbers["dtype"] + 1
    assert np.allclose(lambdify_system(made)(**numbers), expected)


@pytest.mark.parametrize("target", TARGETS)
def test_the_module_runs_where_symattn_cannot_be_imported(target, tmp_path):
    pytest.importorskip(target)
    f = lambdify_system(CROSS_ATTENTION, target)
    program = textwrap.dedent(f"""
        import sys
        sys.modules["symattn"] = sys.modules["sympy"] = None
        sys.path.insert(0, {str(tmp_path)!r})
        import generated
        print(generated.{f.__name__}(**{GENERIC!r}).tolist())
    """)
    (tmp_path / "generated.py").write_text(f.source, encoding="utf-8")
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    assert np.allclose(ast.literal_eval(done.stdout), GENERIC_OUTPUT, rtol=1e-6)


def test_lowering_to_numpy_does_not_load_torch():
    program = """
        import sys
        import symattn.lowering
        from sympy import MatrixSymbol
        assert "numpy" not in sys.modules
        A = MatrixSymbol("A", 2, 2)
        symattn.lowering.lambdify(A, A * A)([[1, 2], [3, 4]])
        assert "torch" not in sys.modules
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True)


def test_a_traceback_shows_the_generated_line():
    f = lambdify_system(ATTENTION)
    try:
        f(np.ones((2, 3, 4)), np.ones((5, 6, 4)), np.ones((6, 2)))
    except ValueError:
        assert "S = (Q / math.sqrt(d_k)) @ K.mT" in traceback.format_exc()
    else:
        raise AssertionError("batches of 2 and 5 do not broadcast")
    linecache.checkcache()
    assert linecache.getline(f.__code__.co_filename, 1).startswith('"""Scaled dot-product attention')


def test_comments_are_in_the_language_for_functions_of_numbers_too():
    source = lambdify_system(system("Y = elu(t) * A - relu(t) * gelu(t) * A", A="n m", t="scalar")).source
    assert "    # Y = elu(t) * A - relu(t) * gelu(t) * A\n" in source


def test_what_the_language_has_no_words_for_has_a_comment_all_the_same():
    A, t = MatrixSymbol("A", 2, 3), Symbol("t")
    assert "    # result = " in lambdify([A, t], Min(t, 1) * A).source


@pytest.mark.parametrize("name", ["a\nimport os", "a\rimport os", "a\x0cb", "a\u2028b"])
def test_a_comment_ends_with_its_line_whatever_an_index_is_called(name):
    A = MatrixSymbol("A", 2, 3)
    source = lambdify(A, IndexSum(A, Symbol(name), 3)).source
    (comment,) = [line for line in source.splitlines() if line.strip().startswith("# result =")]
    assert comment.endswith("A)")
