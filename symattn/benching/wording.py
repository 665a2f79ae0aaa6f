"""The words of a benchmark's table and picture in each language."""

from __future__ import annotations

from symattn.publishing.labels import Labels
from symattn.publishing.sentences import Sentences

ENGLISH = {
    "head": "{mechanism}: {what}, {dtype}, {heads}, {features} features, {where}; {versions}",
    "title": "{mechanism}: {what}, {dtype}, {where}",
    "forward": "forward",
    "backward": "forward and backward",
    "heads": "{count} heads",
    "one head": "1 head",
    "threads": "{count} threads",
    "one thread": "1 thread",
    "and": ", ",
    "machine": "This machine: {rate} GFLOP/s in matrix products{more}.",
    "on the CPU": " ({tile} of the size of tiles), {exponentials} · 10⁹ exponentials a second ({function})",
    "who": "who",
    "time": "time",
    "memory": "memory",
    "share": "of the limit",
    "medians": "Times are medians of interleaved repetitions.",
    "ratios": "Times are medians of interleaved repetitions; × is the median ratio to the time of each of: {peers}.",
    "limit": "GFLOP/s counts the matrix products over allowed keys; the limit is their time at this machine's best "
    "rate, measured in turn with all others, and that of the exponentials.",
    "memory is": "Memory is {how}.",
    "memory here": "Memory is the {how}, in a process of its own.",
    "memory there": "Memory is the {how}, on the device.",
    "memory unknown": "Memory of {rows}: {reason}.",
    "row": "{name} (n = {n})",
    "agree": "All results agree with the float64 reference: the largest error is {units} of the 50 units of rounding "
    "that are allowed.",
    "left out": "{name}: {reason}.",
    "left out as written": "{name}: {reason}.",
    "reason": "{reason}",
    "reason as written": "{reason}",
    "time chart": "Time of one call",
    "memory chart": "Memory beyond the inputs",
    "milliseconds": "milliseconds",
    "tokens": "tokens n",
    "point": "{name}, n = {n}: {value}",
    "not drawn": "nothing was measured, so {path} was not drawn.",
    "interrupted": "Interrupted: these are the rows that were measured before.",
}

CHINESE = {
    "head": "{mechanism}：{what}，{dtype}，{heads}，特征 {features} 维，{where}；{versions}",
    "title": "{mechanism}：{what}，{dtype}，{where}",
    "forward": "前向传播",
    "backward": "前向传播和反向传播",
    "heads": "{count} 个头",
    "one head": "1 个头",
    "threads": "{count} 个线程",
    "one thread": "1 个线程",
    "and": "、",
    "machine": "本机：矩阵乘法 {rate} GFLOP/s{more}。",
    "on the CPU": "（分块大小的为 {tile}），指数函数每秒 {exponentials} · 10⁹ 次（{function}）",
    "who": "计算方式",
    "time": "时间",
    "memory": "内存",
    "share": "与上限之比",
    "medians": "时间是交错重复测量的中位数。",
    "ratios": "时间是交错重复测量的中位数；× 是与下列各项时间之比的中位数：{peers}。",
    "limit": "GFLOP/s 只计允许的键上的矩阵乘法；上限是本机以最快速度（与其他各项轮流测得）"
    "完成这些乘法和指数函数所需的时间。",
    "memory is": "内存是{how}。",
    "memory here": "内存是{how}，在单独的进程中测得。",
    "memory there": "内存是{how}，在设备上测得。",
    "memory unknown": "未测得内存的有：{rows}；{reason}。",
    "row": "{name}（n = {n}）",
    "agree": "所有结果都与 float64 的参考值一致：最大误差为 {units} 个舍入误差单位，不超过 50 个单位即为一致。",
    "left out": "{name}：{reason}。",
    "left out as written": "{name}，原因（英文原文）：{reason}.",
    "reason": "{reason}",
    "reason as written": "原因（英文原文）：{reason}",
    "time chart": "单次调用的时间",
    "memory chart": "输入以外的内存",
    "milliseconds": "毫秒",
    "tokens": "词元数 n",
    "point": "{name}，n = {n}：{value}",
    "not drawn": "没有测得任何结果，因此没有绘制 {path}。",
    "interrupted": "已中断：以上是中断前测得的各行。",
}

WORDS = Sentences("benching/wording.py", {"en": ENGLISH, "zh": CHINESE})
"""One row a language."""

SHORT = Labels(
    "benching/wording.py",
    {
        "en": (
            ("textbook NumPy", "textbook"),
            ("NumPy in place", "in place"),
            ("torch eager", "eager"),
            ("torch SDPA", "SDPA"),
            ("NumPy direct", "direct"),
        ),
        "zh": (
            ("textbook NumPy", "教科书"),
            ("NumPy in place", "原地"),
            ("torch eager", "eager"),
            ("torch SDPA", "SDPA"),
            ("NumPy direct", "direct"),
        ),
    },
)
"""What peers are called above their column."""

NAMES = Labels(
    "benching/wording.py",
    {
        "en": (),
        "zh": (
            ("textbook NumPy", "教科书式 NumPy"),
            ("NumPy in place", "原地计算的 NumPy"),
            (r"(.+) \+ autograd", "{0} + 自动求导"),
            ("code written by hand", "手写代码"),
        ),
    },
)
"""What those are called who take part."""

REASONS = Labels(
    "benching/wording.py",
    {
        "en": (),
        "zh": (
            # Time and memory.
            (r"the time is used up; --seconds gives more", "时间已用完；可用 --seconds 增加"),
            (
                r"the time went into loading; --seconds (\d+) would do to begin",
                "时间都用在了加载上；用 --seconds {0} 即可开始测量",
            ),
            (
                r"it would take about ([\d,]+) seconds of ([\d,]+) that are left; --seconds gives more",
                "大约需要 {0} 秒，而只剩 {1} 秒；可用 --seconds 增加",
            ),
            (
                r"it would take ([\d,]+) MiB for its score matrix and what it makes of it; ([\d,]+) MiB are free",
                "得分矩阵和由它得到的矩阵需要 {0} MiB，而可用的只有 {1} MiB",
            ),
            (r"there is not enough memory", "内存不足"),
            # Results.
            (
                r"WRONG: an error of (\S+) units, where up to (\S+) agree; not timed",
                "结果错误：误差为 {0} 个单位，不超过 {1} 个单位才算一致；未计时",
            ),
            (r"it failed: (\w+): (.*)", "运行失败：{0}：{1}"),
            (
                r"n = (\d+): results were compared at n = (\d+) alone, for want of memory for a reference\.",
                "n = {0}：内存不足以计算参考值，结果只在 n = {1} 时比较过。",
            ),
            (r"n = (\d+): results were not compared: (.*)", "n = {0}：未能比较结果，原因（英文原文）：{1}"),
            (
                r"Code written by hand is given its mask and its bias, .* generated code makes its own\.",
                "手写代码得到的是计时前已算好的掩码和偏置；生成的代码则自己计算。",
            ),
            # Libraries and devices.
            (r"not installed", "未安装"),
            (r"(\w+) is not installed: (.+)", "未安装 {0}：{1}"),
            (
                r"threadpoolctl is not installed, .*",
                "未安装 threadpoolctl，因此 NumPy 的 BLAS 的线程数由环境变量（OPENBLAS_NUM_THREADS、MKL_NUM_THREADS "
                "或 OMP_NUM_THREADS）决定；pip install threadpoolctl。",
            ),
            (r"NumPy computes on the CPU alone", "NumPy 只在 CPU 上计算"),
            (
                r"flex_attention without a GPU is for trying out; --strategies flex times it all the same, compiled",
                "没有 GPU 时 flex_attention 只供试用；用 --strategies flex 仍可编译并计时",
            ),
            (r"flex_attention has no gradients on the CPU", "flex_attention 在 CPU 上没有梯度"),
            (
                r"scaled_dot_product_attention has no words for a cap on the scores",
                "scaled_dot_product_attention 无法表示对得分的截断",
            ),
            # Code written by hand.
            (r"there is none to compare with: (.*)", "没有可以比较的：{0}"),
            (r"its output is more than weights times values", "输出不只是权重乘以值"),
            (
                r"its queries, keys and values are not inputs, but computed before",
                "查询、键和值不是输入，而是先计算得到的",
            ),
            (
                r"its heads take queries, keys and values from places of their own",
                "各头从各自的位置取查询、键和值",
            ),
            (
                r"what becomes of its scores has no words in hand-written attention but a cap by tanh",
                "手写的注意力对得分只有 tanh 截断，没有其他变换",
            ),
            (
                r"its allowed set depends on more than one mask or the places of query and key",
                "允许集合不只取决于一个掩码，或查询和键的位置",
            ),
            (r"what is added to its scores is computed from more than inputs", "加到得分上的项不只由输入算出"),
            (r"its heads have no lengths of their own", "各头的个数没有给定"),
            (r"there is no softmax in it", "其中没有 softmax"),
            (
                r"nothing in it has an entry for every query and key",
                "其中没有哪个矩阵对每个查询和每个键都有一个元素",
            ),
            # How memory is measured.
            (r"growth of the resident set's high-water mark", "常驻内存峰值的增量"),
            (r"growth of the largest resident set since the process began", "进程开始以来最大常驻内存的增量"),
            (r"this system does not tell the largest resident set of a process", "此系统不提供进程的最大常驻内存"),
            (
                r"the most that torch's allocator held on the device beyond what it held before",
                "torch 的分配器在设备上占用的内存超出先前的最大值",
            ),
            (r"it did not end within (\S+) seconds", "{0} 秒内没有结束"),
            (
                r"its process ended with status (\S+), for want of memory perhaps",
                "其进程以状态 {0} 结束，可能是内存不足",
            ),
            (r"its process ended with status (\S+)", "其进程以状态 {0} 结束"),
        ),
    },
)
"""Why something was left out, and remarks; what another part of the program or a library says stays as it is."""


def reason_in(language: str, reason: str, key: str = "reason", **places: str) -> str:
    """A reason in a language, in the sentence under a key; what stays in English says so.

    >>> reason_in("zh", "there is not enough memory"), reason_in("zh", "out of luck")
    ('内存不足', '原因（英文原文）：out of luck')
    """
    return REASONS.in_sentence(WORDS, language, key, reason, **places)
