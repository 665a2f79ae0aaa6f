"""The house: arrows point down, nothing heavy is loaded before it is used, no name of the workshop is left inside."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import symattn

ROOT = Path(symattn.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))


def module_name(path):
    parts = ("symattn", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path):
    """The symattn modules that a file imports, at its top or inside its functions."""
    found = set()
    modules = {module_name(other) for other in FILES}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("symattn"):
            inner = {f"{node.module}.{alias.name}" for alias in node.names} & modules
            found |= inner or {node.module}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("symattn")}
    return found - {module_name(path)}


ARROWS = {module_name(path): imports(path) for path in FILES}


def cycle_from(start):
    """A way from a module back to itself, or nothing."""
    pending, seen = [(start, (start,))], set()
    while pending:
        module, way = pending.pop()
        for target in ARROWS.get(module, ()):
            if target == start:
                return (*way, start)
            if target not in seen:
                seen.add(target)
                pending.append((target, (*way, target)))
    return ()


@pytest.mark.parametrize("module", sorted(set(ARROWS) - {"symattn"}))
def test_no_module_imports_itself_by_a_detour(module):
    assert not cycle_from(module), " -> ".join(cycle_from(module))


LAYERS = (
    {"errors", "limits", "article", "lazy", "writing"},
    {"shapes", "counts", "verdicts"},
    {"nodes"},
    {"language"},
    {"equations"},
    {"lowering", "closed_form", "exact", "calculus"},
    {"worked", "publishing", "mechanism_names", "verification", "pictures"},
    {"proof"},
    {"defining"},
    {"deriving"},
    {"mechanisms"},
    {"examples", "article_words"},
    {"article_steps", "comparing", "theorems", "auditing", "page"},
    {"reading", "adapters"},
    {"exercises", "benching"},
    {"book"},
    {"commands"},
    {"cli"},
    {"__main__"},
)
LEVEL = {part: level for level, parts in enumerate(LAYERS) for part in parts}


def part(module):
    return module.split(".")[1] if "." in module else ""


@pytest.mark.parametrize("module", sorted(set(ARROWS) - {"symattn"}))
def test_arrows_point_down(module):
    upward = [target for target in ARROWS[module] if part(target) and LEVEL[part(target)] > LEVEL[part(module)]]
    assert not upward, f"{module} imports {upward}"


def loaded_after(statement):
    code = f"import sys\n{statement}\nprint(' '.join(sys.modules))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_importing_symattn_loads_nothing_heavy():
    assert not {"sympy", "numpy", "torch", "latex2mathml", "click", "jinja2"} & loaded_after("import symattn")


def test_a_mechanism_needs_no_torch_and_no_numpy():
    use = "import symattn; symattn.mechanism('m', inputs={'A': 'n m'}, equations='B = A.T')"
    assert not {"torch", "numpy"} & loaded_after(use)


def test_numpy_code_needs_no_torch():
    use = "import symattn; symattn.named('dot').lambdify('numpy')([[1.0]], [[1.0]], [[1.0]])"
    assert "torch" not in loaded_after(use)


def test_every_public_name_is_there():
    assert all(getattr(symattn, name) is not None for name in symattn.__all__)
    with pytest.raises(AttributeError):
        symattn.nothing  # noqa: B018


LAZY = [path for path in FILES if path.name == "__init__.py" and "loader(" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", LAZY, ids=module_name)
def test_what_a_package_offers_is_what_it_loads_and_what_a_type_checker_sees(path):
    """The names stand in a package three times: for its users, for its loader, and for type checkers."""
    package = importlib.import_module(module_name(path))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    seen = next(node for node in tree.body if isinstance(node, ast.If))
    homes = {part.module.removeprefix(f"{module_name(path)}."): part.names for part in seen.body}
    assert {home: {alias.name for alias in names} for home, names in homes.items()} == {
        home: set(names) for home, names in package._HOMES.items()
    }
    loaded = {name for names in package._HOMES.values() for name in names}
    assert loaded == set(package.__all__) - {"__version__"}
    assert all(hasattr(package, name) for name in package.__all__)


def test_no_module_shares_a_name_with_what_the_package_offers():
    """A module that is imported becomes an attribute of its package, and would hide a function of its name."""
    packages = {module: set(getattr(sys.modules[module], "__all__", ())) for module in ARROWS if module in sys.modules}
    shared = {f"{package}.{name}" for package, offered in packages.items() for name in offered} & set(ARROWS)
    assert not shared


def test_every_module_has_a_caption_of_its_own():
    captions = [ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) for path in FILES]
    assert all(captions)
    assert len({caption.splitlines()[0] for caption in captions}) == len(FILES)


def test_no_two_files_of_tests_have_one_name():
    """They are imported by their names alone."""
    found = [path.name for path in ROOT.parent.joinpath("tests").rglob("*.py")]
    assert sorted(found) == sorted(set(found))
