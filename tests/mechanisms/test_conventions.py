"""What every file of the library has: one mechanism, few lines, a source, in words what its equations leave open."""

import importlib
import re
from pathlib import Path

import pytest

from symattn import mechanism, mechanisms
from symattn.defining import Mechanism
from symattn.mechanisms import GROUPS, groups, named, names
from symattn.nodes import OverAllowedKeys

FOLDER = Path(mechanisms.__file__).parent
FILES = {
    name: FOLDER / group / f"{name.replace('-', '_')}.py" for group, members in groups().items() for name in members
}
TOPICS = {"sizes", "scale", "mask", "causal", "empty row", "order", "paper and code", "batch norm"}
LINES = 60


def over_keys(system):
    """Softmax and its relatives in a mechanism."""
    return [part for equation in system for part in equation.expression.atoms(OverAllowedKeys)]


def missing(system):
    """The topics on which a mechanism is silent and should not be."""
    asked = {"sizes"}
    if over_keys(system) or "S" in system.by_name:
        asked.add("scale")
    if any(part.allowed is not None for part in over_keys(system)):
        asked |= {"mask", "empty row"}
    return asked - set(dict(system.conventions))


def unexplained(system):
    """The sizes of the inputs that the conventions do not mention."""
    words = set(re.findall(r"\w+", dict(system.conventions)["sizes"]))
    return {str(size) for size in system.sizes} - words


def counted_from_one(text):
    """Whether a note calls the first of something by the number 1; notes count from 0, as their conditions do."""
    return bool(re.search(r"\b(query|key|token|row|column|head) 1\b", text))


@pytest.mark.parametrize("name", names())
def test_a_mechanism_says_what_its_equations_leave_open(name):
    system = named(name)
    assert not missing(system)
    assert not unexplained(system)
    assert set(dict(system.conventions)) <= TOPICS
    assert all(text and not text.endswith(".") for _, text in system.conventions)
    assert not any(counted_from_one(text) for _, text in system.conventions)


def test_a_note_that_counts_from_one_is_noticed():
    assert counted_from_one("query i may attend to key 1 at least")
    assert not counted_from_one("query i may attend to the first key at least; n - 1 keys; key 10")


def test_silence_about_a_mask_is_noticed():
    said = {"sizes": "n queries, m keys", "scale": "none"}
    quiet = mechanism("quiet", {"S": "n m"}, "P = softmax(S)", conventions=said)
    hiding = mechanism("hiding", {"S": "n m"}, "P = softmax(S, where=causal)", conventions=said)
    assert not missing(quiet) and missing(hiding) == {"mask", "empty row"}
    assert missing(mechanism("silent", {"S": "n m"}, "P = softmax(S)")) == {"sizes", "scale"}
    assert unexplained(mechanism("vague", {"S": "n m"}, "P = softmax(S)", conventions={"sizes": "n rows"})) == {"m"}


@pytest.mark.parametrize("name", names())
def test_a_file_is_one_mechanism_of_its_name_in_few_lines_with_a_source(name):
    module = importlib.import_module(f"symattn.mechanisms.{FILES[name].parent.name}.{FILES[name].stem}")
    assert [key for key, value in vars(module).items() if isinstance(value, Mechanism)] == [FILES[name].stem]
    assert len(FILES[name].read_text(encoding="utf-8").splitlines()) < LINES
    assert named(name).source


def test_no_file_lies_outside_the_groups_and_no_two_mechanisms_share_a_name_or_title():
    assert {path.parent.name for path in FOLDER.glob("*/*.py")} == set(GROUPS)
    assert len(names()) == len(set(names())) == len({named(name).name for name in names()})
