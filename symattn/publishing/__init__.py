"""Publishing: mathematics as text, LaTeX and MathML, and a derivation stage by stage."""
