"""Lowering: equations to statements to the source of a fast, readable function."""
