"""Chapter: forward mode and second derivatives."""

from symattn.book.chapter import Chapter
from symattn.book.said import Said

RATES = "`Q_t`, `K_t` and `V_t` are the rates at which `Q`, `K` and `V` change"

chapter = Chapter(
    title=Said("Forward mode and second order", "前向模式与二阶导数"),
    theorem="forward-and-second-order",
    names={"Q": "n d_k", "K": "m d_k", "V": "m d_v", "P": "n m", "S": "n m", "U": "n m", "tau": "scalar", "q": "1 d_k"},
    opening=(
        Said(
            "If the inputs move, how does the output move with them? Forward mode answers in the order of the "
            "computation, without an upstream cotangent. Applied twice it gives curvature, and curvature of attention "
            "has a statistical meaning: moments of keys and values under the weights.",
            "输入在动，输出怎样跟着动？前向模式按计算的次序作答，不需要上游梯度。用两次就得到曲率，而注意力的曲率有统计含义：键和值"
            "在权重下的矩。",
        ),
    ),
    before={
        "the tangent of the scores": Said(
            "Scores are a product, so their rate is two terms, one for each factor.",
            "得分是乘积，所以它的变化率有两项，每个因子一项。",
        ),
        "the tangent of the weights": Said(
            "Relative to its size, each weight follows its score, less the mean rate of the row.",
            "每个权重的相对变化率，等于其得分的变化率减去该行的平均变化率。",
        ),
        "the tangent of the output": Said(
            "The output `P @ V` moves because the weights do, and because the values do.",
            "输出 `P @ V` 变化，一是因为权重在变，二是因为值在变。",
        ),
        "the second derivative of softmax": Said(
            "Differentiated once more along the same direction `U`, a weight is multiplied by the squared deviation less the variance.",
            "沿同一方向 `U` 再求一次导，得到权重乘以离差的平方与方差之差。",
        ),
        "the derivative of an output by its query": Said(
            "For one query `q` the derivative of the output is a covariance: that of keys and values under its weights, "
            "times the scale `tau`.",
            "对单个查询 `q`，输出的导数是一个协方差：键与值在该查询权重下的协方差，再乘以缩放 `tau`。",
        ),
        "the second derivative of an output by its query": Said(
            "The second derivative is a third moment, times the square of the scale. As the weights "
            "concentrate on one key, both tend to 0.",
            "二阶导数是一个三阶矩，乘以缩放的平方。权重越集中于一个键，两者越接近 0。",
        ),
    },
    misconceptions={
        "forward-mode-is-useless": Said(
            "For one direction it costs a small multiple of the forward pass. Hessians times a vector, and checks of a "
            "backward pass, are made with it.",
            "对单个方向，它的代价只是一次前向传播的几倍。海森矩阵与向量之积，以及对反向传播的检验，都要用到它。",
        ),
    },
    practice=(
        "weight-rate-1-1",
        "weight-curvature-1-2",
    ),
    chinese={
        RATES: "`Q_t`、`K_t`、`V_t` 分别是 `Q`、`K`、`V` 的变化率",
        "the tangent of the scores": "得分的变化率",
        "the tangent of the weights": "权重的变化率",
        "the tangent of the output": "输出的变化率",
        "the second derivative of softmax": "softmax 的二阶导数",
        "`S` changes at the rate `U`": "`S` 以速率 `U` 变化",
        "squared deviation less variance": "离差平方减去方差",
        "the derivative of an output by its query": "输出对查询的导数",
        "`q` changes at the rate `q_t`": "`q` 以速率 `q_t` 变化",
        "the covariance of keys and values": "键与值的协方差",
        "the second derivative of an output by its query": "输出对查询的二阶导数",
        "a mixed third moment": "一个混合三阶矩",
        "the derivative of softmax": "softmax 的导数",
        "`S_t` is the rate at which `S` changes": "`S_t` 是 `S` 的变化率",
    },
)
