"""The words of the eight steps in each language: headings, sentences and titles, with places for what is printed."""

from __future__ import annotations

from symattn.publishing.sentences import Sentences

ENGLISH = {
    "title": "{name} in eight steps",
    "inputs": "1. Prepare the inputs",
    "about inputs": "Each row of {X} is one input.",
    "weights": "2. Initialise the weights",
    "projections": "3. Derive key, query and value",
    "about projections": "Inputs times weights; each row belongs to one input.",
    "example": "{name}: scores {scores}",
    "scores": "4. Attention scores of input {number}",
    "about scores": "The query of the input against every key.",
    "softmax": "5. Softmax",
    "weighted values": "6. Weights times values",
    "sum": "7. Sum of the weighted values",
    "others": "8. Repeat for the other inputs",
    "about others": "Steps 4 and 5 for all inputs at once; row i belongs to input i, column j to key j.",
    "about blocks": "Step 6: one block an input; row i of block k is weight k of input i times value k.",
    "about product": "Step 7: their sum is the product of weights and values.",
    "rounded": "The article's rounded weights",
    "about rounded": (
        "The article goes on with weights rounded by hand. They are no rounding to one decimal: "
        "row 1 would be 0.1, 0.5, 0.5, which adds up to 1.1."
    ),
}

CHINESE = {
    "title": "{name}的八个步骤",
    "inputs": "1. 准备输入",
    "about inputs": "{X} 的每一行是一个输入。",
    "weights": "2. 初始化权重矩阵",
    "projections": "3. 求键、查询和值",
    "about projections": "输入乘以相应的权重矩阵；每一行对应一个输入。",
    "example": "{name}：得分 {scores}",
    "scores": "4. 第 {number} 个输入的注意力得分",
    "about scores": "用该输入的查询与每个键作比较。",
    "softmax": "5. 计算 softmax",
    "weighted values": "6. 用权重乘以各个值",
    "sum": "7. 把加权后的值相加",
    "others": "8. 对其余输入重复以上步骤",
    "about others": "对所有输入同时做第 4、5 步；第 i 行对应第 i 个输入，第 j 列对应第 j 个键。",
    "about blocks": "第 6 步：每个输入一块；第 k 块的第 i 行，是第 i 个输入的第 k 个权重乘以第 k 个值。",
    "about product": "第 7 步：各块之和就是权重矩阵与值矩阵的乘积。",
    "rounded": "文章中舍入后的权重",
    "about rounded": (
        "文章接下来用的是手工舍入的权重。它们并不是舍入到一位小数的结果：那样第 1 行应为 0.1、0.5、0.5，其和为 1.1。"
    ),
}

STEPS = Sentences("article_words.py", {"en": ENGLISH, "zh": CHINESE})
"""One row a language; every language has the same sentences with the same places."""

words, told, in_words = STEPS.of, STEPS.told, STEPS.said
