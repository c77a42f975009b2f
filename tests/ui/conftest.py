"""A hub with a small queue, and people who look at it in a browser."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mdm.app import create_app
from mdm.config import load_settings
from mdm.domain.access import Actor, system_actor
from mdm.domain.dictionary import Dictionary
from mdm.domain.rules import RuleSet
from mdm.linkage.model import ComparisonWeights, LevelWeight, Weights, level_names, save_weights
from mdm.services import access, match, review, session, setup, source
from mdm.services.hub import Hub, database_of

PASSWORD = "ein langer Satz aus Worten"

Post = Callable[..., TestResponse]

RULES = '''"""Suppliers, by number, name and phone."""

from mdm.domain.rules import (
    Action,
    BlockingRule,
    Comparison,
    Criterion,
    Feature,
    RuleSet,
    Survivorship,
    Threshold,
    overlap,
    shared,
)

RULES = RuleSet(
    entity="supplier",
    version="test",
    features=(
        Feature("number", "values", ("duns.key",)),
        Feature("grams", "bigrams", ("legal_name.key",)),
        Feature("phone", "values", ("phone.last8",)),
        Feature("keys", "keys", ("duns.key", "phone.last8")),
    ),
    comparisons=(
        Comparison("number", "Number", "编号", (shared("number", "same number", "编号相同"),)),
        Comparison(
            "name", "Name", "名称", (overlap("grams", 0.95, "same", "相同"), overlap("grams", 0.5, "alike", "相似"))
        ),
        Comparison("phone", "Phone", "电话", (shared("phone", "same", "相同"),)),
    ),
    blocking=(BlockingRule("keys", 60),),
    thresholds=(Threshold(Action.LINK, 9.0, "link"), Threshold(Action.REVIEW, -6.0, "review")),
    survivorship=(Survivorship("*", (Criterion.TRUST, Criterion.MOST_COMPLETE), ("ERP", "QMS")),),
    training=("keys",),
)
'''

COLUMNS = {"name": "legal_name", "phone": "phone", "duns": "duns", "terms": "payment_terms"}
ERP_ROWS = [
    ["E-1", "苏州恒瑞精密机械有限公司", "0512-62551234", "150483782", "NET30"],
    ["E-2", "宁波<b>华泰</b>电子有限公司", "0574-87651234", "", "NET60"],
    ["E-3", "上海明德医用材料有限公司", "021-58881234", "", ""],
    ["E-4", "深圳市锐达科技有限公司", "0755-26771234", "", ""],
]
QMS_ROWS = [
    ["Q-1", "苏州恒端精密机械有限公司", "0512-62551234", "", ""],
    ["Q/2 中", "宁波华泰电子有限公司", "0574-87651234", "", ""],
    ["Q-3", "Shanghai Mingde Medical Materials Co., Ltd.", "021-58881234", "", ""],
    ["", "no key", "", "", ""],
]


@pytest.fixture(scope="session")
def stocked_home(scratch: Path, sqlite_template: Path) -> Path:
    """The folder of a hub with two loads, golden records and three open tasks; tests copy it."""
    home = scratch / "stocked"
    shutil.copytree(sqlite_template, home)
    rules = home / "matching_rules"
    rules.mkdir()
    (rules / "supplier.py").write_text(RULES, encoding="utf-8")
    hub = setup.open_hub(load_settings({"MDM_HOME": str(home)}))
    save_weights(rules / "supplier.weights.json", _weights(hub))
    actor = system_actor("cli:test")
    for code, kind, rows in (("ERP1", "ERP", ERP_ROWS), ("QMS1", "QMS", QMS_ROWS)):
        _load(hub, actor, code, kind, rows)
    match.run(hub, actor, "supplier", full=True)
    for login, role in (
        ("steward", "steward"),
        ("second", "steward"),
        ("auditor", "auditor"),
        ("governance", "governance"),
        ("admin", "admin"),
    ):
        with hub.unit_of_work(actor, "a person joins") as uow:
            token = access.add_user(uow, login, [role]).token
        access.accept_invitation(hub, token, PASSWORD)
    with hub.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    hub.close()
    return home


@pytest.fixture(scope="session")
def words(stocked_home: Path) -> tuple[Dictionary, dict[str, RuleSet]]:
    """Dictionary and rules, read once: they take longer to read than most tests run."""
    hub = setup.open_hub(load_settings({"MDM_HOME": str(stocked_home)}))
    hub.close()
    return hub.dictionary, hub.rules


@pytest.fixture
def stocked_hub(
    scratch: Path, stocked_home: Path, words: tuple[Dictionary, dict[str, RuleSet]]
) -> Iterator[Hub]:
    """A stocked hub of one's own."""
    home = scratch / uuid4().hex
    shutil.copytree(stocked_home, home)
    settings = load_settings({"MDM_HOME": str(home)})
    hub = Hub(settings, database_of(settings), *words)
    yield hub
    hub.close()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def password() -> str:
    """The password of everybody."""
    return PASSWORD


@pytest.fixture
def post() -> Post:
    """Sends a form as a browser does: ``post(client, page, path, **fields)`` takes the token that the page holds."""

    def send(client: FlaskClient, page: str, path: str, **fields: object) -> TestResponse:
        text = client.get(page).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', text)
        assert token, f"{page} holds no form token"
        return client.post(path, data={"csrf_token": token[1], **fields})

    return send


@pytest.fixture
def app(stocked_hub: Hub) -> Flask:
    """The whole application over the stocked hub."""
    made = create_app(stocked_hub)
    made.testing = True
    return made


@pytest.fixture
def browse(app: Flask, stocked_hub: Hub) -> Callable[..., FlaskClient]:
    """Opens a browser; ``browse("steward", "zh")`` is logged in already and wishes for Chinese."""
    with stocked_hub.reading(system_actor("cli:test")) as uow:
        actors = {user.login: access.user_actor(user) for user in access.list_users(uow)}

    def open_browser(login: str = "", language: str = "en") -> FlaskClient:
        client = app.test_client()
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
        if login:  # without the password, which is slow to check on purpose
            client.set_cookie("mdm", session.open_session(stocked_hub, actors[login]))
        return client

    return open_browser


@pytest.fixture
def steward(browse: Callable[..., FlaskClient]) -> FlaskClient:
    """The browser of a steward who reads English."""
    return browse("steward")


@pytest.fixture
def task_ids(stocked_hub: Hub) -> list[int]:
    """The open tasks, in the order of the queue."""
    with stocked_hub.reading(system_actor("cli:test")) as uow:
        return [line.task_id for line in review.list_tasks(uow).lines]


def _weights(hub: Hub) -> Weights:
    odds = {"number": (9.0,), "name": (5.0, 1.5), "phone": (3.0,)}
    return Weights(
        "supplier",
        tuple(
            ComparisonWeights(
                rule.name,
                tuple(
                    LevelWeight(level, 0.4, 0.4 / 2**bits)
                    for level, bits in zip(level_names(rule), (*odds[rule.name], -3.0), strict=True)
                ),
            )
            for rule in hub.rules["supplier"].comparisons
        ),
        prior=0.2,
        trained_on="made by hand",
    )


def _load(hub: Hub, actor: Actor, code: str, kind: str, rows: list[list[str]]) -> None:
    with hub.unit_of_work(actor, "a source joins") as uow:
        source.add_source(uow, code, kind, f"{code} <i>of the plant</i>")
    path = hub.settings.home / f"{code}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", *COLUMNS], *rows])
    profile = {
        "format": "csv",
        "encoding": "utf-8",
        "delimiter": ",",
        "header_row": 1,
        "id_column": "id",
        "columns": COLUMNS,
    }
    source.ingest_file(hub, actor, "supplier", path, code, profile)
