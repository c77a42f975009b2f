"""Builders for tests: a small entity of its own (``widget``), its records, files and everyday steps.

The widget rules stand here and nowhere else, so that no test moves when the shipped rules are tuned. Evidence in bits
before the prior of -4.2: same code 10.8, other code -3.3, same name 7.3, other name -2.3, same maker 4, other maker
-2.2. So a code links, a name with its maker links, a name alone asks, and two colours are never one widget.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path

from mdm.domain.access import Actor, ActorKind, Role, system_actor
from mdm.domain.rule_file import read_rule_set
from mdm.linkage.model import ComparisonWeights, LevelWeight, Weights, level_names, save_weights
from mdm.services import change, intake, match, rule, setup, source, whatif
from mdm.services.dictionary import load_dictionary
from mdm.services.hub import Hub
from mdm.services.unit_of_work import UnitOfWork

ENTITY = "widget"
SYSTEM = system_actor("cli:test")
STEWARD = Actor("anna", ActorKind.USER, frozenset({Role.STEWARD}), user_id="01ANNA")
GOVERNANCE = Actor("gina", ActorKind.USER, frozenset({Role.GOVERNANCE}), user_id="01GINA")
OTHER_STEWARD = Actor("bert", ActorKind.USER, frozenset({Role.STEWARD}), user_id="01BERT")
SOURCES = (("ERP", "ERP"), ("MES", "MES"), ("QMS", "QMS"))
ATTRIBUTES = ("code", "name", "maker", "colour", "note")

_HEAD = """
[entity]
name = "widget"
zh = "部件"
en = "Widget"
id_prefix = "WID"
owner = "tests"
identity = "One kind of widget."
title = ["name", "code"]
summary = ["code", "maker"]
"""

_ATTRIBUTE = """
[[attribute]]
name = "{name}"
zh = "{name}"
en = "{name}"
meaning = "The {name} of a widget."
type = "text"
kind = "text"
required = "optional"
sensitivity = "internal"
owner = "tests"
max_length = 200
"""

RULES = '''"""Rules of widgets."""

from mdm.domain.rules import (
    Action, BlockingRule, Comparison, Criterion, Feature, RuleSet, Survivorship, Threshold, Veto, disjoint, shared,
)

RULES = RuleSet(
    entity="widget",
    version="1",
    features=(
        Feature("code", "values", ("code",)),
        Feature("name", "values", ("name",)),
        Feature("maker", "values", ("maker",)),
        Feature("colour", "values", ("colour",)),
        Feature("keys", "keys", ("code", "name")),
    ),
    comparisons=(
        Comparison("code", "Code", "代码", (shared("code", "same", "相同"),)),
        Comparison("name", "Name", "名称", (shared("name", "same", "相同"),)),
        Comparison("maker", "Maker", "厂商", (shared("maker", "same", "相同"),)),
    ),
    blocking=(BlockingRule("keys", 60),),
    thresholds=(Threshold(Action.LINK, 6.0, "link"), Threshold(Action.REVIEW, 0.0, "review")),
    vetoes=(Veto("colour", disjoint("colour"), "another colour", "颜色不同"),),
    survivorship=(
        Survivorship("note", (Criterion.MOST_RECENT,)),
        Survivorship("*", (Criterion.TRUST, Criterion.MOST_COMPLETE), ("ERP", "QMS", "MES")),
    ),
    training=("keys",),
)
'''

SAME = {"code": (0.9, 0.0005), "name": (0.8, 0.005), "maker": (0.8, 0.05)}
"""Comparison -> chance of "same" among matches and among others."""


class Clock:
    """A clock that moves by a second at each look, so that every step has a time of its own."""

    def __init__(self, start: datetime = datetime(2031, 1, 6, 8, tzinfo=UTC)) -> None:
        self._start, self._ticks = start, count()

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=next(self._ticks))


def dictionary_text() -> str:
    """The widget as a dictionary file."""
    return _HEAD + "".join(_ATTRIBUTE.format(name=name) for name in ATTRIBUTES)


def write_rules(home: Path, text: str = RULES, same: Mapping[str, tuple[float, float]] = SAME) -> None:
    """The rule file of widgets and its weights, where an installation keeps its own."""
    folder = home / "matching_rules"
    folder.mkdir(exist_ok=True)
    (folder / "widget.py").write_text(text, "utf-8")
    parts = []
    for part in read_rule_set(text, "widget.py").comparisons:
        names, (m, u) = level_names(part), same[part.name]
        parts.append(
            ComparisonWeights(part.name, (LevelWeight(names[0], m, u), LevelWeight(names[1], 1 - m, 1 - u)))
        )
    save_weights(folder / "widget.weights.json", Weights(ENTITY, tuple(parts), 0.05, "these tests"))


def write_home(home: Path) -> None:
    """Dictionary and rules of widgets under ``home``."""
    (home / "dictionary").mkdir(exist_ok=True)
    (home / "dictionary" / "widget.toml").write_text(dictionary_text(), "utf-8")
    write_rules(home)


def with_widgets(hub: Hub, *, seed: int = 1) -> Hub:
    """The hub with widgets, three sources, a clock that always moves on and repeatable randomness."""
    write_home(hub.settings.home)
    hub.dictionary = _dictionary(dictionary_text())
    load_rules(hub)
    hub._clock, hub._random = Clock(), random.Random(seed)
    with hub.unit_of_work(SYSTEM, "three sources") as uow:
        for code, kind in SOURCES:
            source.add_source(uow, code, kind, f"{kind} of the plant")
    return hub


def load_rules(hub: Hub) -> None:
    """Read the rule files of the hub anew, as a restart does."""
    hub.cache.clear()
    text = (hub.settings.home / "matching_rules" / "widget.py").read_text("utf-8")
    hub.rules = {**_package_rules(), ENTITY: read_rule_set(text, "widget.py")}


@cache
def _dictionary(text: str) -> object:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "widget.toml").write_text(text, "utf-8")
        return load_dictionary(Path(folder))


@cache
def _package_rules() -> Mapping[str, object]:
    return rule.load_rule_sets(load_dictionary())


def widget(
    code: str = "", name: str = "", maker: str = "", colour: str = "", note: str = ""
) -> dict[str, str]:
    """Attributes of one widget, empty ones left out."""
    held = {"code": code, "name": name, "maker": maker, "colour": colour, "note": note}
    return {key: value for key, value in held.items() if value}


def put(hub: Hub, key: str, attributes: Mapping[str, str], actor: Actor = SYSTEM) -> intake.PutResult:
    """Take in one record; ``key`` is ``SYSTEM:id``."""
    system, _, source_id = key.partition(":")
    return intake.put_record(hub, actor, ENTITY, system, source_id, attributes)


def put_all(hub: Hub, records: Mapping[str, Mapping[str, str]]) -> dict[str, intake.PutResult]:
    """Take in records one by one."""
    return {key: put(hub, key, attributes) for key, attributes in records.items()}


def write_file(path: Path, rows: Iterable[tuple[str, Mapping[str, str]]]) -> Path:
    """A CSV extract of widgets: (id, attributes) per row."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", *ATTRIBUTES))
        for key, attributes in rows:
            writer.writerow((key, *(attributes.get(name, "") for name in ATTRIBUTES)))
    return path


def profile() -> dict[str, object]:
    """The mapping of ``write_file``."""
    return {"id_column": "id", "columns": {name: name for name in ATTRIBUTES}}


def ingest(hub: Hub, system: str, rows: Iterable[tuple[str, Mapping[str, str]]], name: str = "widgets.csv"):
    """Take in rows as one extract of a source."""
    path = write_file(hub.settings.scratch / name, rows)
    return source.ingest_file(hub, SYSTEM, ENTITY, path, system, profile())


def ingest_all(hub: Hub, records: Mapping[str, Mapping[str, str]]) -> None:
    """Take in records as one extract per source, in the order given."""
    by_system: dict[str, list[tuple[str, Mapping[str, str]]]] = {}
    for key, attributes in records.items():
        system, _, source_id = key.partition(":")
        by_system.setdefault(system, []).append((source_id, attributes))
    for system, rows in by_system.items():
        ingest(hub, system, rows)


def run(hub: Hub, *, full: bool = False) -> match.MatchReport:
    """Match what is new, or everything."""
    return match.run(hub, SYSTEM, ENTITY, full=full)


def act(hub: Hub, do: Callable[..., object], *args: object, actor: Actor = STEWARD, **more: object):
    """Call a service in a unit of work of a steward: ``act(hub, golden.merge, …)``."""
    with hub.unit_of_work(actor, f"{getattr(do, '__name__', 'work')} in a test") as uow:
        return do(uow, *args, **more)


def read(hub: Hub, do: Callable[..., object], *args: object, actor: Actor = SYSTEM, **more: object):
    """Call a service in a reading unit of work."""
    with hub.reading(actor) as uow:
        return do(uow, *args, **more)


def examined(hub: Hub, change_id: str) -> None:
    """Give a change a report made for the present state."""
    whatif.examine(hub, SYSTEM, change_id)


def change_in_force(hub: Hub, **limits: float) -> str:
    """Other thresholds for widgets, proposed by anna, approved by bert and in force; returns the change id."""
    change_id = act(hub, change.propose_thresholds, ENTITY, limits, "fewer questions")
    examined(hub, change_id)
    act(hub, change.approve, change_id, "seen the report", actor=GOVERNANCE)
    act(hub, change.activate, change_id, actor=GOVERNANCE)
    return change_id


def golden_ids(hub: Hub) -> dict[str, str]:
    """``SYSTEM:id`` -> golden ID now, of current records, read with plain SQL."""
    rows = sql(
        hub,
        "select r.source, r.source_key, x.golden_id from source_record r join xref x on x.record_id = r.record_id "
        "where x.valid_to is null and r.entity = 'widget' and r.status = 'active'",
    )
    return {f"{source_}:{key}": golden_id for source_, key, golden_id in rows}


def partition(hub: Hub) -> frozenset[frozenset[str]]:
    """Which current records are one thing, by source key."""
    held: dict[str, set[str]] = {}
    for key, golden_id in golden_ids(hub).items():
        held.setdefault(golden_id, set()).add(key)
    return frozenset(frozenset(keys) for keys in held.values())


def groups(text: str) -> frozenset[frozenset[str]]:
    """A partition as ``"ERP:1 MES:1 | QMS:1"``."""
    return frozenset(frozenset(part.split()) for part in text.split("|"))


def record_id(hub: Hub, key: str) -> int:
    """The number of a record, ``key`` as ``SYSTEM:id``."""
    system, _, source_id = key.partition(":")
    found = sql(
        hub,
        f"select record_id from source_record where entity = 'widget' and source = '{system}' "
        f"and source_key = '{source_id}'",
    )
    return found[0][0]


def open_tasks(hub: Hub) -> dict[frozenset[str], object]:
    """Pair of ``SYSTEM:id`` -> open task as a table row."""
    rows = sql(
        hub,
        "select t.*, l.source as ls, l.source_key as lk, r.source as rs, r.source_key as rk from review_task t "
        "join source_record l on l.record_id = t.left_id join source_record r on r.record_id = t.right_id "
        "where t.status = 'open' order by t.task_id",
    )
    return {frozenset((f"{r.ls}:{r.lk}", f"{r.rs}:{r.rk}")): r for r in rows}


def questions(hub: Hub) -> frozenset[frozenset[frozenset[str]]]:
    """What is asked, as pairs of groups of records, whichever pair of records stands for it."""
    group = {key: keys for keys in partition(hub) for key in keys}
    return frozenset(frozenset(group[key] for key in pair) for pair in open_tasks(hub))


def sql(hub: Hub, statement: str) -> list:
    """Rows of a plain SQL statement, in a transaction of its own."""
    with hub.database.reading() as connection:
        return list(connection.exec_driver_sql(statement.replace("%", "%%")).all())


def any_unit(hub: Hub, reason: str = "test") -> UnitOfWork:
    """A writing unit of work of the system."""
    return hub.unit_of_work(SYSTEM, reason)


def reopen(hub: Hub) -> Hub:
    """The same home opened as a new process would."""
    return setup.open_hub(hub.settings)
