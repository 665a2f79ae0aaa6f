"""Chapter: the backward pass of attention, step by step."""

from symattn.book.chapter import Chapter
from symattn.book.said import Said

chapter = Chapter(
    title=Said("The backward pass, step by step", "逐步推导反向传播"),
    theorem="backward-of-attention",
    names={
        "P": "n m",
        "V": "m d_v",
        "O": "n d_v",
        "S": "n m",
        "Q": "n d_k",
        "K": "m d_k",
        "dO": "n d_v",
        "dP": "n m",
        "dQ": "n d_k",
        "dK": "m d_k",
        "dS": "n m",
        "D": "n 1",
    },
    opening=(
        Said(
            "Training asks how a loss changes with every input. The cotangent `dO` says how the loss changes with the "
            "output; the backward pass carries it through the layers to the cotangents of values, weights, scores, "
            "queries and keys. What is right is defined without any choice: for every rate of change of the inputs, "
            "the sum of cotangents times rates must be the rate of the loss.",
            "训练要问：损失随每个输入如何变化。梯度 `dO` 说明损失随输出如何变化；反向传播由它逐层求出值、权重、得分、查询和键的"
            "梯度。什么是正确的梯度，由定义唯一确定：对输入的任何变化率，梯度与变化率的乘积之和必须等于损失的变化率。",
        ),
    ),
    before={
        "cotangents of weights and values": Said(
            "The output is a product, `O = P @ V`. The product rule gives two terms, and in each the sum is turned "
            "round so that the rate stands alone: what it is multiplied by is the cotangent.",
            "输出是乘积 `O = P @ V`。乘积法则给出两项，把每一项的求和改写成变化率单独出现的形式：与它相乘的就是梯度。",
        ),
        "the derivative of softmax": Said(
            "The step through softmax needs its derivative, known from the chapter on the Jacobian.",
            "穿过 softmax 的一步需要它的导数，见雅可比矩阵一章。",
        ),
        "the cotangent of the scores": Said(
            "As the Jacobian is symmetric, the cotangent of the scores has the same form as their rate: `dP` less its "
            "mean under the weights, times the weights.",
            "由于雅可比矩阵对称，得分的梯度与其变化率形式相同：`dP` 减去它在权重下的均值，再乘以权重。",
        ),
        "row sums of P * dP are those of dO * O": Said(
            "The mean in it, `rowsum(P * dP)`, can be read off the output: it is `rowsum(dO * O)`, n · d_v products in "
            "the place of n · m. Kernels that never hold the weights as a whole rest on this.",
            "其中的均值 `rowsum(P * dP)` 可以直接由输出得到：它等于 `rowsum(dO * O)`，乘法次数由 n · m 降为 n · d_v。"
            "那些从不整体存放权重的内核正是依靠这一点。",
        ),
        "the backward pass of attention": Said(
            "Scores are a product again, `S = Q @ K.T / sqrt(d_k)`, so that queries and keys get their cotangents by "
            "the product rule, with the same scale.",
            "得分又是乘积 `S = Q @ K.T / sqrt(d_k)`，于是查询和键的梯度再由乘积法则得到，带着同样的缩放因子。",
        ),
        "cotangents of the projections and of the tokens": Said(
            "In self-attention tokens enter three times; their cotangent is the sum over queries, keys and values.",
            "在自注意力中词元出现三次；它的梯度是查询、键、值三条路径之和。",
        ),
        "the rows of dS sum to 0": Said(
            "A check that costs nothing: every row of `dS` sums to 0, because softmax ignores a shift. A bias of the "
            "keys therefore has no gradient.",
            "一个不费力的检验：`dS` 的每一行之和为 0，因为 softmax 不受平移影响。所以键的偏置没有梯度。",
        ),
    },
    misconceptions={
        "scaling-enlarges-gradients": Said(
            "It makes softmax saturate less, but it multiplies `dQ` and `dK` by the scale as well. In the worked "
            "example the gradient of W_Q grows and that of W_K becomes smaller.",
            "它减轻 softmax 的饱和，但同时也给 `dQ` 与 `dK` 乘上了这个因子。在本书的算例中，W_Q 的梯度变大，W_K 的梯度反而变小。",
        ),
    },
    practice=(
        "softmax-gradient-1-1",
        "value-gradient-1-2",
    ),
    chinese={
        "cotangents of weights and values": "权重与值的梯度",
        "`P_t` and `V_t` are the rates at which `P` and `V` change": "`P_t` 与 `V_t` 分别是 `P` 与 `V` 的变化率",
        "`dP = dO @ V.T`, `dV = P.T @ dO`": "`dP = dO @ V.T`，`dV = P.T @ dO`",
        "the derivative of softmax": "softmax 的导数",
        "`S_t` is the rate at which `S` changes": "`S_t` 是 `S` 的变化率",
        "the cotangent of the scores": "得分的梯度",
        "`dS = P * (dP - rowsum(P * dP))`": "`dS = P * (dP - rowsum(P * dP))`",
        "row sums of P * dP are those of dO * O": "P * dP 的行和等于 dO * O 的行和",
        "one pass over `n * m` numbers less": "少扫一遍 `n * m` 个数",
        "the backward pass of attention": "注意力的反向传播",
        "`Q_t`, `K_t` and `V_t` are the rates at which `Q`, `K` and `V` change": "`Q_t`、`K_t`、`V_t` 分别是 `Q`、`K`、`V` 的变化率",
        "cotangents of the projections and of the tokens": "投影矩阵与词元的梯度",
        "`X_t`, `A_t`, `B_t` and `C_t` are the rates at which `X`, `W_Q`, `W_K` and `W_V` change": (
            "`X_t`、`A_t`、`B_t`、`C_t` 分别是 `X`、`W_Q`、`W_K`、`W_V` 的变化率"
        ),
        "the rows of dS sum to 0": "dS 的各行之和为 0",
    },
)
