"""Gates over channels and over pixels: squeeze-and-excitation, its relatives, and CBAM, against their convolutions."""

import pytest
import torch
from drawing import close, computed, drawn
from torch.nn import functional as F

MAP = {"C": 5, "C_r": 2, "H": 3, "W": 4}


def test_squeeze_and_excitation_is_pooling_and_two_convolutions():
    inputs = drawn("se", batched="U", **MAP)
    squeezed = F.adaptive_avg_pool2d(inputs["U"], 1)
    hidden = F.conv2d(squeezed, inputs["W_1"][..., None, None]).relu()
    gates = F.conv2d(hidden, inputs["W_2"][..., None, None]).sigmoid()
    assert close(computed("se", inputs), gates * inputs["U"])


@pytest.mark.parametrize("r", [1, 2, 3])
def test_efficient_channel_attention_is_a_convolution_over_channels(r):
    inputs = drawn("eca", batched="X", C=6, H=3, W=4, r=r)
    means = inputs["X"].mean((-2, -1))[:, None]
    gates = F.conv1d(means, inputs["w"].T[None], padding=r)[:, 0].sigmoid()
    found = computed("eca", inputs)
    assert close(found, gates[..., None, None] * inputs["X"])
    reversed_gates = F.conv1d(means, inputs["w"].T[None].flip(-1), padding=r)[:, 0].sigmoid()
    assert not torch.allclose(found, reversed_gates[..., None, None] * inputs["X"], atol=1e-3)


def test_the_convolution_over_channels_is_a_banded_matrix_of_equal_diagonals():
    inputs = drawn("eca", C=6, H=1, W=2, r=1)
    T = computed("eca", inputs, "T")["T"]
    w = inputs["w"][:, 0]
    expected = sum(torch.diag(w[k + 1].expand(6 - abs(k)), k) for k in (-1, 0, 1))
    assert torch.equal(T, expected)


def channel_gates(F_map, W_0, W_1, b_0=0.0, b_1=0.0):
    """Gates of channels: one network for means and for maxima."""

    def network(pooled):
        return (pooled.flatten(1) @ W_0.T + b_0).relu() @ W_1.T + b_1

    gates = network(F.adaptive_avg_pool2d(F_map, 1)) + network(F.adaptive_max_pool2d(F_map, 1))
    return gates.sigmoid()[..., None, None]


def pixel_scores(F_map, kernels, largest_first=False):
    """The scores of pixels before the sigmoid: the two pooled maps through one convolution."""
    pooled = [F_map.mean(1, keepdim=True), F_map.amax(1, keepdim=True)]
    return F.conv2d(torch.cat(pooled[::-1] if largest_first else pooled, 1), kernels[None], padding="same")


def test_channel_gates_of_cbam_are_a_network_of_means_and_maxima():
    inputs = drawn("cbam-channel", batched="F", **MAP)
    gates = channel_gates(inputs["F"], inputs["W_0"], inputs["W_1"])
    assert close(computed("cbam-channel", inputs), gates * inputs["F"])


@pytest.mark.parametrize("r", [1, 2, 3])
def test_pixel_gates_of_cbam_are_a_convolution(r):
    inputs = drawn("cbam-spatial", batched="F", C=3, H=4, W=5, r=r)
    found = computed("cbam-spatial", inputs)
    assert close(found, pixel_scores(inputs["F"], inputs["w"]).sigmoid() * inputs["F"])
    turned = inputs["w"].transpose(-2, -1)
    assert not torch.allclose(found, pixel_scores(inputs["F"], turned).sigmoid() * inputs["F"], atol=1e-3)


def test_cbam_gates_channels_and_then_pixels():
    inputs = drawn("cbam", batched="F", **MAP, r=1)
    gated = channel_gates(inputs["F"], inputs["W_0"], inputs["W_1"]) * inputs["F"]
    found = computed("cbam", inputs)
    assert close(found, pixel_scores(gated, inputs["w"]).sigmoid() * gated)
    assert not torch.allclose(found, pixel_scores(inputs["F"], inputs["w"]).sigmoid() * gated, atol=1e-3)


def test_cbam_as_the_official_code_has_it():
    inputs = drawn("cbam-code", batched="F", **MAP, r=1)
    biases = inputs["b_0"][:, 0], inputs["b_1"][:, 0]
    gated = channel_gates(inputs["F"], inputs["W_0"], inputs["W_1"], *biases) * inputs["F"]
    norm = torch.nn.BatchNorm2d(1).double().eval()
    norm.running_mean.fill_(0.3), norm.running_var.fill_(1.7)
    torch.nn.init.constant_(norm.weight, 1.2), torch.nn.init.constant_(norm.bias, -0.4)
    scale = 1.2 / (1.7 + norm.eps) ** 0.5
    inputs["scale"] = torch.tensor(scale, dtype=torch.float64)
    inputs["shift"] = torch.tensor(-0.4 - 0.3 * scale, dtype=torch.float64)
    found = computed("cbam-code", inputs)
    scores = pixel_scores(gated, inputs["w"], largest_first=True)
    assert close(found, norm(scores).sigmoid().detach() * gated)
    assert not torch.allclose(found, norm(pixel_scores(gated, inputs["w"])).sigmoid() * gated, atol=1e-3)


def test_without_biases_and_with_the_maps_exchanged_the_code_is_the_paper():
    inputs = drawn("cbam", batched="F", **MAP, r=1)
    code = {**inputs, "w": inputs["w"].flip(0)}
    code |= {"b_0": torch.zeros(2, 1), "b_1": torch.zeros(5, 1), "scale": torch.tensor(1.0), "shift": torch.tensor(0.0)}
    code = {name: value.double() for name, value in code.items()}
    assert close(computed("cbam-code", code), computed("cbam", inputs))
    assert not torch.allclose(computed("cbam-code", {**code, "w": inputs["w"]}), computed("cbam", inputs), atol=1e-3)
