"""The house rules that no linter knows: floors, declarations, and documentation kept true."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from mdm import cli
from mdm.app import create_app
from mdm.domain.errors import RuleError
from mdm.domain.event import EVENT_TYPES
from mdm.domain.rule_file import read_rule_set
from mdm.services.hub import Hub

ROOT = Path(__file__).parents[1]
SETTINGS = ("MDM_HOME", "MDM_DATABASE_URL", "MDM_BROKER_URL", "MDM_SECRET_KEY")


def layers() -> set[str]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return {room.strip() for layer in contracts[0]["layers"] for room in layer.split("|")}


def test_every_room_has_a_floor() -> None:
    rooms = {
        f"mdm.{path.stem}"
        for path in (ROOT / "mdm").iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").exists()
    }
    assert rooms <= layers()


@pytest.mark.parametrize(
    "path", sorted((ROOT / "matching_rules").glob("[a-z]*.py")), ids=lambda path: path.stem
)
def test_a_rule_file_only_declares(path: Path) -> None:
    assert read_rule_set(path.read_text("utf-8"), path.name).entity == path.stem


@pytest.mark.parametrize(
    "text",
    [
        "import os",
        "from os import system",
        "RULES = open('/etc/passwd').read()",
        "def f(): pass",
        "RULES = [x for x in ()]",
        "RULES = ().__class__",
        "RULES = __builtins__",
        "if True:\n    RULES = 1",
        "RULES = (lambda: 1)()",
        "from mdm.domain.rules import dataclass_transform_nothing",
    ],
)
def test_a_rule_file_that_does_more_is_refused(text: str) -> None:
    with pytest.raises(RuleError):
        read_rule_set(text, "rules.py")


def test_every_setting_is_named_in_the_docs_and_read_in_one_place() -> None:
    documented = (ROOT / "docs/settings.md").read_text("utf-8")
    assert [name for name in SETTINGS if name not in documented] == []
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "mdm").rglob("*.py")
        if re.search(r"os\.environ|os\.getenv", path.read_text("utf-8"))
    }
    assert readers <= {"mdm/config.py", "mdm/demo/run.py"}


def test_every_command_is_named_in_the_docs() -> None:
    documented = (ROOT / "docs/commands.md").read_text("utf-8")
    names: list[str] = []
    for name, command in cli.main.commands.items():
        inner = command.commands if isinstance(command, click.Group) else {}
        names += [f"mdm {name} {part}" for part in inner] or [f"mdm {name}"]
    assert [name for name in names if name not in documented] == []


def test_every_event_is_named_in_the_docs() -> None:
    documented = (ROOT / "docs/events.md").read_text("utf-8")
    assert [name for name in EVENT_TYPES if f"`{name}`" not in documented] == []


def test_every_api_route_is_named_in_the_docs(hub: Hub) -> None:
    documented = re.sub(r"\{[^}]*\}", "{}", (ROOT / "docs/api.md").read_text("utf-8"))
    rules = {
        re.sub(r"<[^>]*>", "{}", rule.rule)
        for rule in create_app(hub).url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
    }
    assert sorted(rule for rule in rules if rule.removeprefix("/api/v1") not in documented) == []


def test_no_module_is_named_after_nothing() -> None:
    banned = {"utils", "helpers", "common", "manager", "misc"}
    assert [path for path in (ROOT / "mdm").rglob("*.py") if path.stem in banned] == []
