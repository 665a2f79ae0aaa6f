"""Attentional feature fusion against modules of convolutions and BatchNorm, and where paper and code part."""

import pytest
import torch
from drawing import close, computed, drawn
from torch import nn


def branch(channels, inner, seed):
    """Two convolutions of 1 × 1 with BatchNorm, as the code has them, all numbers random."""
    layers = nn.Sequential(
        nn.Conv2d(channels, inner, 1), nn.BatchNorm2d(inner), nn.ReLU(), nn.Conv2d(inner, channels, 1),
        nn.BatchNorm2d(channels),
    ).double().eval().requires_grad_(False)  # fmt: skip
    generator = torch.Generator().manual_seed(seed)
    for tensor in (*layers.parameters(), *layers.buffers()):
        if tensor.dtype == torch.float64:
            tensor.normal_(generator=generator).abs_().add_(0.1)
    layers[0].weight.normal_(generator=generator)
    layers[3].weight.normal_(generator=generator)
    return layers


def weights_of(layers, letter):
    """The inputs that a branch stands for: BatchNorm a scale and a shift, with the bias of the convolution in it."""
    found = {}
    for number, (convolution, norm) in enumerate([(layers[0], layers[1]), (layers[3], layers[4])], start=1):
        scale = norm.weight / (norm.running_var + norm.eps).sqrt()
        shift = norm.bias + scale * (convolution.bias - norm.running_mean)
        found[f"W_{letter}{number}"] = convolution.weight[:, :, 0, 0]
        found[f"scale_{letter}{number}"], found[f"shift_{letter}{number}"] = scale[:, None], shift[:, None]
    return found


def stacked(first, second):
    """The weights of two stages as families."""
    return {name: torch.stack([first[name], second[name]]) for name in first}


def gates(X, local, whole):
    """The gate of MS-CAM: pixels by themselves plus the mean over all of them."""
    return (local(X) + whole(nn.functional.adaptive_avg_pool2d(X, 1))).sigmoid()


LOCAL, WHOLE, LOCAL_2, WHOLE_2 = (branch(5, 2, seed) for seed in range(4))
WEIGHTS = {**weights_of(LOCAL, "L"), **weights_of(WHOLE, "G")}
LOCALS = stacked(weights_of(LOCAL, "L"), weights_of(LOCAL_2, "L"))
WHOLES = stacked(weights_of(WHOLE, "G"), weights_of(WHOLE_2, "G"))


def maps():
    """Two feature maps, a batch of each."""
    return drawn("direct-add", batched="X Y", C=5, H=3, W=4)


def test_ms_cam_is_two_networks_under_one_gate():
    X = maps()["X"]
    assert close(computed("ms-cam", {"X": X, **WEIGHTS}), X * gates(X, LOCAL, WHOLE))


@pytest.mark.parametrize(("name", "factor"), [("aff", 1), ("aff-code", 2)])
def test_fusion_is_a_gated_mean_and_twice_that_in_the_code(name, factor):
    X, Y = maps().values()
    gate = gates(X + Y, LOCAL, WHOLE)
    found = computed(name, {"X": X, "Y": Y, **WEIGHTS})
    assert close(found, factor * X * gate + factor * Y * (1 - gate))


@pytest.mark.parametrize(("name", "factor"), [("aff", 1), ("aff-code", 2), ("iaff", 1), ("iaff-code", 1)])
def test_two_equal_maps_give_the_map_and_twice_the_map_in_the_code_of_the_plain_form(name, factor):
    X = maps()["X"]
    weights = {"aff": WEIGHTS, "aff-code": WEIGHTS, "iaff": {**LOCALS, **WHOLES}, "iaff-code": {**WEIGHTS, **LOCALS}}
    assert close(computed(name, {"X": X, "Y": X, **weights[name]}), factor * X)


def test_a_fused_entry_lies_between_the_two_in_the_paper_and_not_in_the_code():
    inputs = {**maps(), **WEIGHTS}
    low, high = torch.minimum(inputs["X"], inputs["Y"]), torch.maximum(inputs["X"], inputs["Y"])
    paper, code = computed("aff", inputs), computed("aff-code", inputs)
    assert ((low <= paper) & (paper <= high)).all() and not ((low <= code) & (code <= high)).all()


def test_the_gates_of_a_fusion_are_a_softmax_over_two_branches():
    inputs = {**maps(), **WEIGHTS}
    found = computed("aff", inputs, "L", "G", "M")
    scores = found["L"] + found["G"]
    two = torch.stack([scores, torch.zeros_like(scores)]).softmax(0)
    assert close(found["M"], two[0]) and close(1 - found["M"], two[1])


def test_iterated_fusion_takes_its_gates_from_a_first_fusion():
    inputs = maps()
    X, Y = inputs.values()
    gate = gates(X + Y, LOCAL, WHOLE)
    fused = X * gate + Y * (1 - gate)
    for name, second, weights in (("iaff", WHOLE_2, WHOLES), ("iaff-code", WHOLE, weights_of(WHOLE, "G"))):
        again = gates(fused, LOCAL_2, second)
        assert close(computed(name, {**inputs, **LOCALS, **weights}), X * again + Y * (1 - again)), name


def test_paper_and_code_of_iterated_fusion_agree_where_both_stages_share_the_global_layers():
    inputs = {**maps(), **LOCALS}
    code = computed("iaff-code", {**inputs, **weights_of(WHOLE, "G")})
    shared = stacked(weights_of(WHOLE, "G"), weights_of(WHOLE, "G"))
    assert close(computed("iaff", {**inputs, **shared}), code)
    assert not torch.allclose(computed("iaff", {**inputs, **WHOLES}), code, atol=1e-3)


def test_direct_addition_adds():
    inputs = maps()
    assert torch.equal(computed("direct-add", inputs), inputs["X"] + inputs["Y"])
