"""The words of a summary of checks in each language: what was compared with what, in what units, with what outcome."""

from __future__ import annotations

from symattn.publishing.labels import Labels
from symattn.publishing.sentences import Sentences

ENGLISH = {
    "checked": "Checked: {name}",
    "witness": "witness",
    "against": "held against",
    "agrees": "agrees on",
    "differs": "not on",
    "worst": "worst error",
    "refuted": "refuted: {values}",
    "unknown": "unknown: {values}",
    "none": "none",
    "and": ", ",
    "between verdicts": ", ",
    "between units": "; ",
    "unit": "{unit} ({witnesses})",
    "units": "Errors are in units, of which up to {most} is agreement: {units}.",
    "counts": "{agreed} agreed, {refuted} refuted, {unknown} unknown.",
    "passed": " Passed.",
    "passed in part": " Passed, except for what is unknown.",
    "not passed": " Not passed.",
    "reason": "Unknown: {witnesses}: {reason}",
    "reason as written": "Unknown: {witnesses}: {reason}",
    "report": "The whole report:",
}

CHINESE = {
    "checked": "核对：{name}",
    "witness": "计算方式",
    "against": "对照",
    "agrees": "一致",
    "differs": "其他",
    "worst": "最大误差",
    "refuted": "不一致：{values}",
    "unknown": "未能比较：{values}",
    "none": "无",
    "and": "、",
    "between verdicts": "；",
    "between units": "；",
    "unit": "{witnesses}：{unit}",
    "units": "误差以下列单位计，不超过 {most} 个单位即为一致：{units}。",
    "counts": "一致 {agreed} 项，不一致 {refuted} 项，未能比较 {unknown} 项。",
    "passed": "核对通过。",
    "passed in part": "除未能比较的以外，核对通过。",
    "not passed": "核对未通过。",
    "reason": "未能比较：{witnesses}，原因是{reason}。",
    "reason as written": "未能比较：{witnesses}，原因（英文原文）：{reason}",
    "report": "完整报告（英文）：",
}

CHECKS = Sentences("commands/check_words.py", {"en": ENGLISH, "zh": CHINESE})
"""One row a language."""

LABELS = Labels(
    "commands/check_words.py",
    {
        "en": (),
        "zh": (
            (r"exact", "精确计算"),
            (r"numpy (float\d+)", "NumPy {0}"),
            (r"torch (float\d+) autograd", "torch {0} 自动求导"),
            (r"central differences, (.+)", "中心差分（{0}）"),
            (r"mpmath, (\d+) digits", "mpmath，{0} 位"),
            (r"(\d+\^-\d+ × .+), along one random direction of each input", "{0}，沿每个输入的一个随机方向"),
            (r"(\d+\^-\d+) × conditioning scale", "{0} × 条件数尺度"),
            (r"(\d+\^-\d+) × \(conditioning scale \+ size\)", "{0} ×（条件数尺度 + 数值大小）"),
            (r"not differentiable here, or nearly so", "此处不可导，或接近不可导"),
            (r"too near a tie of the largest scores", "最大的分数几乎相等，难以区分"),
            (r"too near the edge of entmax's support", "离 entmax 支撑集的边界太近"),
            (r"too near the border between two cases", "离两种情形的分界太近"),
            (r"too near a whole number, which a floor has to tell", "离整数太近，取整的结果难以确定"),
            (r"too near 0, where a step jumps", "离阶跃函数的跳跃点 0 太近"),
            (
                r"(float\d+) keeps no digit here: first-order analysis ends",
                "{0} 在此处没有一位可靠的数字，一阶分析失效",
            ),
        ),
    },
)
"""What witnesses, references, units and common reasons are called."""
