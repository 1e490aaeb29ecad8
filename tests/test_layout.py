"""The promises of the layout: which way imports point, where compiled code and printing live, what importing costs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from neatcore import __version__

ROOT = Path(__file__).parents[1]
PACKAGES = ("neatcore", "substrates", "hypernets", "tasks", "viz", "runner", "benchmarks", "tests", "docs")
ARROWS = {  # package: what of the project it may import; a name stands for itself and everything in it
    "neatcore": ("neatcore",),
    "substrates": ("substrates", "neatcore"),
    "hypernets": ("hypernets", "neatcore", "substrates"),
    "tasks": ("tasks", *(f"neatcore.{module}" for module in ("interfaces", "errors", "parameters", "compiled", "canvas"))),
    "viz": ("viz", "neatcore", "substrates"),
    "runner": ("runner", "neatcore", "substrates", "hypernets", "tasks", "viz"),
}
LISTENS = "runner/compiling.py"  # hears numba compile, to say so on the screen
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
SHIPPED = [path for path in MODULES if path.relative_to(ROOT).parts[0] in ARROWS]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Every module that is imported anywhere in a file, inside functions and by `import_module("…")` too."""
    for node in ast.walk(tree(path)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), level=0, names=names):
                yield from (f"{module}.{alias.name}" for alias in names)
            case ast.Call(args=[ast.Constant(value=str(module)), *_]) if called(node) == "import_module":
                yield module


def called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def within(module: str, roots: tuple[str, ...]) -> bool:
    return any(module == root or module.startswith(f"{root}.") for root in roots)


@pytest.mark.parametrize("path", SHIPPED, ids=name_of)
def test_no_arrow_points_up(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    inside = [module for module in imports(path) if within(module, PACKAGES)]
    assert [module for module in inside if not within(module, ARROWS[package])] == []


@pytest.mark.parametrize("path", SHIPPED, ids=name_of)
def test_imports_name_their_module_in_full(path: Path) -> None:
    """A relative import would slip past the test above."""
    assert not [node for node in ast.walk(tree(path)) if isinstance(node, ast.ImportFrom) and node.level]


def users_of(package: str) -> set[str]:
    return {name_of(path) for path in SHIPPED if any(within(module, (package,)) for module in imports(path))}


def test_numba_is_used_in_kernels_alone() -> None:
    assert "neatcore/compiled.py" in users_of("numba")
    outside = {name for name in users_of("numba") if not re.search(r"/kernels(\.py$|/)", name)}
    assert outside == {"neatcore/compiled.py", LISTENS}


def test_kernels_take_their_options_from_one_place() -> None:
    kernels = [path for path in SHIPPED if path.name == "kernels.py"]
    assert len(kernels) >= 3
    assert all("neatcore.compiled.kernel" in imports(path) for path in kernels)


def test_jax_is_used_by_hypernets_alone() -> None:
    for package in ("jax", "optax", "equinox"):
        assert {name for name in users_of(package) if not name.startswith("hypernets/")} == set()


def test_nothing_is_pickled() -> None:
    for package in ("pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"):
        assert users_of(package) == set()
    loads = [(name_of(path), node) for path in SHIPPED for node in calls(path) if ast.unparse(node.func) == "np.load"]
    assert loads
    assert all("allow_pickle=False" in ast.unparse(node) for _, node in loads)


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def test_the_runner_alone_prints() -> None:
    printing = {name_of(path) for path in SHIPPED if any(called(node) == "print" for node in calls(path))}
    assert printing
    assert {name for name in printing if not name.startswith("runner/")} == set()


def test_there_is_no_global_randomness() -> None:
    """Generators are made from seeds and handed on; nothing draws from the shared state of numpy or of Python."""
    assert users_of("random") == set()
    makers = {"default_rng", "Generator", "PCG64", "SeedSequence"}
    drawn = {(name_of(path), call) for path in SHIPPED for call in drawn_from_numpy(path) if call not in makers}
    assert drawn == set()


def drawn_from_numpy(path: Path) -> Iterator[str]:
    for node in calls(path):
        match node.func:
            case ast.Attribute(attr=name, value=ast.Attribute(attr="random", value=ast.Name(id="np"))):
                yield name


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("neatcore", "numpy numba matplotlib gymnasium pydantic scipy networkx cmaes jax"),
        ("neatcore.loop", "numba matplotlib gymnasium pydantic scipy networkx cmaes jax"),
        ("runner.cli", "numpy numba matplotlib gymnasium pydantic scipy networkx cmaes jax rich PIL imageio"),
    ],
)
def test_importing_is_cheap(module: str, heavy: str) -> None:
    code = f"import sys, {module}\nprint(*sorted(set({heavy.split()!r}) & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.split() == []


TEXTS = {".py", ".md", ".txt", ".cfg", ".toml", ".csv", ".svg", ".json", ".html", ".yml", ".cff", ""}
HOSTS = ("pypi.org", "pythonhosted.org", "anaconda.org", "conda.io")
ELSEWHERE = re.compile(
    r"(?<![\w.])/(?:work|root|home|tmp/spec)\b|(?<![\w-])shared/|index-url|" + "|".join(map(re.escape, HOSTS)), re.IGNORECASE
)


def project_files() -> Iterator[Path]:
    """All texts of the project but this one, which spells out what it looks for; what git does not keep is left out."""
    found = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if found.returncode:  # no clone: the folders that a clone has
        names = [*map(name_of, MODULES), *map(name_of, ROOT.glob("*.*")), *map(name_of, (ROOT / "docs").rglob("*.*"))]
    else:
        names = found.stdout.splitlines()
    files = (ROOT / name for name in names)
    return (path for path in files if path.suffix in TEXTS and path.is_file() and path != Path(__file__))


def test_the_text_speaks_of_the_project_alone() -> None:
    """No path of one machine, no registry's address: a clone works anywhere."""
    found = []
    for path in project_files():
        lines = path.read_text(encoding="utf-8").splitlines()
        wrong = [(number, line) for number, line in enumerate(lines, 1) if ELSEWHERE.search(line)]
        found += [f"{name_of(path)}:{number}: {line.strip()}" for number, line in wrong if name_of(path) != ".ci/run"]
    assert found == []


def test_the_citation_is_of_this_version() -> None:
    assert f"\nversion: {__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
