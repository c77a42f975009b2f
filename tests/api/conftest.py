"""The application over a fresh hub, and callers with tokens of their own."""

from __future__ import annotations

import shutil
from functools import cache, partial
from uuid import uuid4

import pytest

from mdm.app import create_app
from mdm.config import load_settings
from mdm.domain.access import SCOPE_PERMISSIONS, system_actor
from mdm.domain.rule_file import read_rule_set
from mdm.linkage.model import ComparisonWeights, LevelWeight, Weights, level_names, save_weights
from mdm.services import access, setup, source
from mdm.services.hub import Hub
from mdm.storage.database import open_database


class Caller:
    """An API client with its token; ``get``, ``post``, ``put`` and ``delete`` take paths below /api/v1."""

    def __init__(self, app, token):
        self.web = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def __getattr__(self, method):
        def call(path, *, headers=None, **more):
            given = {**self.headers, **(headers or {})}
            return getattr(self.web, method)(f"/api/v1{path}", headers=given, **more)

        return call


RULES = '''"""Small rules of its own, so that these tests do not move when the shipped ones are tuned."""

from mdm.domain.rules import (
    Action, BlockingRule, Comparison, Criterion, Feature, RuleSet, Survivorship, Threshold, shared,
)

RULES = RuleSet(
    entity="supplier",
    version="test",
    features=(
        Feature("uscc", "values", ("uscc.key",)),
        Feature("name", "values", ("legal_name",)),
        Feature("keys", "keys", ("uscc.key", "legal_name")),
    ),
    comparisons=(
        Comparison("uscc", "Registration number", "登记号", (shared("uscc", "same", "相同"),)),
        Comparison("name", "Name", "名称", (shared("name", "same", "相同"),)),
    ),
    blocking=(BlockingRule("keys", 60),),
    thresholds=(Threshold(Action.LINK, 6.0, "link"), Threshold(Action.REVIEW, 0.0, "review")),
    vetoes=(),
    survivorship=(Survivorship("*", (Criterion.TRUST, Criterion.MOST_COMPLETE), ("ERP", "MES")),),
    training=("keys",),
)
'''

SAME = {"uscc": (0.9, 0.0005), "name": (0.8, 0.005)}
"""Comparison -> chance of "same" among matches and among others: a number links, a name alone asks."""


CODES = (("ERP1", "ERP"), ("MES1", "MES"), ("QMS1", "QMS"))


def add_caller(app, hub, *scopes, source="ERP1", owner="test"):
    with hub.unit_of_work(system_actor(f"cli:{owner}"), "test") as uow:
        made = access.add_client(uow, "test", source, scopes or tuple(SCOPE_PERMISSIONS))
    return Caller(app, made.token)


def make_app(hub):
    made = create_app(hub)
    made.testing = True
    return made


@pytest.fixture(scope="session")
def model_home(scratch, sqlite_template):
    """The folder of a hub with three sources, the small rules and ready weights."""
    home = scratch / "api"
    shutil.copytree(sqlite_template, home)
    folder = home / "matching_rules"
    folder.mkdir(exist_ok=True)
    (folder / "supplier.py").write_text(RULES, "utf-8")
    parts = [
        ComparisonWeights(part.name, tuple(LevelWeight(*level) for level in _levels(part)))
        for part in read_rule_set(RULES, "supplier.py").comparisons
    ]
    save_weights(folder / "supplier.weights.json", Weights("supplier", tuple(parts), 0.05, "these tests"))
    opened = setup.open_hub(load_settings({"MDM_HOME": str(home)}))
    with opened.unit_of_work(system_actor("cli:test"), "test") as uow:
        for code, kind in CODES:
            source.add_source(uow, code, kind, f"{kind} of the plant")
    with opened.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    opened.close()
    return home


@pytest.fixture(scope="session")
def house(model_home):
    """Dictionary and rules, read once."""
    opened = setup.open_hub(load_settings({"MDM_HOME": str(model_home)}))
    opened.close()
    return opened


@pytest.fixture
def settings(scratch, model_home):
    """Settings of a fresh hub with three sources, the small rules and ready weights."""
    home = scratch / uuid4().hex
    shutil.copytree(model_home, home)
    yield load_settings({"MDM_HOME": str(home)})
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def hub(settings, house):
    """A fresh hub that shares dictionary and rules, which take longest to read."""
    opened = Hub(settings, open_database(settings.database_url), house.dictionary, house.rules)
    yield opened
    opened.close()


@pytest.fixture
def app(hub):
    return make_app(hub)


@pytest.fixture
def caller(app, hub):
    """Makes callers: ``caller("xref:read", source="ERP1")``; without scopes one that may do everything."""
    return partial(add_caller, app, hub)


@pytest.fixture(scope="session")
def calm(scratch, model_home, house):
    """A caller whose calls are refused or read only: all tests share its hub, which holds ERP1:100."""
    home = scratch / "calm"
    shutil.copytree(model_home, home)
    settings = load_settings({"MDM_HOME": str(home)})
    opened = Hub(settings, open_database(settings.database_url), house.dictionary, house.rules)
    made = add_caller(make_app(opened), opened)
    made.with_scope = cache(partial(add_caller, made.web.application, opened))
    put = made.put(
        "/records/supplier/ERP1/100", json={"attributes": {"legal_name": "青岛海川精密机械有限公司"}}
    )
    made.golden_id = put.json["golden_id"]
    yield made
    opened.close()


@pytest.fixture
def nobody(app):
    """A caller without a token."""
    return Caller(app, None)


def _levels(part):
    names = level_names(part)
    return [(names[0], *SAME[part.name]), (names[1], *(1 - chance for chance in SAME[part.name]))]
