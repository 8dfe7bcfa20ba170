"""What DESIGN promises about the house itself: its top level, the size of its files, and who may import whom."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.home import PROJECT_ROOT

TOP_LEVEL = {
    ".ci", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "data_contracts", "models", "notebooks",
    "pipelines", "pyproject.toml", "requirements.lock", "sql", "tests",
}  # fmt: skip
BUILT_ON_DAGSTER = (
    "pipelines/assets/",
    "pipelines/definitions.py",
    "pipelines/event_log.py",
    "pipelines/jobs.py",
)
SLOW = {"dagster", "mlflow", "great_expectations", "lightgbm", "sklearn"}
NAMELESS_ROOMS = {"utils", "util", "helpers", "common", "base", "misc"}
LOCAL = re.compile(
    r"(?<![\w.])/(?:home|root|work|Users|opt|mnt)/\w+|\blocalhost:\d{4,5}/simple|\bpypi\.org|--index-url"
)


def tracked(*suffixes: str) -> list[str]:
    """The files under version control, as paths from the root; a checkout without git has all of its files."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout: nothing tells the project's files from others")
    names = [name for name in done.stdout.split("\0") if name and (PROJECT_ROOT / name).is_file()]
    return [name for name in names if not suffixes or name.endswith(suffixes)]


def read(name: str) -> str:
    return (PROJECT_ROOT / name).read_text(encoding="utf-8")


def imports(name: str, at_the_top: bool = False) -> set[str]:
    """The packages that a Python file imports: all of them, or those it needs before any function runs."""
    tree = ast.parse(read(name))
    found = set()
    for node in tree.body if at_the_top else ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_the_top_level_holds_the_rooms_and_nothing_else() -> None:
    assert {name.split("/")[0] for name in tracked()} <= TOP_LEVEL


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    limits = {".py": 300, ".sql": 120}
    lengths = {name: len(read(name).splitlines()) for name in tracked(*limits)}
    assert {name: n for name, n in lengths.items() if n > limits[Path(name).suffix]} == {}


def test_every_module_says_what_belongs_in_it() -> None:
    silent = [name for name in tracked(".py") if read(name).strip() and not ast.get_docstring(ast.parse(read(name)))]
    assert silent == []


def test_no_room_is_called_after_nothing() -> None:
    assert [name for name in tracked(".py") if NAMELESS_ROOMS & set(Path(name).with_suffix("").parts)] == []


def test_the_arrows_run_one_way() -> None:
    wrong = [f"{name} imports {room}" for name in tracked(".py") if name.startswith("models/")
             for room in ("pipelines", "dagster", "notebooks", "tests", "duckdb") if room in imports(name)]  # fmt: skip
    wrong += [f"{name} imports {room}" for name in tracked(".py") if name.startswith("pipelines/")
              for room in ("notebooks", "tests") if room in imports(name)]  # fmt: skip
    assert wrong == []


def test_only_pipelines_import_dagster() -> None:
    knowing = [name for name in tracked(".py") if "dagster" in imports(name)]
    assert [name for name in knowing if not name.startswith(("pipelines/", "tests/"))] == []


def test_what_costs_seconds_is_imported_where_it_is_used() -> None:
    allowed = {name: {"dagster"} for name in tracked(".py") if name.startswith(BUILT_ON_DAGSTER)}
    early = {
        name: slow
        for name in tracked(".py")
        if not name.startswith("tests/") and (slow := imports(name, at_the_top=True) & SLOW - allowed.get(name, set()))
    }
    assert early == {}


@pytest.mark.capability("X5")
def test_the_command_line_loads_nothing_that_costs_seconds() -> None:
    code = f"import sys, pipelines.cli; print(*sorted({SLOW | {'sqlglot', 'polars'}!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_no_file_names_a_machine() -> None:
    skipped = ("requirements.lock", "tests/house/test_rooms.py")
    assert [
        f"{name}:{number}: {line.strip()}"
        for name in tracked()
        if name not in skipped and is_text(name)
        for number, line in enumerate(read(name).splitlines(), start=1)
        if LOCAL.search(line)
    ] == []


def is_text(name: str) -> bool:
    return b"\0" not in (PROJECT_ROOT / name).read_bytes()[:8000]


def test_the_lock_has_a_hash_for_everything_and_no_address() -> None:
    text = read("requirements.lock")
    assert "://" not in text
    assert "--index" not in text
    packages = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(packages) > 100
    assert [package.split()[0] for package in packages if "--hash=sha256:" not in package or "==" not in package] == []


def test_the_lock_holds_every_declared_dependency() -> None:
    locked = set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", read("requirements.lock"), flags=re.MULTILINE))
    declared = set(re.findall(r'^ {2}"([a-z0-9-]+)>=', read("pyproject.toml"), flags=re.MULTILINE))
    assert len(declared) > 20
    assert declared <= locked


WORDS_OF_THE_FIELD = {"engagement", "overlays"}
"""Sources that are called by a word which the code needs for other things too."""


@pytest.mark.capability("E3")
def test_no_python_names_a_source() -> None:
    sources = {name.split("/")[1] for name in tracked(".odcs.yaml")} - {"published"}
    named = re.compile(rf"(?i)(?<![a-z])({'|'.join(sorted(sources - WORDS_OF_THE_FIELD))})(?![a-z])")
    found = []
    for name in tracked(".py"):
        if name.startswith(("pipelines/", "models/")) and not name.startswith("pipelines/demo/"):
            tree = ast.parse(read(name))
            texts = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            found += [
                f"{name}:{node.lineno}: {node.value!r}"
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts
                if named.search(node.value) or node.value in sources
            ]
    assert found == []
