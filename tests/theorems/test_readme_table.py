"""README says of the theorems what they say."""

from pathlib import Path

import symattn
from symattn import theorems

README = (Path(symattn.__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def row(name):
    theorem = theorems.named(name)
    said = theorem.stated.replace("|", "\\|")
    return f"| `{name}` | {said} | {theorem.evidence} |"


def test_readme_has_a_row_for_each_theorem_with_its_statement_and_evidence():
    found = [line for line in README.splitlines() if line.startswith("| `") and line.endswith("| proved |")]
    labels = {name: label for name, (label, _) in theorems.headings().items()}
    assert found == [row(name) for name, label in labels.items() if label.startswith("D")]


def test_readme_shows_a_derivation_as_it_prints():
    assert str(theorems.named("shift-invariance").parts[0]) in README
