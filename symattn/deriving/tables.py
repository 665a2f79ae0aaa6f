"""Tables of numbers in formulas, ``[[1, 2], [3, 4]]``, which the language of equations writes as stacks."""

from __future__ import annotations

import ast

from symattn.errors import LanguageError


def in_language(text: str) -> str:
    """A formula, or equations on lines of their own, with every table of scalars as stacks.

    >>> in_language("A = [[1, u**2]] @ B")
    'A = hstack(1 * ones(1, 1), u ** 2 * ones(1, 1)) @ B'

    Errors: ``LanguageError`` for a table whose rows are not of one length.
    """
    if "[[" not in text:
        return text
    return "\n".join(_line(line.strip()) for line in text.splitlines())


def _line(line: str) -> str:
    if "[[" not in line:
        return line
    try:
        tree = ast.parse(line)
    except SyntaxError:
        return line  # The language says where the mistake is.
    return ast.unparse(ast.fix_missing_locations(_Tables().visit(tree)))


class _Tables(ast.NodeTransformer):
    def visit_List(self, node: ast.List) -> ast.expr:
        rows = [row.elts for row in node.elts if isinstance(row, ast.List)]
        if not rows or len(rows) < len(node.elts) or len({len(row) for row in rows}) > 1 or not rows[0]:
            shown = ast.unparse(node)
            raise LanguageError(f"a table is a list of rows of one length, as in [[1, 2], [3, 4]]; found {shown}.")
        return _stacked("vstack", [_stacked("hstack", [_cell(entry) for entry in row]) for row in rows])


def _stacked(function: str, parts: list[ast.expr]) -> ast.expr:
    if len(parts) == 1:
        return parts[0]
    return ast.Call(ast.Name(function, ast.Load()), parts, [])


def _cell(entry: ast.expr) -> ast.expr:
    one = ast.Constant(1)
    ones = ast.Call(ast.Name("ones", ast.Load()), [one, one], [])
    return ast.BinOp(entry, ast.Mult(), ones)
