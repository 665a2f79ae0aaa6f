"""The worked example's inputs as a map of four channels: exactly, and to twenty digits."""

from decimal import Decimal

import pytest
from sympy import Matrix, Rational

from symattn.mechanisms import named

X = [[1, 0, 1, 0], [0, 2, 0, 2], [1, 1, 1, 1]]
W_Q = [[1, 0, 1], [1, 0, 0], [0, 0, 1], [0, 1, 1]]
W_K = [[0, 0, 1], [1, 1, 0], [0, 1, 0], [1, 1, 0]]
W_V = [[0, 2, 0], [0, 3, 0], [1, 0, 3], [1, 1, 0]]
CHANNELS = [[row[c] for row in X] for c in range(4)]
"""Four channels of three pixels."""

CHANNEL_WEIGHTS = {
    "danet-channel": """
        0.36552928931500243963 0.13447071068499756037 0.36552928931500243963 0.13447071068499756037
        0.0089931049810457790134 0.49100689501895422099 0.0089931049810457790134 0.49100689501895422099
        0.36552928931500243963 0.13447071068499756037 0.36552928931500243963 0.13447071068499756037
        0.0089931049810457790134 0.49100689501895422099 0.0089931049810457790134 0.49100689501895422099
    """,
    "danet-channel-code": """
        0.13447071068499756037 0.36552928931500243963 0.13447071068499756037 0.36552928931500243963
        0.49100689501895422099 0.0089931049810457790134 0.49100689501895422099 0.0089931049810457790134
        0.13447071068499756037 0.36552928931500243963 0.13447071068499756037 0.36552928931500243963
        0.49100689501895422099 0.0089931049810457790134 0.49100689501895422099 0.0089931049810457790134
    """,
}
ATTENDED = {
    "danet-channel": [
        ["0.73105857863000487925", "0.53788284273999024150", "1"],
        ["0.017986209962091558027", "1.9640275800758168839", "1"],
    ],
    "danet-channel-code": [
        ["0.26894142136999512075", "1.4621171572600097585", "1"],
        ["0.98201379003790844197", "0.035972419924183116054", "1"],
    ],
}


def digits(text):
    """Rows of decimals."""
    return [[Decimal(number) for number in line.split()] for line in text.strip().splitlines()]


@pytest.mark.parametrize("name", CHANNEL_WEIGHTS)
@pytest.mark.parametrize("upright", [False, True])
def test_channels_of_the_worked_example(name, upright):
    A = [[[pixel] for pixel in channel] if upright else [channel] for channel in CHANNELS]
    bound = named(name).bind({"A": A, "beta" if name == "danet-channel" else "gamma": 1})
    assert [list(row) for row in bound.decimal("X", digits=20)] == digits(CHANNEL_WEIGHTS[name])
    E = bound["E"]
    for c in range(4):
        attended = [entry - pixel for entry, pixel in zip(E[c], CHANNELS[c], strict=True)]
        for entry, expected in zip(attended, ATTENDED[name][c % 2], strict=True):
            assert abs(entry - Rational(expected)).evalf(30) < 1e-18


def test_positions_of_the_worked_example_by_dot_products_over_their_number():
    bound = named("non-local-dot").bind(
        X=[[channel] for channel in CHANNELS],
        W_theta=Matrix(W_Q).T.tolist(),
        W_phi=Matrix(W_K).T.tolist(),
        W_g=Matrix(W_V).T.tolist(),
        W_z=[[0, 0, 0]] * 4,
    )
    third = Rational(1, 3)
    weights, found = Matrix([[2, 4, 4], [4, 16, 12], [4, 12, 10]]) * third, Matrix(bound["y"]).T
    assert weights == Matrix(bound["P"])
    assert found == Matrix([[6, 20, 6], [20, 208 * third, 16], [16, 164 * third, 14]])
