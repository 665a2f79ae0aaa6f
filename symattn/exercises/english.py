"""The sentences of exercises in English; what stands in braces is a place for mathematics or a name."""

from __future__ import annotations

from symattn.auditing.mistakes import ROWS

ENGLISH: dict[str, str] = {
    "title": "Exercises",
    "key": "Answers",
    "answer": "Answer:",
    "exercise": "{number}. {name}",
    "how to answer": (
        "Answers are exact, such as 1/(1 + 2*exp(2)), or decimals with at least three places, correctly "
        "rounded. Rows of a matrix end with a semicolon, as in 1 2; 3 4. symattn check takes the name of an "
        "exercise and an answer."
    ),
    "ask projections": "Compute {asked} from the inputs X and the weights.",
    "ask self-attention": "Compute the output {asked} of scaled self-attention for all inputs.",
    "ask scores": "Compute the scores {asked} of every query against every key. Which keys tie in a row?",
    "ask winners": (
        "Which key has the largest score for each query? Give the matrix {asked}: each row has 1 at the key "
        "that wins, and equal parts where keys tie."
    ),
    "ask additive-scores": "Compute the additive scores {asked} of the query q against the keys k.",
    "ask softcap": "Compute the soft-capped score {asked}.",
    "ask softmax": "Compute the attention weights {asked} of these scores.",
    "ask shifted-softmax": (
        "Compute the weights {asked} of these large scores. What does exp give for them in float32?"
    ),
    "ask weights": "Compute the attention weights {asked} of scaled dot-product attention.",
    "ask output": "Compute the attention output {asked}: the values weighed by the softmax of the scores.",
    "ask log-sum-exp": "Compute the log-sum-exp {asked} of the scores.",
    "ask mixture": "Which attention weights {asked} over the three values in the rows of V give the output o?",
    "ask rounded-row": (
        "Compute the softmax of these scores and round each weight to one decimal. What is the sum {asked} "
        "of the rounded weights?"
    ),
    "ask rounded-weights": (
        "The exact weights are the softmax of S; they were rounded to one decimal. What is the largest "
        "absolute error {asked} that this makes in an entry of the output?"
    ),
    "ask entropy": "Compute the entropy {asked} of the attention weights, in nats.",
    "ask perplexity": "Compute the perplexity {asked} of the weights p.",
    "ask temperature": "Two scores differ by g. At which temperature {asked} does the larger one have the weight p?",
    "ask coldest": "What do the weights of softmax(S / T) tend to as T falls to 0? Give the row {asked}.",
    "ask jacobian": "Compute the Jacobian {asked} of softmax where its weights are p.",
    "ask largest-eigenvalue": (
        "Compute the largest eigenvalue {asked} of the Jacobian of softmax where its weights are p."
    ),
    "ask weight-rate": (
        "The weights of a row are p, and its scores move at the rates u. Compute the rates {asked} of the weights."
    ),
    "ask weight-curvature": (
        "The weights of a row are p, and its scores move at the constant rates u. Compute the second derivatives "
        "{asked} of the weights."
    ),
    "ask determinant": (
        "Two tokens are one number each, and their scores have rank 1. Compute the determinant {asked} of the "
        "exponentials of the scores."
    ),
    "ask softmax-gradient": (
        "The weights are P = softmax(S), and the cotangent of P is dP. Compute the cotangent {asked} of the scores."
    ),
    "ask value-gradient": (
        "The output is O = P @ V, and its cotangent is dO. Compute the cotangent {asked} of the values."
    ),
    "ask self-gradient": (
        "Every input is one number; queries, keys and values are the inputs X themselves. Compute the "
        "gradient {asked} of the first output by X."
    ),
    "ask saturation": (
        "Two scores differ by g, and the larger one has the weight p. Compute the slope {asked} of p by the gap g."
    ),
    "ask causal": "Compute the output {asked} of causal attention: query i attends to the keys up to i.",
    "ask padding": "The keys where M is 0 are padding. Compute the attention weights {asked}.",
    "ask online-denominator": (
        "The scores of a row come in two blocks A and B. Compute the denominator {asked} of both together, "
        "relative to their common maximum."
    ),
    "ask online-softmax": (
        "The scores of a row come in two blocks A and B, with their values. Compute the output {asked} of "
        "both together from the states of the blocks."
    ),
    "ask sparsemax": "Compute the sparsemax weights {asked} of these scores.",
    "ask entmax": "Compute the 1.5-entmax weights {asked} of these scores.",
    "ask off-by-one": "Compute the weights {asked} of softmax off by one, which has a further 1 in its denominator.",
    "ask linear-attention": "Compute the output {asked} of linear attention with the feature elu(x) + 1.",
    "ask alibi": (
        "Two keys have the same content, one at distance d from the query and one at distance 0. ALiBi has "
        "the slope m. What is the quotient {asked} of their weights?"
    ),
    "ask rope": (
        "Query and key are both (1, 0) and are rotated by their positions a and b, with the frequency 1. "
        "Compute their product {asked}."
    ),
    "ask kernel-regression": (
        "Compute the Nadaraya–Watson estimate {asked} at q from the points x with the values y; the Gaussian "
        "kernel has the width h."
    ),
    "ask mean-shift": (
        "Compute the place {asked} after one step of mean shift from z, with a Gaussian kernel of width 1 "
        "over the points x."
    ),
    "ask hopfield": (
        "Compute the state {asked} after one update of a modern Hopfield network with the patterns in the rows of K."
    ),
    "ask channel-attention": (
        "Compute the channel attention weights {asked} of the channels in the rows of A, by the equations given."
    ),
    "ask fusion": (
        "Attentional feature fusion as in its paper: the gate for x is M. Compute the fused feature {asked}."
    ),
    "ask iterated-fusion": (
        "Iterative attentional feature fusion: the first gate is M_1, and the second one, computed from the "
        "first fusion, is M_2. Compute the fused feature {asked}."
    ),
    "ask variance": "Queries and keys have d independent entries. Compute the variance {asked} of q·k.",
    "ask variance normal": (
        "Queries and keys have d independent standard normal entries. Compute the variance {asked} of q·k."
    ),
    "ask variance uniform": (
        "Queries and keys have d independent entries, uniform from -1 to 1. Compute the variance {asked} of q·k."
    ),
    "ask parameters": ("How many parameters {asked} has multi-head attention of width d with h heads, without biases?"),
    "ask parameters biased": (
        "How many parameters {asked} has multi-head attention of width d with h heads, with biases?"
    ),
    "ask cache": (
        "How many bytes {asked} has the cache of keys and values of l layers with h heads of width d, for n "
        "tokens at b bytes a number?"
    ),
    "ask latent-cache": (
        "A cache keeps a latent of width c and a rotated key of width r for each token, in place of keys and "
        "values of h heads of width d. Which part {asked} of the size is left?"
    ),
    "ask crossing": (
        "The width of a model is d. At how many tokens {asked} do the products Q K.T and P V cost as much as "
        "the four projections?"
    ),
    "remark ties": "In a row with equal scores the keys tie, and their weights are equal at every temperature.",
    "remark no ties": "No row has two equal scores, so no keys tie.",
    "remark winners": (
        "The other scores have other winners here: dot products favour long keys, the cosine ignores length, "
        "the distance favours near keys."
    ),
    "remark softcap": "The result stays below the cap c, however large the score is.",
    "remark overflow": (
        "Each power of e here is above the largest number of float32, so that exponentials divided by their "
        "sum are infinity by infinity, which is NaN. Less the largest score, the same weights come out "
        "without overflow."
    ),
    "remark bounds": (
        "It lies between the largest score {low} and {high}, which is the largest plus the logarithm of the "
        "number of scores; it is at least {jensen}, the mean plus that logarithm."
    ),
    "remark hull": (
        "The values are corners of a triangle, so the weights are unique. They are positive, so scores that "
        "give them exist: their logarithms."
    ),
    "remark perplexity": "Equal weights would have the largest perplexity, the number of keys.",
    "remark coldest": "Ties stay: the limit is uniform over the largest scores, and one-hot only if one is largest.",
    "remark jacobian": "It is symmetric, and each row sums to 0: a shift of all scores changes nothing.",
    "remark eigenvalues": "One eigenvalue is 0, the others have the sum t and the product d.",
    "remark sum of gradients": "The entries sum to 0, as softmax does not change when all scores are shifted.",
    "remark sum of rates": "The entries sum to 0, as the weights keep the sum 1.",
    "remark full rank": (
        "It is not 0, so the exponentials have rank 2; dividing each row by its sum, as softmax does, keeps the rank."
    ),
    "remark saturation": "The slope is at most 1/4 and falls with the gap: softmax saturates.",
    "remark masked": "The weight of padding is exactly 0, and the rest of the row sums to 1.",
    "remark sparse": "Scores below the threshold have the weight 0.",
    "remark off by one": "The weights sum to less than 1: the rest is attention to nothing.",
    "remark rope": "Only the difference of the positions matters.",
    "remark channels": (
        "The paper takes the softmax of G, the code that of the largest of the row less G, which is the "
        "softmax of -G and turns the order around."
    ),
    "remark crossing": "The four projections take 8 n d² operations, the two products 4 n² d.",
    "slip other weight": "This is X times another one of the weights.",
    "slip weights of the keys for the values": "The keys stand in the place of the values.",
    "slip scores over their sum": (
        "The scores themselves were divided by their sum; softmax divides their exponentials."
    ),
    "slip sign of the scores": ("The scores have the opposite sign, so that the smallest one gets the largest weight."),
    "slip divided by d_k": "The scores were divided by d_k and not by its root.",
    "slip value of the best key": "All weight was given to the largest score: this is hardmax.",
    "slip mean of all values": "All keys were given the same weight.",
    "slip largest for lse": "This is the largest score, which is below the log-sum-exp.",
    "slip sum of exponentials": "The logarithm of the sum is missing.",
    "slip sum of scores": "The logarithms were taken one by one, which gives the sum of the scores.",
    "slip mean of exponentials": "The logarithm was taken of the mean of the exponentials and not of their sum.",
    "slip sum of the exact row": "The exact weights sum to 1; the rounded ones were asked for.",
    "slip error of the weights": "This is the largest error of the weights, not of the output.",
    "slip entropy in bits": "The logarithms are to the base 2; nats have the natural logarithm.",
    "slip largest entropy": "This is the entropy of equal weights, the largest there is.",
    "slip logarithms not weighed": "The logarithms were added without their weights.",
    "slip entropy for perplexity": "This is the entropy; the perplexity is its exponential.",
    "slip power of two": "A power of 2 was taken of an entropy in nats; it is to be a power of e.",
    "slip inverse temperature": "This is 1/T, the factor of the scores.",
    "slip no division by the rest": "The logarithm is of p / (1 - p), not of 1 / p.",
    "slip every largest a whole": "Each of the largest scores was given 1; together they have 1.",
    "slip diagonal alone": (
        "Only the diagonal of the Jacobian was used: the other scores of the row move the weight, too."
    ),
    "slip sign of the product": "The product of the weights is to be taken away, not added.",
    "slip product alone": "The weights themselves are missing on the diagonal.",
    "slip smaller eigenvalue": "This is the smaller one of the two eigenvalues that are not 0.",
    "slip trace for eigenvalue": "This is the trace, the sum of the eigenvalues.",
    "slip mean rate missing": "The mean of the rates under the weights was not taken away.",
    "slip plain mean rate": "The plain mean of the rates was taken away, not the one weighed by p.",
    "slip rate not weighed": "The factor p in front is missing.",
    "slip variance missing": "The variance of the rates under the weights was not taken away.",
    "slip deviation not squared": (
        "This is the first derivative; the second has the deviations squared, less the variance."
    ),
    "slip determinant of the scores": "This is the determinant of the scores themselves, which have rank 1.",
    "slip product of the diagonal": "The product of the other two entries was not taken away.",
    "slip sum for the determinant": "The product of the other two entries is to be taken away, not added.",
    "slip without the mean": "The row sum of P * dP was not taken away.",
    "slip sum not weighed": "The sum of dP was taken away without its weights.",
    "slip mean not weighed": "The plain mean of dP was taken away, not the one weighed by P.",
    "slip cotangent not weighed": "The factor P in front is missing.",
    "slip weight for slope": "This is the weight p itself.",
    "slip weight squared": "The slope is p (1 - p), not p squared.",
    "slip denominators added": (
        "The denominators were added as they are; each is to be brought to the common maximum first."
    ),
    "slip other maximum": "The smaller one of the two maxima was taken for the common one.",
    "slip mean of the blocks": "The outputs of the blocks were averaged as if both had the same denominator.",
    "slip outputs not rescaled": "The outputs were added without bringing them to the common maximum.",
    "slip softmax instead": "This is softmax.",
    "slip entmax instead": "This is 1.5-entmax.",
    "slip sparsemax instead": "This is sparsemax.",
    "slip cut off without threshold": (
        "Scores were cut off at 0 and divided by their sum; sparsemax takes a threshold away."
    ),
    "slip e for one": "The further term of the denominator is 1 and not e.",
    "slip feature without one": "The 1 of the feature elu(x) + 1 is missing.",
    "slip sign of the penalty": "The penalty was added where it is to be taken away.",
    "slip penalty without exp": "This is the difference of the scores; the weights have its exponential.",
    "slip slope divided": "The distance was divided by the slope and not multiplied by it.",
    "slip sum of the positions": "The positions were added; only their difference matters.",
    "slip sine for cosine": "This is the sine of the difference.",
    "slip product of cosines": "The product of the sines is missing.",
    "slip factor two of the Gaussian": "The 2 in the denominator of the Gaussian's exponent is missing.",
    "slip distance not squared": "The distance is to be squared.",
    "slip not a mean": "The weights were not divided by their sum.",
    "slip move for the place": "This is the move, not the place after it.",
    "slip without beta": "The scores were not multiplied by beta.",
    "slip form of the code": "This is the form of the official code, the softmax of -G.",
    "slip form of the paper": "This is the form of the paper, the softmax of G.",
    "slip factor two of the code": "The factor 2 is that of the official code, not of the paper.",
    "slip gate on the other": "The gate and what is left of it were exchanged.",
    "slip gate on one alone": "The second feature was not multiplied by what the gate leaves.",
    "slip first gate": "This is the first fusion; the second gate fuses the features again.",
    "slip fused with the first fusion": "The second gate fuses the features themselves, not the first fusion.",
    "slip scaled variance": "This is the variance after the division by the root of d.",
    "slip deviation for variance": "This is the standard deviation.",
    "slip variance not squared": "The variances of query and key multiply; only one was taken.",
    "slip output projection missing": "The output projection is missing.",
    "slip times the heads": "The heads share the width: their number does not multiply the parameters.",
    "slip biases": "The biases were counted where there are none, or left out where there are.",
    "slip one matrix": "This is one projection; there are four.",
    "slip keys without values": "Keys and values are both kept; a factor of 2 is wrong.",
    "slip numbers for bytes": "These are numbers; each has several bytes.",
    "slip one layer": "This is one layer.",
    "slip one head": "This is one head.",
    "slip rotated part missing": "The rotated key is missing.",
    "slip latent twice": "The latent serves keys and values at once and is kept one time.",
    "slip inverse": "This is the inverse: how many times larger the other one is.",
    "slip equal to the width": "Four projections of 2 n d² operations each face two products of 2 n² d.",
    "slip three projections": "The output projection is missing: there are four.",
    "slip one product": "There are two products, Q K.T and P V.",
    "slip not finite": (
        "NaN and infinity come of exponentials that overflow in floating point; the weights are finite once "
        "the largest score of the row is taken away."
    ),
    "slip transposed": "This is the answer transposed: rows and columns are exchanged.",
    "slip reversed": "The entries are right, in another order.",
    "slip cut off": "The decimals were cut off and not rounded.",
    "slip rounded on the way": (
        "{name} was rounded before going on (places after the point: {places}); round only the result."
    ),
    "slip near": "The last decimals are not correctly rounded.",
    "right exact": "Right: {name} is answered exactly.",
    "right decimals": "Right: the decimals of {name} are correctly rounded to the places given.",
    "right to a thousand digits": (
        "Right: {name} is answered as far as a thousand digits show; equality itself is not decided here."
    ),
    "too few places": (
        "The decimals are correctly rounded, but at least three places are asked for; give more, or the exact value."
    ),
    "wrong": "Wrong: this is not the answer to {name}.",
    "wrong shape": "{asked} of {name} has the shape {shape}, and the answer has {found}.",
    "wrong entries": "Not right: {entries}.",
    "entry": "row {row}, column {column}",
    "mistake also": "The same value comes of another mistake: {mistake}",
    "mistake made": "This value comes of a usual mistake: {mistake}",
}

ENGLISH |= {f"mistake {row.name}": row.statement for row in ROWS}
"""What the audited mistakes are, as the table of audits says it."""
