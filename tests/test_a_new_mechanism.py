"""The test of the design: a mechanism that the catalogue does not have, added as one file, is everywhere at once."""

import importlib
import json
import sys

import pytest
from click.testing import CliRunner

import symattn as sa
from symattn import mechanisms
from symattn.cli import main

FILE = '''"""Attention by agreement of signs, for a test: a score counts squared products and forgives distance."""

from symattn.defining import mechanism

forgiving = mechanism(
    "forgiving attention",
    inputs={"Q": "H n d_k", "K": "H m d_k", "V": "H m d_v", "g": "H 1"},
    equations="""
        D = matrix(n, m, min(abs(i - j), 2) if j <= i + 1 else 0)
        S[h] = (Q[h] @ K[h].T) ** 2 / d_k - g[h] * D
        P[h] = entmax(S[h], 1.5, where=(j <= i + 1))
        O[h] = P[h] @ V[h]
        Y = concat(h, O[h])
    """,
    source="nobody, nowhere",
    conventions={"sizes": "H heads, n queries, m keys", "scale": "1/d_k"},
)
'''

NUMBERS = {
    "Q": [[[1, 0], [2, 1]], [[0, 1], [1, 1]]],
    "K": [[[1, 1], [0, 1], [2, 0]], [[1, 0], [0, 2], [1, 1]]],
    "V": [[[1], [2], [3]], [[0], [1], [5]]],
    "g": [[1], ["1/2"]],
}


@pytest.fixture
def forgiving(tmp_path, monkeypatch):
    """The library with one more file in the folder of scores."""
    (tmp_path / "forgiving.py").write_text(FILE)
    group = importlib.import_module("symattn.mechanisms.scores")
    monkeypatch.setattr(group, "__path__", [*group.__path__, str(tmp_path)])
    mechanisms.groups.cache_clear()
    importlib.invalidate_caches()
    yield "forgiving"
    mechanisms.groups.cache_clear()
    sys.modules.pop("symattn.mechanisms.scores.forgiving", None)


def run(*arguments):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_it_is_listed(forgiving):
    assert "forgiving attention" in run("list") and "forgiving attention" in run("list", "scores")
    assert forgiving in mechanisms.names()


def test_it_is_evaluated_exactly(forgiving, tmp_path):
    bound = sa.named(forgiving).bind(NUMBERS)
    assert bound["Y"].shape == (2, 2)
    for name, value in NUMBERS.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(value))
    sets = [part for name in NUMBERS for part in ("--set", f"{name}={tmp_path / name}.json")]
    assert "Y =" in run("evaluate", forgiving, *sets)


def test_it_is_derived_in_every_format(forgiving):
    for format_name in ("text", "latex", "mathml", "markdown", "json"):
        assert "forgiving" in run("derive", forgiving, "--format", format_name)


def test_it_is_code_and_the_code_agrees_with_the_exact_values(forgiving):
    system = sa.named(forgiving)
    exact = [[float(number) for number in row] for row in system.bind(NUMBERS).decimal("Y", 17)]
    given = {**NUMBERS, "g": [[1.0], [0.5]]}
    for target in ("numpy", "torch"):
        found = system.lambdify(target)(**given)
        assert found.tolist() == [pytest.approx(row, abs=1e-6 if target == "torch" else 1e-14) for row in exact]


def test_it_is_verified(forgiving):
    assert "Passed." in run("verify", forgiving)


def test_it_goes_out_as_equations_and_comes_back(forgiving, tmp_path):
    file = tmp_path / "mine.txt"
    run("list", forgiving, "-o", str(file))
    assert "entmax" in run("derive", "--equations", str(file))


def test_it_is_compared_where_it_can_be(forgiving):
    result = CliRunner().invoke(main, ["compare", "dot", forgiving])
    assert result.exit_code == 2 and "Traceback" not in result.output
