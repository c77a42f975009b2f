"""Hostile input, made from a fixed seed, and a hub under siege that notices whatever is written to it."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect

from mdm.app import create_app
from mdm.domain.access import SCOPE_PERMISSIONS
from mdm.services import access, change, decision, session
from mdm.services.hub import Hub
from tests import factories as f

SEED = 20261123
PASSWORD = "ein langer Satz aus Worten"
ROLES = ("steward", "governance", "auditor", "admin")

MARKUP = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</textarea><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}",
    "%(name)s {0.__class__} %s",
    "<!--<b>",
)
TEXTS = (
    *MARKUP,
    "'; drop table source_record; --",
    "' or 1=1 --",
    '=HYPERLINK("http://x","y")',
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "\u202eabc\u202c",
    "a\u200b\u200db\ufeff",
    "\u0301\u0301\u0301",
    "e\u0301" * 50,
    "👩\u200d🔧𠮷🏳️",
    "\x01\x02\x1b[31m\x7f",
    "\r\nSet-Cookie: mdm=1",
    "\t\n ",
    " ",
    "",
    "0",
    "-1",
    "NaN",
    "null",
    "1e400",
    "9" * 40,
    "9223372036854775808",
    "2147483648",
    "../../../etc/passwd",
    "/etc/passwd",
    "//x",
    "..",
    ".",
    "a/b/中文/ü",
    "C:\\x\\..\\y",
    "file:///etc/passwd",
    "http://169.254.169.254/latest",
    "青岛海川精密机械有限公司",
    "ＡＢＣ１２３",
    "ß" * 20,
    "İ" * 10,
    "ﬃ" * 10,
    "\ufdfa" * 40,
    "x" * 301,
    "字" * 4000,
    "x" * 4001,
    "%",
    "%25%2F",
    "_",
    "*",
    "\\",
    '"',
    "[",
    "]",
    "{",
    "(((((((((((a+)+)+)+)+$",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-02-30T00:00:00Z",
    "0999-01-01T00:00:00Z",
    "nan:1",
    "inf:9223372036854775808",
    "1.0:-5",
    "5:x",
)
UNSENDABLE = ("a\x00b", "\ud800", "x\udfff")
SCALARS: tuple[object, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63) + 1, 1.5, -0.0, 1e300, 5e-324,
    [], {}, [[]], [None], {"a": 1},
)  # fmt: skip
RAW = (
    b"", b"{", b"[]", b"null", b"1", b'"x"', b"{}", b"\xff\xfe", b"\x00", b"[" * 100_000, b'{"a":' * 50_000,
    b'{"attributes":{"name":NaN}}', b'{"attributes":{"name":1e400}}', b'{"limit":-Infinity}',
    b'{"attributes":{"name":9223372036854775808}}', b'{"reason":"a","reason":"b"}',
    b'{"attributes":{"name":"\\ud800"}}', b'{"attributes":{"name":"\\u0000"}}', b'{"reason":"\\udc00"}',
    '{"attributes":{"name":"x"}}'.encode("utf-16"), b"\xef\xbb\xbf{}", b'{"a":"\xc3\x28"}',
)  # fmt: skip
FIELDS = (
    "attributes", "keys", "records", "reason", "verdict", "other_id", "attribute", "value", "limit", "source_system",
    "source_id", "name", "code", "maker", "colour", "note", "preview",
)  # fmt: skip
PARAMETERS = (
    "as_of", "cursor", "limit", "q", "entity", "status", "reason", "preview", "why", "next", "lang", "system", "key",
    "endpoint", "_external", "_scheme", "_anchor", "_method", "task_id", "golden_id", "self", "values", "load_id",
)  # fmt: skip


@dataclass
class Siege:
    """An application over a stocked hub, with callers of every kind."""

    hub: Hub
    app: Flask
    token: str
    ids: Mapping[str, object]
    sessions: Mapping[str, str]
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        sqlite = self.hub.database.is_sqlite
        self._watcher = sqlite3.connect(Path(self.hub.settings.home) / "mdm.db") if sqlite else None
        self._tables = inspect(self.hub.database.engine).get_table_names()

    def stamp(self) -> object:
        """Changes with every committed write of anybody."""
        if self._watcher is None:
            return self.counts()
        return self._watcher.execute("pragma data_version").fetchone()[0]

    def counts(self) -> dict[str, int]:
        """Rows of every table."""
        asked = " union all ".join(f"select '{name}', count(*) from {name}" for name in self._tables)
        return dict(tuple(row) for row in f.sql(self.hub, asked))

    def browser(self, role: str = "steward") -> FlaskClient:
        """A browser in which a person of this role is logged in."""
        client = self.app.test_client()
        if role:
            client.set_cookie("mdm", self.sessions[role])
        return client

    def headers(self) -> dict[str, str]:
        """The header of a client that may do everything for ERP."""
        return {"Authorization": f"Bearer {self.token}"}


def besiege(hub: Hub) -> Siege:
    """A hub of widgets with open tasks, a merged golden record, a decision and a person of each role."""
    f.with_widgets(hub)
    f.put_all(
        hub,
        {
            "ERP:1": f.widget(code="A1", name="pump"),
            "MES:1": f.widget(name="pump"),
            "ERP:2": f.widget(code="A2", name="valve"),
            "QMS:2": f.widget(name="valve"),
            "ERP:3": f.widget(code="A3", name="screw"),
            "MES:3": f.widget(code="A3", name="screw"),
            "ERP:4": f.widget(code="A4", name="bolt"),
            "ERP:a/b 中": f.widget(code="A5", name="nut"),
        },
    )
    golden = f.golden_ids(hub)
    effect = f.act(hub, decision.merge, "widget", golden["ERP:3"], golden["ERP:4"], "one thing")
    change_id = f.act(hub, change.propose_thresholds, "widget", {"link": 8.0}, "surer")
    tasks = [task.task_id for task in f.open_tasks(hub).values()]
    sessions = {}
    for role in ROLES:
        with f.any_unit(hub) as uow:
            invitation = access.add_user(uow, role, [role])
        sessions[role] = session.open_session(hub, access.user_actor(invitation.user))
    with f.any_unit(hub) as uow:
        token = access.add_client(uow, "siege", "ERP", tuple(SCOPE_PERMISSIONS)).token
    app = create_app(hub)
    app.testing = True
    ids = {"task": tasks[0], "other_task": tasks[1], "golden": golden["ERP:1"], "merged": golden["ERP:4"],
           "decision": effect.decision_id, "change": change_id}  # fmt: skip
    return Siege(hub, app, token, ids, sessions)


def quoted(text: str) -> str:
    """The text as one step of an address, with every byte encoded that could mean something."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


class Forger:
    """Makes hostile bodies, addresses and headers, always the same ones for a seed."""

    def __init__(self, siege: Siege, seed: int = SEED) -> None:
        self.siege = siege
        self.dice = random.Random(seed)

    def text(self) -> str:
        """A hostile text, or random characters of any script."""
        if self.dice.random() < 0.8:
            return self.dice.choice(TEXTS)
        return "".join(chr(self.dice.choice((self.dice.randrange(1, 0x250), self.dice.randrange(0x3400, 0xD7FF),
                                             self.dice.randrange(0xE000, 0x11000))))
                       for _ in range(self.dice.randrange(1, 30)))  # fmt: skip

    def value(self, depth: int = 0) -> object:
        """Any JSON value."""
        kind = self.dice.random()
        if kind < 0.45 or depth > 4:
            return self.text()
        if kind < 0.75:
            return self.dice.choice(SCALARS)
        if kind < 0.85:
            return [self.value(depth + 1) for _ in range(self.dice.randrange(4))]
        return {self.key(): self.value(depth + 1) for _ in range(self.dice.randrange(4))}

    def key(self) -> str:
        """A name that a body may or may not have."""
        return self.dice.choice(FIELDS) if self.dice.random() < 0.85 else self.text()[:50]

    def good(self, endpoint: str) -> dict[str, object]:
        """A body that the call would take."""
        found: dict[str, dict[str, object]] = {
            "xref.look_up_many": {"keys": [{"source_system": "ERP", "source_id": "1"}]},
            "records.put": {"attributes": {"name": "pump", "code": "A1", "note": self.text()}},
            "match.search": {"attributes": {"name": "pump"}, "limit": 3},
            "golden.merge": {"other_id": self.siege.ids["merged"], "reason": "x"},
            "golden.unmerge": {"reason": "x"},
            "golden.split": {"records": [{"source_system": "ERP", "source_id": "1"}], "reason": "x"},
            "golden.move": {"source_system": "MES", "source_id": "1", "reason": "x"},
            "golden.retire": {"reason": "x"},
            "golden.override": {"attribute": "note", "value": "x", "reason": "x"},
            "lineage.write_comment": {"text": "x"},
            "creation.create": {"attributes": {"name": "pump"}, "seen": [], "reason": "x"},
            "uploads.preview": {"profile": {"id_column": "id", "columns": {"name": "name"}}},
            "uploads.start": {"profile": {"id_column": "id", "columns": {"name": "name"}}, "reason": "x"},
            "tasks.decide": {"verdict": "unsure", "reason": "x"},
            "tasks.undo": {"reason": "x"},
            "claims.hand_over": {"login": "nobody", "reason": "x"},
            "claims.add_comment": {"text": "x"},
            "claims.decide_alike": {"verdict": "match", "count": 9, "reason": "x"},
            "tasks.withdraw": {"reason": "x"},
            "quality.draw": {"links": 1, "non_links": 1},
            "change_requests.propose": {"entity": "widget", "thresholds": {"link": 7.5}, "reason": "x"},
            "code_lists.propose": {"code": "xanthic", "zh": "试验黄", "add": ["xanthous"], "reason": "x"},
        }
        return found.get(endpoint, {"reason": "x"})

    def body(self, endpoint: str) -> bytes:
        """Bytes to send: a good body with one wrong value, a random one, or a broken text."""
        kind = self.dice.random()
        if kind < 0.1:
            return self.dice.choice(RAW)
        body = self.good(endpoint)
        if kind < 0.55:
            self._spoil(body)
        elif kind < 0.65:
            body = {self.key(): self.value() for _ in range(self.dice.randrange(5))}
        data = json.dumps(body, ensure_ascii=self.dice.random() < 0.5).encode("utf-8", "surrogatepass")
        return self._mutate(data) if kind > 0.85 else data

    def _spoil(self, body: dict[str, object]) -> None:
        inner: object = body
        while True:
            if isinstance(inner, list) and inner:
                place: object = self.dice.randrange(len(inner))
            elif isinstance(inner, dict) and inner:
                place = self.dice.choice(list(inner)) if self.dice.random() < 0.9 else self.key()
            else:
                return
            held = inner.get(place) if isinstance(inner, dict) else inner[place]
            if isinstance(held, dict | list) and held and self.dice.random() < 0.7:
                inner = held
                continue
            inner[place] = self.value()
            return

    def _mutate(self, data: bytes) -> bytes:
        changed = bytearray(data)
        for _ in range(self.dice.randrange(1, 4)):
            at = self.dice.randrange(len(changed) + 1)
            kind = self.dice.randrange(3)
            if kind == 0 and at < len(changed):
                changed[at] = self.dice.randrange(256)
            elif kind == 1:
                del changed[at : at + self.dice.randrange(1, 9)]
            else:
                changed[at:at] = bytes(self.dice.randrange(256) for _ in range(3))
        return bytes(changed)

    def step(self, name: str, *, integer: bool = False) -> str:
        """One gap of an address, filled with something right or wrong."""
        if integer:
            return str(self.dice.choice(
                (self.siege.ids["task"], self.siege.ids["other_task"], 0, 10**9, 2**31, 2**63 - 1, 2**63, 10**30,
                 "9" * 300, "00", "-1", "1.5")))  # fmt: skip
        right: dict[str, list[object]] = {
            "entity": ["widget", "widget", "supplier", "WIDGET", "nothing"],
            "source": ["ERP", "ERP", "MES", "erp", "nothing"],
            "source_system": ["ERP", "ERP", "ERP", "MES", "nothing"],
            "source_id": ["1", "2", "a/b 中", "x" * 300, "x" * 301, "../1", "/1", "1/", " 1"],
            "golden_id": [self.siege.ids["golden"], self.siege.ids["merged"], "WID-0"],
            "decision_id": [self.siege.ids["decision"], "01"],
            "change_id": [self.siege.ids["change"], "01"],
            "step": ["approve", "reject", "examine", "activate", "nothing"],
            "action": ["merge", "unmerge", "split", "rehome", "override", "retire", "nothing"],
            "name": ["colours", "units", "nothing"],
        }
        if self.dice.random() < 0.75 and name in right:
            return quoted(str(self.dice.choice(right[name])))
        return quoted(self.text()) or "x"

    def query(self) -> dict[str, str]:
        """Parameters, most of them unasked for."""
        return {
            self.dice.choice(PARAMETERS): self.text() for _ in range(self.dice.choice((0, 0, 1, 1, 2, 4)))
        }

    def headers(self) -> dict[str, str]:
        """Headers that a call may bear, with strange content."""
        found = {}
        for name in ("If-Match", "Idempotency-Key", "If-None-Match", "Range", "Accept", "Accept-Language", "Cookie",
                     "X-Forwarded-For", "Content-Encoding", "Expect", "If-Modified-Since", "Origin", "Referer",
                     "X-HTTP-Method-Override"):  # fmt: skip
            if self.dice.random() < 0.06:
                found[name] = self._header_text()
        return found

    def _header_text(self) -> str:
        special = ('"1"', '"0"', 'W/"1"', '"999999999999999999"', "*", "k" * 200, "k" * 10_000, "identity", "gzip",
                   "bytes=0-1,5-", "q=nan;x", "zh;q=1e9", "\x01", "ü", "a b", "en;q=-1,*;q=x")  # fmt: skip
        text = self.dice.choice(special) if self.dice.random() < 0.7 else self.text()
        return text.replace("\r", "").replace("\n", "").encode("utf-8", "replace").decode("latin-1")


def routes(app: Flask, prefix: str) -> Iterator[tuple[str, str, list[tuple[bool, str, str]]]]:
    """(method, endpoint, steps) of every route below ``prefix``; a step is (is a gap, converter, name or text)."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(prefix):
            steps = [_step(part) for part in rule.rule.strip("/").split("/")]
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield method, rule.endpoint, steps


def _step(part: str) -> tuple[bool, str, str]:
    if not part.startswith("<"):
        return False, "", part
    converter, _, name = part.strip("<>").rpartition(":")
    return True, converter, name
