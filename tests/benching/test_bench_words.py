"""A benchmark in Chinese: every reason that it can give has a row, and what others say is marked as English."""

import inspect
import re

import pytest

from symattn.benching import budgeting, entering, machine_of_device, memory, recognition, running, threads
from symattn.benching.memory import Peak
from symattn.benching.outcome import Outcome, Row, Settings
from symattn.benching.picture import picture_of
from symattn.benching.tabulating import table
from symattn.benching.wording import REASONS, reason_in
from symattn.errors import InputError
from symattn.publishing.layout import columns

SAID = [
    budgeting.TIME_IS_UP,
    budgeting.TIME_WOULD_DO.format(8),
    "it would take about 1,200 seconds of 3 that are left; --seconds gives more",
    "it would take 1,200 MiB for its score matrix and what it makes of it; 30 MiB are free",
    "there is not enough memory",
    "WRONG: an error of 77 units, where up to 50 agree; not timed",
    "it failed: RuntimeError: who knows",
    "n = 64: results were compared at n = 8 alone, for want of memory for a reference.",
    "n = 64: results were not compared: who knows",
    running.MADE_BEFORE,
    "torch is not installed: pip install 'symattn[torch]'",
    threads.WITHOUT_THREADPOOLCTL,
    "NumPy computes on the CPU alone",
    entering.FLEX_ON_CPU,
    entering.FLEX_GRADIENTS,
    "scaled_dot_product_attention has no words for a cap on the scores",
    "there is none to compare with: there is no softmax in it",
    memory.RESIDENT,
    memory.SINCE_START,
    memory.NOT_MEASURED,
    machine_of_device.BY_TORCH,
    "it did not end within 20 seconds",
    "its process ended with status -9, for want of memory perhaps",
    "its process ended with status 1",
    *re.findall(r'NoPeers\("(.*)"\)', inspect.getsource(recognition)),
]


def has_chinese(text):
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


@pytest.mark.parametrize("sentence", SAID)
def test_each_reason_has_a_row(sentence):
    said = REASONS.said("zh", sentence)
    assert has_chinese(said) and not re.search(r"\b(the|its|is|of)\b", said)
    assert set(re.findall(r"\d+", said)) == set(re.findall(r"\d+", sentence))
    assert REASONS.said("en", sentence) == sentence


def test_what_a_library_says_is_marked_as_english():
    assert reason_in("zh", "who knows") == "原因（英文原文）：who knows"
    assert reason_in("zh", "who knows", "left out", name="torch flex") == "torch flex，原因（英文原文）：who knows."
    assert reason_in("en", "who knows", "left out", name="torch flex") == "torch flex: who knows."


def measured():
    rows = (
        Row(8, "NumPy direct", 1e-3, {"textbook NumPy": 0.5}, 3, 1e6, 1e-4, Peak(2**21), 0.5),
        Row(8, "torch fused + autograd", 1e-3, memory=Peak(None, "it did not end within 20 seconds")),
        Row(8, "textbook NumPy", reason=budgeting.TIME_IS_UP),
    )
    refused = {"torch flex": entering.FLEX_ON_CPU, "code written by hand": "there is none to compare with: who knows"}
    settings = Settings(backward=True, heads=2, threads=2)
    versions = {"numpy": "2.0", "torch": "not installed"}
    return Outcome("causal attention", settings, None, ("textbook NumPy",), rows, refused, (), versions)


def test_the_table_is_in_chinese_and_its_columns_stand_below_each_other():
    text = table(measured(), "zh")
    words = set(re.findall(r"[a-z]{3,}", text.replace("float32", "").replace("flex_attention", "").lower()))
    assert words <= {
        "numpy",
        "torch",
        "direct",
        "fused",
        "gflop",
        "mib",
        "flex",
        "strategies",
        "seconds",
        "cpu",
        "gpu",
    } | {"float", "who", "knows"}
    header, first, second = (line for line in text.splitlines() if "  " in line and "时间已用完" not in line)
    assert columns(header[: header.index("时间")]) + 4 == columns(first[: first.index("ms")]) + 2
    assert columns(first[: first.index("ms")]) == columns(second[: second.index("ms")])
    assert "因果注意力：前向传播和反向传播" in text and "torch 未安装" in text
    assert "torch fused + 自动求导" in text and "教科书式 NumPy" in text


def test_the_picture_is_in_chinese():
    svg = picture_of(measured(), "zh").to("svg")
    assert all(said in svg for said in ("毫秒", "词元数 n", "单次调用的时间", "输入以外的内存", "横轴", "自动求导"))
    assert "milliseconds" not in svg and "Horizontally" not in svg


def test_another_language_is_refused():
    with pytest.raises(InputError, match="there is no language"):
        table(measured(), "xx")
