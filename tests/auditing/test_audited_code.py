"""Python functions against mechanisms: the same within rounding, or different and named, and run only on request."""

from pathlib import Path

import audited_functions as functions
import pytest
from mistake_cases import CAPPED

import symattn as sa
from symattn.auditing import functions as auditing_functions
from symattn.auditing import trial

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array_wrap__:DeprecationWarning"
)  # torch's arrays in NumPy's functions

FILE = Path(functions.__file__)
GROUPED = sa.mechanism(
    "grouped heads",
    inputs={"Q": "G R n d_k", "K": "G m d_k", "V": "G m d_v"},
    equations="O[g, r] = softmax(Q[g, r] @ K[g].T / sqrt(d_k)) @ V[g]",
)


def audited(name, mechanism, **options):
    return sa.audit(getattr(functions, name), mechanism, run=True, instances=8, seconds=2.0, **options)


@pytest.mark.parametrize(
    ("name", "mechanism"),
    [
        ("attention", "scaled-dot"),
        ("in_order", "scaled-dot"),
        ("other_names", "scaled-dot"),
        ("causal_sdpa", "causal"),
        ("causal_sdpa", "scaled-dot"),
        ("batched", "scaled-dot"),
        ("masked", "masked"),
        ("interleaved_heads", GROUPED),
        ("llama", "rope-half-split"),
    ],
)
def test_a_right_function_is_the_same_at_all_instances_and_never_proved(name, mechanism):
    found = audited(name, mechanism)
    assert found.verdict.kind == "sampled" and len(found.verdict.instances) == 8 and found.mistakes == (), str(found)
    assert "nothing is proved" in found.verdict.reason


@pytest.mark.parametrize(
    ("name", "mechanism", "mistake"),
    [
        ("unscaled", "scaled-dot", "1/√d_k missing"),
        ("scaled_twice", "scaled-dot", "1/√d_k twice"),
        ("keys_as_they_are", "scaled-dot", "K not transposed"),
        ("values_inside", "scaled-dot", "V inside the softmax"),
        ("other_axis", "scaled-dot", "softmax over the wrong axis"),
        ("masked_afterwards", "causal", "mask after softmax without renormalising"),
        ("times_row_sum", "scaled-dot", "diag(ℓ) for diag(ℓ)⁻¹"),
        ("attention", "causal", "mask missing"),
        ("lower_right", "causal", "causal alignment"),
        ("lower_right", "causal-lower-right", "NaN for a row without keys"),
        ("blocked_where_true", "masked", "mask sign and a large number for minus infinity"),
        ("added_with_plus", "causal", "additive mask of the wrong sign"),
        ("in_single_precision", "scaled-dot", "single precision inside"),
        ("tiled_heads", GROUPED, "heads tiled instead of interleaved"),
        ("capped_after_mask", CAPPED, "softcap after the mask"),
        ("llama", "rope", "RoPE layout"),
    ],
)
def test_a_mistake_in_code_is_named_and_shown_with_small_numbers(name, mechanism, mistake):
    found = audited(name, mechanism)
    assert found.verdict.kind == "refuted" and found.exit_status == 1
    assert mistake in found.mistakes, str(found)
    shown = found.verdict.counterexample
    assert shown.evidence == "sampled" and max(shown.sizes.values()) <= 4, str(found)


def test_a_wrong_function_that_no_mistake_explains_has_no_name():
    found = audited("unlike_any_mistake", "scaled-dot")
    assert found.exit_status == 1 and found.mistakes == ()


def test_a_function_is_not_run_unless_it_is_asked_for(tmp_path):
    path = tmp_path / "module.py"
    path.write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\ndef attention(q, k, v): return q\n")
    with pytest.raises(sa.SymattnError, match="--run, or run=True"):
        sa.audit(f"{path}:attention", "scaled-dot")
    assert not (tmp_path / "ran").exists()
    sa.audit(f"{path}:attention", "scaled-dot", run=True, instances=1, seconds=0.1)
    assert (tmp_path / "ran").exists()


def test_a_function_that_changes_its_inputs_is_reported():
    assert any("changes its argument q" in note for note in audited("in_place", "scaled-dot").notes)
    assert not any("changes" in note for note in audited("attention", "scaled-dot").notes)


def test_a_result_of_another_shape_is_reported():
    found = audited("transposed_result", "scaled-dot")
    assert found.exit_status == 1 and "returned an array of shape" in found.verdict.reason


def test_a_function_that_draws_numbers_is_reported():
    assert any("called again" in note for note in audited("noisy", "scaled-dot").notes)


def test_parameters_can_be_mapped_by_name():
    swapped = {"q": "K", "k": "Q"}
    same_widths = sa.mechanism(
        "swapped", inputs={"Q": "n d", "K": "n d", "V": "n d"}, equations="O = softmax(K @ Q.T / sqrt(d)) @ V"
    )
    assert audited("attention", same_widths, arguments=swapped).same
    assert not audited("attention", same_widths).same


def test_a_tolerance_that_admits_everything_would_name_nothing(monkeypatch):
    """Shown failing: with the comparison switched off, a wrong function passes."""
    monkeypatch.setattr(auditing_functions, "difference", lambda left, right: None)
    assert audited("unscaled", "scaled-dot").exit_status == 3


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("raises", r"raises at n=\d+ .* raised ValueError: no .* way"),
        ("leaves", "raised SystemExit: 3"),
        ("too_few", "takes no parameter for V"),
        ("too_many", "has the parameter dropout"),
        ("any_names", r"takes arguments of any name \(\*\*\)"),
        ("nothing", "takes no arguments; the inputs of .* are Q, K, V"),
    ],
)
def test_what_a_function_raises_is_one_message(name, words):
    with pytest.raises(sa.SymattnError, match=words) as caught:
        audited(name, "scaled-dot")
    assert "\n" not in str(caught.value)


def test_a_function_is_called_in_the_way_that_has_a_result_at_all_instances():
    """Shapes that fit by chance, heads taken for tokens, do not hide what the function does with its own."""
    found = sa.audit(functions.tiled_with_a_batch, GROUPED, run=True, seconds=2.0)
    assert ("heads tiled instead of interleaved",) in [each.names for each in found.explanations]
    assert not any("raised" in note for note in found.notes)


def test_arguments_without_names_are_called_by_their_inputs():
    assert "any_number(Q, K, V)" in str(audited("any_number", "scaled-dot"))


def test_what_is_no_array_is_reported():
    assert "returned str" in audited("text", "scaled-dot").verdict.reason


def test_a_function_that_does_not_come_back_is_given_up(monkeypatch):
    monkeypatch.setattr(trial, "CALL_SECONDS", 0.2)
    with pytest.raises(sa.SymattnError, match=r"not done within 0\.2 s and was given up"):
        audited("endless", "scaled-dot")


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ("nowhere.py:attention", "there is no such file"),
        (f"{FILE}:attentoin", "Did you mean attention"),
        (f"{FILE}:not_a_function", "not_a_function is no function"),
        (f"{FILE}:Layer", r"Layer is a class\. Audit .* x = Layer\(\.\.\.\)\. The file has: (?!.*Layer)"),
    ],
)
def test_what_does_not_name_a_function_is_one_message(claim, words):
    with pytest.raises(sa.SymattnError, match=words):
        sa.audit(claim, "scaled-dot", run=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def f(:", "raised SyntaxError"),
        ("import nothing_of_that_name", "raised ModuleNotFoundError"),
        ("raise SystemExit(0)", "raised SystemExit"),
        ("\0", "raised"),
    ],
)
def test_a_file_that_does_not_load_is_one_message(text, words, tmp_path):
    path = tmp_path / "broken.py"
    path.write_text(text)
    with pytest.raises(sa.SymattnError, match=words) as caught:
        sa.audit(f"{path}:f", "scaled-dot", run=True)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [({"z": "Q"}, "has no parameter 'z'"), ({"q": "Z"}, "has no input or size 'Z'")],
)
def test_a_map_that_names_nothing_is_refused(arguments, words):
    with pytest.raises(sa.SymattnError, match=words):
        audited("attention", "scaled-dot", arguments=arguments)
