"""The house tests itself: floors, front doors, migrations, catalogues. STYLE: one room, one job, and a machine checks it."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from django.db import models
from django.db.migrations.state import ModelState, ProjectState

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("claimtracker", "claims", "sources")


def modules() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def imported(path: Path) -> set[str]:
    """Names of the modules that a file imports anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("room", ["claims", "sources"])
def test_the_front_of_a_room_is_empty_so_that_pure_modules_import_no_django(room: str) -> None:
    assert (ROOT / room / "__init__.py").read_text() == ""


@pytest.mark.parametrize(
    "module",
    [
        "claims.vocabulary",
        "sources.vocabulary",
        "sources.articles",
        "sources.furniture",
        "sources.overlap",
        "sources.versions",
    ],
)
def test_pure_modules_never_hear_of_django(module: str) -> None:
    code = f"import sys, {module}; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_migrations_import_nothing_of_the_project() -> None:
    """A migration must run years later, when the code it was made from is gone."""
    for path in ROOT.glob("*/migrations/*.py"):
        assert not {name for name in imported(path) if name.split(".")[0] in ROOMS}, path


def test_an_index_that_a_migration_adds_is_noted_without_rendering_the_model_and_its_neighbours_anew() -> (
    None
):
    """Django's private name for it may change with a version: then this fails, and a first migration takes half as long again."""
    importlib.import_module("claimtracker.management.commands.migrate")
    state = ProjectState()
    fields = [("id", models.AutoField(primary_key=True)), ("said_on", models.DateField())]
    state.add_model(ModelState("house", "Thing", fields, options={"indexes": [], "constraints": []}))
    thing = state.apps.get_model("house", "Thing")
    state.add_index("house", "thing", models.Index(fields=["said_on"], name="house_said_on"))
    assert state.apps.get_model("house", "Thing") is thing
    assert [each.name for each in thing._meta.indexes] == ["house_said_on"]
    assert [each.name for each in state.models["house", "thing"].options["indexes"]] == ["house_said_on"]


def test_only_the_extraction_room_names_spacy() -> None:
    for path in modules():
        if "extraction" not in path.parts:
            assert not {name for name in imported(path) if name.split(".")[0] == "spacy"}, path


def test_there_are_no_drawers_for_everything() -> None:
    drawers = {"utils", "helpers", "common", "base", "misc", "manager", "managers", "lib", "signals"}
    named_by_django = {
        ROOT / "claimtracker" / "postgres" / "base.py"
    }  # the name it looks for in a database backend
    found = {path for path in modules() if path.stem in drawers or path.parent.name in drawers}
    assert not found - named_by_django


def test_nothing_listens_to_signals_of_the_models() -> None:
    """What happens on a change is written in the step that makes the change."""
    for path in modules():
        assert "django.db.models.signals" not in imported(path), path


def test_every_module_stands_on_a_floor() -> None:
    """A new module that no import contract knows would be free to import anything."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    floors = {
        name.strip().strip("()")
        for contract in contracts
        if contract["type"] == "layers"
        for layer in contract["layers"]
        for name in layer.replace("|", ":").split(":")
    }
    for path in modules():
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name in {"claims", "sources"} or parts[1:2] in (("apps",), ("migrations",)):
            continue
        assert any(name == floor or name.startswith(f"{floor}.") for floor in floors), (
            f"{name} stands on no floor"
        )


TRANSLATES = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}


def translated_in_an_f_string(path: Path) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in TRANSLATES
    ]


def test_nothing_is_translated_inside_an_f_string_where_the_catalogue_does_not_look() -> None:
    """xgettext reads an f-string as one text: what is called for in it is never collected, and stays English."""
    assert [place for path in modules() for place in translated_in_an_f_string(path)] == []


def test_the_five_articles_are_not_in_the_repository() -> None:
    """They are other people's writing: the repository holds our digests and numbers."""
    shared = ROOT.parent / "shared" / "seeds"
    if not shared.is_dir():
        pytest.skip("../shared/seeds is not here: nothing to compare with")
    import hashlib

    originals = {hashlib.sha256(path.read_bytes()).hexdigest() for path in shared.glob("*.txt")}
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in listed.decode().split("\0"):
        if name and (ROOT / name).is_file():
            assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() not in originals, name


def has(module: ModuleType, name: str) -> bool:
    """Whether `from module import name` works."""
    if hasattr(module, name):
        return True
    try:
        importlib.import_module(f"{module.__name__}.{name}")
    except ImportError:
        return False
    return True


def test_what_the_benchmarks_take_from_the_house_is_there() -> None:
    """They are not run here, and no type checker reads them: a name that went would only be missed when somebody measures."""
    missing = []
    for room in ("benchmarks", "reliability"):
        for path in sorted((ROOT / "tests" / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ROOMS:
                    module = importlib.import_module(str(node.module))
                    missing += [
                        f"{path.relative_to(ROOT)}: {node.module}.{name.name}"
                        for name in node.names
                        if name.name != "*" and not has(module, name.name)
                    ]
    assert not missing
