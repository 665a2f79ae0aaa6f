"""Soft and hard attention, and dropout: means, draws, and what is kept."""

import torch
from drawing import close, computed, drawn
from torch.nn import functional as F

SIZES = {"n": 4, "L": 5, "D": 3}


def gumbel(*shape):
    """Independent entries -log(-log(u)), u uniform."""
    return -(-torch.rand(*shape, generator=torch.Generator().manual_seed(4), dtype=torch.float64).log()).log()


def test_soft_attention_is_the_mean_of_annotations_under_the_weights():
    inputs = drawn("soft-attention", batched="e a", **SIZES)
    expected = torch.stack(
        [
            torch.stack([sum(p * a for p, a in zip(row, block, strict=True)) for row in rows])
            for rows, block in zip(inputs["e"].softmax(-1), inputs["a"], strict=True)
        ]
    )
    assert close(computed("soft-attention", inputs), expected)


def test_hard_attention_takes_the_annotation_at_the_largest_of_scores_and_noise():
    inputs = drawn("hard-attention", batched="e G a", **SIZES)
    found = computed("hard-attention", inputs, "s", "z")
    chosen = (inputs["e"] + inputs["G"]).argmax(-1)
    assert close(found["z"], torch.stack([block[row] for block, row in zip(inputs["a"], chosen, strict=True)]))
    assert torch.equal(found["s"].sum(-1), torch.ones(2, 4, dtype=torch.float64))


def test_with_gumbel_noise_the_draws_have_the_soft_weights_as_chances():
    inputs, draws = drawn("hard-attention", **SIZES), 20_000
    chances = inputs["e"].softmax(-1)
    frequencies = computed("hard-attention", {**inputs, "G": gumbel(draws, 4, 5)}, "s")["s"].mean(0)
    error = (chances * (1 - chances) / draws).sqrt()
    assert ((frequencies - chances).abs() < 5 * error).all()
    plain = torch.rand(draws, 4, 5, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    uniform = computed("hard-attention", {**inputs, "G": plain}, "s")["s"].mean(0)
    assert not ((uniform - chances).abs() < 5 * error).all()


def test_a_convex_function_is_smaller_at_the_mean_than_in_the_mean():
    inputs = drawn("soft-attention", **SIZES)
    found = computed("soft-attention", inputs, "alpha", "z")
    of_means = (found["z"] ** 2).sum(-1)
    assert (of_means < found["alpha"] @ (inputs["a"] ** 2).sum(-1)).all()


def test_dropout_is_what_torch_makes_of_the_weights():
    inputs = drawn("dropout", batched="Q K V M", n=4, m=6, d_k=3, d_v=2)
    weights = (inputs["Q"] @ inputs["K"].mT / 3**0.5).softmax(-1)
    torch.manual_seed(3)
    dropped = F.dropout(weights, 0.25)
    inputs["M"], inputs["p"] = (dropped != 0).double(), torch.tensor(0.25, dtype=torch.float64)
    assert 0 < inputs["M"].mean() < 1
    found = computed("dropout", inputs, "D", "O")
    assert close(found["D"], dropped) and close(found["O"], dropped @ inputs["V"])


def test_a_query_that_loses_every_key_gets_zeros():
    inputs = drawn("dropout", n=4, m=6, d_k=3, d_v=2)
    inputs["M"] = torch.ones(4, 6, dtype=torch.float64)
    inputs["M"][1] = 0
    found = computed("dropout", {**inputs, "p": torch.tensor(0.5, dtype=torch.float64)})
    assert (found[1] == 0).all() and (found[[0, 2, 3]] != 0).all()
