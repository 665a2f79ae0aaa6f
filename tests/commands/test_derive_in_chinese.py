"""symattn derive --lang zh: every format, the numbers of every kind of subject, and the summary of checks."""

import re
from dataclasses import replace

import pytest
from click.testing import CliRunner

from symattn import worked_example
from symattn.cli import main
from symattn.commands.check_words import LABELS
from symattn.commands.checks import summary
from symattn.errors import InputError
from symattn.publishing import Code, Presentation
from symattn.verification import conditioning, conditioning_indices, conditioning_keys, verify
from symattn.writing import FORMAT_OF_SUFFIX

REASONS = (
    conditioning.NEAR_A_JUMP,
    conditioning_indices.NEAR_A_CASE,
    conditioning_indices.NEAR_A_WHOLE,
    conditioning_keys.TIED,
    conditioning_keys.AT_THE_EDGE,
)

KEPT = {"float", "mpmath", "NumPy", "torch", "softmax", "hardmax", "dQ", "dK", "dV", "dX"}
"""Names of programs, types and values, which are the same in every language."""


def run(*arguments):
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


def printed(report):
    return Presentation("", tuple(summary(report, "zh")), language="zh").to("text", width=1000)


def english(text):
    return set(re.findall(r"[A-Za-z]{2,}", text)) - KEPT


@pytest.fixture(scope="module")
def hardmax():
    return verify(worked_example("hardmax"), instances=0)


def test_the_checks_below_a_derivation_are_told_in_chinese(hardmax):
    text = printed(hardmax)
    assert "核对：hardmax 注意力" in text and "中心差分（mpmath，50 位）" in text
    assert "除未能比较的以外，核对通过" in text and "原因是此处不可导" in text
    assert not english(text)


def test_a_label_without_a_row_shows_as_english(hardmax):
    own = replace(hardmax, rows=tuple(replace(row, witness="another program") for row in hardmax.rows))
    assert english(printed(own)) == {"another", "program"}


def test_the_parts_of_a_label_are_said_by_their_own_rows():
    assert LABELS.said("zh", "torch float64 autograd") == "torch float64 自动求导"
    assert LABELS.said("zh", "central differences, mpmath, 50 digits") == "中心差分（mpmath，50 位）"


@pytest.mark.parametrize("reason", [*REASONS, "not differentiable here, or nearly so"])
def test_every_reason_of_doubt_has_a_row(reason):
    assert LABELS.said("zh", reason) != reason and not english(LABELS.said("zh", reason)) - {"entmax"}
    assert LABELS.said("en", reason) == reason


def test_a_reason_without_a_row_is_told_as_it_is_and_said_to_be_english(hardmax):
    rows = tuple(
        replace(row, not_compared=tuple((where, "torch is away") for where, _ in row.not_compared))
        for row in hardmax.rows
    )
    assert "原因（英文原文）：torch is away" in printed(replace(hardmax, rows=rows))


def test_a_refuted_report_says_so_and_follows_in_full(hardmax):
    first, *others = hardmax.rows
    report = replace(hardmax, rows=(replace(first, verdict="refuted"), *others))
    blocks = summary(report, "zh")
    assert isinstance(blocks[-1], Code) and "完整报告（英文）" in printed(report)
    assert "不一致 1 项" in printed(report) and "核对未通过" in printed(report)


def test_the_counts_are_those_of_the_english_summary(hardmax):
    shown = [Presentation("", tuple(summary(hardmax, each)), language=each).to("text") for each in ("en", "zh")]
    counts = f"{len(hardmax.agreed)} agreed", f"一致 {len(hardmax.agreed)} 项"
    assert all(count in text for count, text in zip(counts, shown, strict=True))


def test_a_summary_in_a_language_that_there_is_not_is_refused(hardmax):
    with pytest.raises(InputError, match="there is no language 'fr'"):
        summary(hardmax, "fr")


@pytest.mark.parametrize("suffix", sorted(FORMAT_OF_SUFFIX))
def test_every_kind_of_file_is_in_chinese(suffix, tmp_path):
    run("derive", "causal", "--lang", "zh", "--no-check", "-o", str(tmp_path / f"page{suffix}"))
    page = (tmp_path / f"page{suffix}").read_text(encoding="utf-8")
    assert "因果注意力" in page and "记号说明" in page and "Notation" not in page


def test_the_page_has_the_derivation_and_the_checks_below_it():
    page = run("derive", "dot", "--lang", "zh", "--format", "html")
    assert "核对：点积注意力" in page and "O</mi></math> 的值" in page


@pytest.mark.parametrize(
    ("arguments", "title"),
    [
        ((), "自注意力的八个步骤"),
        (("alibi",), "线性偏置注意力（ALiBi）"),
        (("--equations", "P = softmax(S)", "--input", "S=n m"), "自定义机制"),
        (("dot", "--set", "Q=1 0", "--set", "K=1 0; 1/2 1", "--set", "V=1; 2", "--no-check"), "点积注意力"),
    ],
)
def test_every_kind_of_subject_is_derived_in_chinese(arguments, title):
    assert run("derive", *arguments, "--lang", "zh").startswith(title)


def test_the_help_says_that_the_language_is_that_of_every_format():
    assert "in every format" in " ".join(run("derive", "--help").split())
