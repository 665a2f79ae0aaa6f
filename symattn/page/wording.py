"""The words of an interactive page, in each language; what stands in braces is filled in on the page."""

from __future__ import annotations

from typing import Any

from symattn.errors import InputError
from symattn.language.names import suggestion

Words = dict[str, Any]

ENGLISH: Words = {
    "source": "Source: ",
    "withChoices": "Change any number, or choose another allowed set, scale or score function where there is one: "
    "every value below follows at once.",
    "withoutChoices": "Change any number: every value below follows at once.",
    "pointing": "Point at an entry, or go to it with the arrow keys, to see how it is made and its gradient.",
    "drawn": "No numbers were given, so these were drawn; any may be changed.",
    "noScript": "The numbers on this page follow what you type only where JavaScript is allowed.",
    "again": "Back to the given numbers",
    "print": "Print",
    "theme": "Theme",
    "themes": {"auto": "as the system", "light": "light", "dark": "dark"},
    "choose": "Choices",
    "inputs": "Inputs",
    "inputsHint": "Whole numbers, decimals and fractions such as 1/3.",
    "edited": "Edited: the values are decimals, computed on this page.",
    "steps": "Step by step",
    "stepsHint": "Below the decimals stands the exact form, for the given numbers. Darker weights are larger; hatched "
    "cells are keys that the query may not attend to.",
    "walk": "One query at a time",
    "walkByRows": "One row at a time",
    "query": "Query",
    "row": "Row",
    "back": "◀ Back",
    "on": "Next ▶",
    "stepOf": "step {step} of {steps}",
    "entry": "The entry",
    "derivation": "The derivation in full, with exact values",
    "footer": "Made by symattn. This file works without a network and sends nothing anywhere.",
    "noNumber": "undefined",
    "noNumberTyped": "“{text}” is no number; write a whole number, a decimal or a fraction such as 1/3.",
    "noTemperature": "“{text}” is no temperature; write a number other than 0.",
    "masked": "Not allowed: this query may not attend to this key.",
    "outOfRange": "The exponentials are too large or too small for a floating-point number; the weights are computed "
    "with the largest score subtracted, which changes nothing.",
    "exactly": "Exactly, for the given numbers:",
    "gradient": "Gradient of this entry",
    "effect": "How this entry moves the output",
    "entropy": "entropy",
    "head": "head {number}",
    "member": "no. {number}",
    "matrixLabel": "{name}{heads}, {rows} rows, {columns} columns",
    "entryLabel": "{name}, {place}",
    "forAll": "The same for every query:",
    "andSoOn": "and {count} more entries",
    "temperature": "Temperature",
    "window": "Reach of the window",
    "kind": "Tokens are",
    "labels": "Labels",
    "labelsFor": "Labels for {size}",
    "labelsHint": "the cat sat",
    "digits": "Digits",
    "showExact": "exact forms",
    "kinds": {
        "words": {"name": "words", "label": "word {number}"},
        "channels": {"name": "channels", "label": "channel {number}"},
        "pixels": {"name": "pixels", "label": "pixel {number}"},
    },
    "choices": {"score": "Score function", "scale": "divide by the root of the key length", "mask": "Allowed keys"},
    "options": {
        "score": {
            "dot": "dot product",
            "cosine": "cosine",
            "bilinear": "bilinear",
            "additive": "additive network",
            "mlp-score": "two-layer perceptron",
            "rbf": "Gaussian kernel",
        },
        "mask": {
            "all": "all keys",
            "own": "as in the mechanism",
            "causal": "not behind the query (causal)",
            "window": "within a window",
            "chosen": "picked by hand",
        },
    },
    "roles": {
        "value": "Value",
        "project": "Project",
        "score": "Score",
        "scale": "Scale",
        "mask": "Allowed keys",
        "exponentials": "Exponentials",
        "sums": "Sum of the exponentials",
        "normalise": "Attention weights",
        "entropy": "Entropy",
        "weigh": "Weigh the values",
        "sum": "Sum of the weighed values",
    },
    "does": {
        "value": "Follows from what stands before it.",
        "project": "Each input is multiplied by a matrix of weights.",
        "score": "How much the query has to do with each key.",
        "scale": "Scores of long queries and keys are large; the root of their length takes this back.",
        "mask": "1 where the query may attend to the key, 0 where it may not.",
        "exponentials": "Every score becomes a positive number; larger scores grow most.",
        "sums": "What the exponentials of the query add up to.",
        "normalise": "Each exponential over their sum: the weights of the query add up to 1.",
        "entropy": "How spread out the weights are: 0 for a single key.",
        "weigh": "What each key adds: its weight times its value.",
        "sum": "The output is the sum of the weighed values.",
    },
}

CHINESE: Words = {
    "source": "出处：",
    "withChoices": "改动任意一个数，或换一种可见范围、缩放、打分函数，下面的所有数值会立即随之更新。",
    "withoutChoices": "改动任意一个数，下面的所有数值会立即随之更新。",
    "pointing": "把指针移到某个元素上，或用方向键走到它，就能看到它是怎样算出来的，以及它的梯度。",
    "drawn": "没有给出数值，下面的数是随机取的，都可以改。",
    "noScript": "只有允许运行 JavaScript 时，本页的数值才会随输入更新。",
    "again": "恢复原来的数",
    "print": "打印",
    "theme": "配色",
    "themes": {"auto": "随系统", "light": "浅色", "dark": "深色"},
    "choose": "选项",
    "inputs": "输入",
    "inputsHint": "可以写整数、小数，或 1/3 这样的分数。",
    "edited": "已改动：以下是本页计算的小数。",
    "steps": "逐步计算",
    "stepsHint": "对原来的数，小数下方是精确值。颜色越深，权重越大；画斜线的格子是该查询不能关注的键。",
    "walk": "逐个查询讲解",
    "walkByRows": "逐行讲解",
    "query": "查询",
    "row": "行",
    "back": "◀ 上一步",
    "on": "下一步 ▶",
    "stepOf": "第 {step} 步，共 {steps} 步",
    "entry": "所选元素",
    "derivation": "完整推导（含精确值）",
    "footer": "由 symattn 生成。本文件无需联网，也不向任何地方发送数据。",
    "noNumber": "无定义",
    "noNumberTyped": "“{text}”不是数；请写整数、小数或 1/3 这样的分数。",
    "noTemperature": "“{text}”不能作温度；请写一个不为 0 的数。",
    "masked": "被掩蔽：该查询不能关注这个键。",
    "outOfRange": "指数太大或太小，浮点数装不下；权重是先减去最大的分数再算的，结果不变。",
    "exactly": "精确值（对原来的数）：",
    "gradient": "该元素的梯度",
    "effect": "该元素对输出的影响",
    "entropy": "熵",
    "head": "头 {number}",
    "member": "第 {number} 个",
    "matrixLabel": "{name}{heads}，{rows} 行 {columns} 列",
    "entryLabel": "{name}，{place}",
    "forAll": "对所有查询都相同：",
    "andSoOn": "还有 {count} 个元素",
    "temperature": "温度",
    "window": "窗口半径",
    "kind": "词元是",
    "labels": "标签",
    "labelsFor": "{size} 的标签",
    "labelsHint": "猫 坐 下",
    "digits": "有效数字",
    "showExact": "显示精确值",
    "kinds": {
        "words": {"name": "词", "label": "词 {number}"},
        "channels": {"name": "通道", "label": "通道 {number}"},
        "pixels": {"name": "像素", "label": "像素 {number}"},
    },
    "choices": {"score": "打分函数", "scale": "除以键长度的平方根", "mask": "可见的键"},
    "options": {
        "score": {
            "dot": "点积",
            "cosine": "余弦",
            "bilinear": "双线性",
            "additive": "加性网络",
            "mlp-score": "两层感知机",
            "rbf": "高斯核",
        },
        "mask": {
            "all": "全部",
            "own": "按原机制",
            "causal": "不看后面（因果）",
            "window": "窗口之内",
            "chosen": "手动选择",
        },
    },
    "roles": {
        "value": "中间值",
        "project": "投影",
        "score": "打分",
        "scale": "缩放",
        "mask": "可见的键",
        "exponentials": "取指数",
        "sums": "指数之和",
        "normalise": "注意力权重",
        "entropy": "熵",
        "weigh": "给值加权",
        "sum": "加权求和",
    },
    "does": {
        "value": "由前面的量算出。",
        "project": "每个输入乘以一个权重矩阵。",
        "score": "查询与每个键有多相关。",
        "scale": "查询和键越长，分数越大；除以长度的平方根可以抵消这一点。",
        "mask": "查询可以关注该键时为 1，否则为 0。",
        "exponentials": "每个分数变为正数，分数越大增长越快。",
        "sums": "该查询的各个指数之和。",
        "normalise": "每个指数除以它们的和：一个查询的权重之和为 1。",
        "entropy": "权重有多分散：只关注一个键时为 0。",
        "weigh": "每个键的贡献：权重乘以它的值。",
        "sum": "输出是加权后的值之和。",
    },
}

WORDS: dict[str, Words] = {"en": ENGLISH, "zh": CHINESE}
"""One row a language."""


def words_of(language: str) -> Words:
    """The words of a language. Errors: ``InputError`` for a language that no page is in.

    >>> words_of("zh")["again"]
    '恢复原来的数'
    """
    if language not in WORDS:
        hint = suggestion(str(language), WORDS)
        raise InputError(f"no page is in the language {language!a}.{hint} There are: {', '.join(WORDS)}.")
    return WORDS[language]
