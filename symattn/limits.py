"""Bounds on what a user's text or file may ask for, checked before anything is built."""

TEXT_LENGTH = 20_000
"""Characters in one text of equations."""

NESTING_DEPTH = 100
"""Brackets or operators inside one another; a longer formula reads better with its parts named."""

NAME_LENGTH = 40
"""Characters in a name."""

NUMBER_DIGITS = 1_000
"""Decimal digits in one number, whether written out or the result of a power."""

EXPONENT = 1_000
"""Absolute value of a numeric exponent, of a power and of ``1e…``."""

POLYNOMIAL_TERMS = 500
"""Terms of a formula of indices and sizes when it is multiplied out, and its factors and powers with it."""

LAYOUT_LENGTH = 1_000
"""Characters of the layout of one array."""

EXTREMES = 12
"""Scalars of which one largest or smallest is taken; each is compared with every other."""

NODE_COUNT = 5_000
"""Operations in one system of equations."""

SIZE = 1_000_000
"""A concrete size, such as ``n=3``."""

FAMILY_AXES = 4
"""Axes of a family of matrices, such as the 2 of ``Q[g, r]``."""

ENTRY_OPERATIONS = 20_000
"""Operations in one entry expanded to the inputs, unless the caller asks for more."""

EXACT_ENTRIES = 1_000_000
"""Entries of one matrix of exact numbers."""

EXACT_MEMBERS = 10_000
"""Matrices of exact numbers in one family, each of which is a value of its own."""

EXACT_DIGITS = 4_000
"""Decimal digits in one whole number of an exact value; Python itself prints no more than 4300."""

EXACT_TERMS = 20_000
"""Terms in the numerator or denominator of one exact value, bounded before they are multiplied out."""

EXACT_OPERATIONS = 100_000_000
"""Multiplications of entries in one product of exact matrices."""

GCD_BITS = 500_000
"""Bits of the whole numbers whose common divisor decides whether an exact fraction is in lowest terms."""

DECIMAL_DIGITS = 10_000
"""Digits of one decimal value."""

VERIFIED_OPERATIONS = 100_000_000
"""Multiplications of one instance of a cross-validation, in which the reference takes some minutes."""

INSTANCES = 100_000
"""Random instances of one cross-validation."""

FILE_BYTES = 64 * 2**20
"""Bytes of a file of numbers, and of what a compressed member may unpack to."""

FILE_DEPTH = 64
"""Lists inside one another in a file of numbers."""

FILE_NUMBERS = 4 * EXACT_ENTRIES
"""Numbers in one file, which may hold several matrices."""

ARRAY_HEADER_BYTES = 10_000
"""Bytes of the header of a .npy file; NumPy's own bound."""

ARCHIVE_MEMBERS = 1_000
"""Arrays in one .npz file."""

COMPRESSION_RATIO = 1_100
"""How many times larger a member of a .npz file may be than its compressed bytes; deflate itself reaches 1032."""

GRAPH_ENTRIES = 2_000_000
"""Scalar entries made one by one: as nodes of a shared graph or as an array of their numbers."""

PRINTED_TERMS = 100
"""Powers of e in one exact value that is printed; a longer one is left to its decimals."""

PRINTED_SIGNS = 2_000
"""Characters of one exact value's plain form; a longer one is left to its decimals."""

PROOF_TERMS = 4000
"""The largest number of terms that one multiplication in a proof may have."""

EXERCISES = 1_000
"""Exercises of one sheet."""

ANSWER_LENGTH = 4_000
"""Characters of the answer to one exercise."""

PICTURE_CELLS = 10_000
"""Cells in one picture, each of which is drawn and printed."""

PICTURE_PANELS = 100
"""Maps and charts in one picture."""

PICTURE_CURVES = 400
"""Curves in one picture, each of some fifty exact points."""

LABEL_LENGTH = 200
"""Characters of the label of one query or key."""

PAGE_EXACT_CHARACTERS = 150_000
"""Characters of the exact forms on one page."""

PAGE_EXACT_FORM = 2_000
"""Characters of one exact form on a page, signs and elements; a longer one is left to its decimals."""

PAGE_DERIVATION_CHARACTERS = 300_000
"""Characters of the derivation below a page; a longer one is left out."""

PAGE_EXACT_SECONDS = 3.0
"""How long exact forms of one page are looked for."""

PAGE_ENTRIES = 4_000
"""Entries of all inputs of one page, each a field to write in."""

PAGE_VALUES = 4_000
"""Entries of one value on a page, each a cell that follows every edit."""

BENCHMARK_TOKENS = 1_000_000
"""Queries, and keys, of one row of a benchmark."""

SCALAR_OPERATIONS = 50_000
"""Operations on single numbers in straight-line code, where each is a piece of its text."""
