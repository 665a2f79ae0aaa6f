"""The article's path: what its chapters say of numbers, of code and of mechanisms is so."""

import contextlib
import io
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from symattn import article, book
from symattn.article_steps import eight_steps
from symattn.book import attention_as_code, self_attention_in_eight_steps, what_attention_is, words_pixels_channels
from symattn.book.article_chapter import Check
from symattn.book.said import LANGUAGES, Said
from symattn.errors import UnknownNameError
from symattn.examples import worked_example
from symattn.mechanisms import named
from symattn.publishing.document import Code

ARTICLE = book.in_order()[:4]

X, W_K, W_Q, W_V = (np.array(article.SELF_ATTENTION[name], dtype=float) for name in ("X", "W_K", "W_Q", "W_V"))


def softmax(scores, axis=-1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def code_blocks(name, language="en"):
    return [block.text for block in book.named(name).present(language).blocks if isinstance(block, Code)]


@pytest.mark.parametrize("name", ARTICLE)
def test_every_check_of_the_path_holds(name):
    chapter = book.named(name)
    assert chapter.checks and all(check.holds() for check in chapter.checks)
    assert chapter.evidence == ("sampled" if name == "attention-as-code" else "exact")


def test_a_check_that_fails_is_shown_as_refuted_in_the_table_and_in_the_index():
    wrong = Check(Said("one is two", "一等于二"), Said("compared", "比较"), lambda: 1 == 2)
    chapter = replace(book.named("what-attention-is"), checks=(wrong,))
    assert chapter.evidence == "refuted"
    assert re.search("One is two +refuted +compared", chapter.present("en").to("text"))
    assert re.search("一等于二 +被推翻 +比较", chapter.present("zh").to("text"))


def test_the_checks_see_other_numbers(monkeypatch):
    """Each against an example that is not the one that the prose is about."""
    scaled = worked_example(scaled=True)
    monkeypatch.setattr(what_attention_is, "worked_example", lambda name: scaled)
    assert not what_attention_is.odds() and not what_attention_is.winners()
    monkeypatch.setattr(
        self_attention_in_eight_steps, "worked_example", lambda scaled=False: worked_example(scaled=True)
    )
    assert not self_attention_in_eight_steps.rounded_by_hand()
    monkeypatch.setattr(attention_as_code, "worked_example", lambda: scaled)
    assert not attention_as_code.agrees()
    monkeypatch.setattr(words_pixels_channels, "turn", lambda rows: [list(row) for row in rows])
    with pytest.raises(Exception, match=r"shape|size|conform|must"):
        words_pixels_channels.pixels_are_tokens()


def test_blocks_that_do_not_add_up_are_seen(monkeypatch):
    from symattn.examples import weighted_values

    monkeypatch.setattr(self_attention_in_eight_steps, "weighted_values", lambda example: weighted_values(example)[:2])
    assert not self_attention_in_eight_steps.blocks_sum_to_the_output()


def test_a_derivation_that_the_theorem_has_not_is_an_error():
    chapter = replace(book.named("what-attention-is"), rests_on={"convex-hull": ("no such",)})
    with pytest.raises(UnknownNameError, match="theorem convex-hull has no derivation 'no such'"):
        chapter.derivations  # noqa: B018


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_eight_steps_stand_in_their_chapter_in_order(language):
    blocks = book.named("self-attention-in-eight-steps").present(language).blocks
    steps = eight_steps(worked_example(), language=language).blocks
    start = blocks.index(steps[0])
    assert blocks[start : start + len(steps)] == steps


def test_the_numpy_program_prints_what_stands_below_its_call():
    module, call, _ = code_blocks("attention-as-code")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(f"{module}\n{call}", {})
    assert f"# {printed.getvalue().strip()}" == call.splitlines()[-1]
    assert code_blocks("attention-as-code", "zh") == code_blocks("attention-as-code")


def test_the_torch_program_is_printed_where_there_is_no_torch():
    code = (
        "import sys; sys.modules['torch'] = None\nfrom symattn import book\n"
        "print(book.named('attention-as-code').present('en').to('text'), end='')"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed == book.named("attention-as-code").present("en").to("text")


def test_the_torch_program_gives_the_same_output_and_gradients():
    torch = pytest.importorskip("torch")
    space = {}
    exec(code_blocks("attention-as-code")[2], space)
    inputs = [torch.tensor(each, requires_grad=True) for each in (X, W_K, W_Q, W_V)]
    found = space["self_attention"](*inputs)
    exact = np.array(worked_example().decimal("O", 20), dtype=float)
    np.testing.assert_allclose(found.detach().numpy(), exact, rtol=1e-12)
    (found * torch.arange(9.0).reshape(3, 3)).sum().backward()
    assert all(bool(each.grad.abs().max() > 0) for each in inputs)


def test_scores_and_weights_of_the_three_similarities_are_those_of_plain_numbers():
    q, keys = (X @ W_Q)[0], X @ W_K
    cosine = keys @ q / np.linalg.norm(keys, axis=1) / np.linalg.norm(q)
    expected = []
    for scores in (keys @ q, cosine, np.tanh(q + keys).sum(1)):
        expected += [scores, softmax(scores)]
    found = [[float(cell.value.decimal(12)) for cell in row[1:]] for row in what_attention_is.compared("en")]
    np.testing.assert_allclose(found, np.transpose(expected), rtol=1e-9)


def test_stressed_scores_are_those_of_plain_numbers():
    scores = (X @ W_Q @ (X @ W_K).T)[1]
    found = np.array([[float(cell.value.decimal(12)) for cell in row[2:]] for row in what_attention_is.stressed("en")])
    np.testing.assert_allclose(found, np.transpose([scores / scores.sum(), softmax(scores)]), rtol=1e-9)


def test_the_mechanisms_that_are_named_are_in_the_library():
    for name in ARTICLE:
        text = book.named(name).present("en").to("text")
        for mechanism in re.findall(r"  ([a-z]+(?:-[a-z]+)*)$", text.partition("What was proved")[0], re.MULTILINE):
            if mechanism in ("softmax", "weight", "library"):
                continue
            assert named(mechanism), mechanism


# What the misconceptions' answers say of numbers.


def test_softmax_over_the_other_axis_leaves_the_first_query_little():
    weights = softmax(X @ W_Q @ (X @ W_K).T, axis=0)
    assert 0 < weights[0].sum() < 0.07


def test_the_articles_rounding_moves_the_second_output_by_more_than_three_tenths():
    exact = np.array(worked_example().decimal("O", 20), dtype=float)
    rounded = np.array(article.ROUNDED_WEIGHTS, dtype=float) @ (X @ W_V)
    assert abs(rounded - exact)[0, 1] > 0.3 and softmax(X @ W_Q @ (X @ W_K).T)[0, 0] > 0.06


def test_rounding_scores_first_gives_other_weights():
    assert np.round(softmax(np.array([0.0, 0.4])), 3).tolist() == [0.401, 0.599]
    assert softmax(np.round(np.array([0.0, 0.4]))).tolist() == [0.5, 0.5]


def test_scaling_makes_one_gradient_larger_and_the_other_smaller():
    norms = {}
    for name in ("self-attention", "scaled-self-attention"):
        back = named(name).backward(wrt=["W_Q", "W_K"]).lambdify("numpy")
        found = back(**article.SELF_ATTENTION, dO=np.ones((3, 3)))
        norms[name] = {each: float(np.linalg.norm(found[each])) for each in ("dW_Q", "dW_K")}
    assert norms["scaled-self-attention"]["dW_Q"] > norms["self-attention"]["dW_Q"]
    assert norms["scaled-self-attention"]["dW_K"] < norms["self-attention"]["dW_K"]


def test_the_longest_key_is_never_beaten_by_dot_product_and_never_wins_by_cosine():
    queries, keys = X @ W_Q, X @ W_K
    lengths = np.linalg.norm(keys, axis=1)
    assert lengths.argmax() == 1
    dot = queries @ keys.T
    cosine = dot / lengths
    assert (dot[:, 1] == dot.max(1)).all() and (cosine[:, 1] < cosine.max(1)).all()


def test_two_equal_scores_attain_the_constant_one_half():
    jacobian = np.diag([0.5, 0.5]) - 0.25
    assert np.linalg.norm(jacobian, 2) == pytest.approx(0.5)
