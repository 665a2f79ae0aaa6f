"""What mechanisms are called in each language: the names that textbooks have, a row for each of the library."""

from __future__ import annotations

from collections.abc import Mapping

from symattn.publishing.languages import words_in

CHINESE = {
    # scores
    "additive attention": "加性注意力",
    "additive attention of Keras": "Keras 的加性注意力",
    "bilinear attention": "双线性注意力",
    "content addressing": "基于内容的寻址",
    "cosine attention": "余弦注意力",
    "dot-product attention": "点积注意力",
    "Luong attention, concat": "Luong 注意力（concat 打分）",
    "Luong attention, dot": "Luong 注意力（dot 打分）",
    "Luong attention, general": "Luong 注意力（general 打分）",
    "Luong attention, location": "Luong 注意力（location 打分）",
    "attention by a perceptron": "感知机打分的注意力",
    "query-key normalisation": "查询-键归一化（QK-Norm）",
    "query-key layer normalisation": "查询-键层归一化",
    "query-key RMS normalisation, each head": "查询-键 RMS 归一化（逐头）",
    "query-key RMS normalisation, all heads at once": "查询-键 RMS 归一化（所有头一起）",
    "Gaussian kernel attention": "高斯核注意力",
    "Gaussian kernel attention, reduced": "高斯核注意力（化简形式）",
    "scaled dot-product attention": "缩放点积注意力",
    "soft-capped attention": "分数软截断的注意力（soft-capping）",
    "scaled cosine attention": "缩放余弦注意力",
    # normalisers
    "differential attention": "差分注意力",
    "alpha-entmax attention": "α-entmax 注意力",
    "1.5-entmax attention": "1.5-entmax 注意力",
    "hardmax attention": "hardmax 注意力",
    "linear attention": "线性注意力",
    "causal linear attention": "因果线性注意力",
    "linear attention, one step": "线性注意力的一步递推",
    "causal linear attention, not normalised": "未归一化的因果线性注意力",
    "attention with softmax off by one": "分母加一的 softmax 注意力",
    "Performer attention": "Performer 注意力",
    "relu attention": "ReLU 注意力",
    "attention with scalable softmax": "可伸缩 softmax 注意力（SSMax）",
    "causal attention with scalable softmax": "因果可伸缩 softmax 注意力（SSMax）",
    "sigmoid attention": "sigmoid 注意力",
    "attention with a learned sink": "带可学习汇点的注意力（attention sink）",
    "Sinkhorn attention": "Sinkhorn 注意力",
    "sparsemax attention": "sparsemax 注意力",
    "Taylor attention of degree 2": "二阶泰勒展开的注意力",
    "attention with a temperature": "带温度的注意力",
    # allowed sets
    "causal attention": "因果注意力",
    "causal attention aligned at the lower right": "因果注意力（右下角对齐）",
    "causal attention with padding": "带填充掩码的因果注意力",
    "chunked causal attention": "分块因果注意力",
    "local attention, monotonic": "局部注意力（单调对齐，local-m）",
    "local attention, predictive": "局部注意力（预测对齐，local-p）",
    "masked attention": "掩码注意力",
    "causal attention over packed documents": "多文档拼接的因果注意力",
    "attention with padding": "带填充掩码的注意力",
    "attention with a prefix": "前缀注意力（prefix LM）",
    "sliding-window attention": "滑动窗口注意力",
    # positions
    "attention with linear biases": "线性偏置注意力（ALiBi）",
    "attention with linear biases, slopes given": "线性偏置注意力（ALiBi，给定斜率）",
    "attention with rotary positions": "旋转位置编码注意力（RoPE）",
    "attention with rotary positions, halves": "旋转位置编码注意力（RoPE，前后两半配对）",
    "attention with relative position representations": "相对位置表示的注意力",
    "attention with relative keys, gathered": "相对位置键的注意力（按位置索引）",
    "self-attention with sinusoidal positions": "正弦位置编码的自注意力",
    "attention with T5's position bias": "带 T5 相对位置偏置的注意力",
    "causal attention with T5's position bias": "带 T5 相对位置偏置的因果注意力",
    "Transformer-XL attention": "Transformer-XL 注意力",
    "Transformer-XL attention, as in its code": "Transformer-XL 注意力（官方代码）",
    # heads
    "cross-attention": "交叉注意力",
    "dropout on attention weights": "注意力权重上的 dropout",
    "grouped-query attention": "分组查询注意力（GQA）",
    "hard attention": "硬注意力",
    "key cache, one token": "键值缓存（KV cache），逐词元",
    "key cache, chunk of tokens": "键值缓存（KV cache），逐块",
    "multi-head latent attention, absorbed": "多头潜在注意力（MLA，吸收形式）",
    "multi-head latent attention, expanded": "多头潜在注意力（MLA，展开形式）",
    "multi-head attention": "多头注意力",
    "causal multi-head attention": "因果多头注意力",
    "multi-head attention, sum of heads": "多头注意力（各头之和）",
    "multi-query attention": "多查询注意力（MQA）",
    "packed multi-head attention": "多头注意力（合并投影矩阵）",
    "scaled self-attention": "缩放自注意力",
    "self-attention": "自注意力",
    "soft attention": "软注意力",
    # images
    "attentional feature fusion": "注意力特征融合（AFF）",
    "attentional feature fusion, official code": "注意力特征融合（AFF，官方代码）",
    "CBAM": "卷积块注意力模块（CBAM）",
    "CBAM channel attention": "CBAM 通道注意力",
    "CBAM, official code": "卷积块注意力模块（CBAM，官方代码）",
    "CBAM spatial attention": "CBAM 空间注意力",
    "DANet channel attention": "DANet 通道注意力",
    "DANet channel attention, official code": "DANet 通道注意力（官方代码）",
    "DANet position attention": "DANet 位置注意力",
    "DANet position attention, official code": "DANet 位置注意力（官方代码）",
    "direct addition": "直接相加",
    "efficient channel attention": "高效通道注意力（ECA）",
    "iterative attentional feature fusion": "迭代注意力特征融合（iAFF）",
    "iterative attentional feature fusion, official code": "迭代注意力特征融合（iAFF，官方代码）",
    "MS-CAM": "多尺度通道注意力模块（MS-CAM）",
    "non-local block, concatenation": "非局部模块（拼接）",
    "non-local block, dot product": "非局部模块（点积）",
    "non-local block, embedded Gaussian": "非局部模块（嵌入高斯）",
    "non-local block, embedded Gaussian, official code": "非局部模块（嵌入高斯，官方代码）",
    "non-local block, Gaussian": "非局部模块（高斯）",
    "squeeze-and-excitation": "压缩与激励（SE）",
    # a reader's own
    "your mechanism": "自定义机制",
}

NAMES: dict[str, Mapping[str, str]] = {"en": {}, "zh": CHINESE}
"""One row a language; a mechanism that is not in a row keeps the name that it has."""

DERIVED: dict[str, Mapping[str, str]] = {
    "en": {},
    "zh": {", backward": "{name}的反向传播", ", forward mode": "{name}的前向模式微分"},
}
"""What the mechanisms that differentiation makes of another are called, by the ending of their names."""


def called(language: str, name: str) -> str:
    """What a mechanism is called in a language.

    >>> called("zh", "self-attention"), called("zh", "my own")
    ('自注意力', 'my own')
    >>> called("zh", "dot-product attention, backward")
    '点积注意力的反向传播'

    Errors: ``InputError`` for a language that there is not, ``MissingRowError`` for one without names.
    """
    names, endings = (words_in(language, table, "mechanism_names.py") for table in (NAMES, DERIVED))
    for ending, shown in endings.items():
        if name.endswith(ending) and name not in names:
            return shown.format(name=called(language, name.removesuffix(ending)))
    return names.get(name, name)
