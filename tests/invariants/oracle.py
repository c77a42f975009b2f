"""What must always be true, read from the database with SQL of its own: no service, no query of the hub is used.

``violations`` returns one line per broken invariant, beginning with its id.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mdm.services.hub import Hub

GOVERNED = {
    "dictionary_version": ("version",),
    "rule_set": ("fingerprint",),
    "match_model": ("fingerprint",),
    "change_request": ("change_id",),
    "matching_version": ("entity", "version"),
    "code_list_version": ("name", "version"),
    "source_system": ("code",),
    "source_profile": ("id",),
    "load": ("load_id",),
    "golden_record": ("golden_id",),
    "xref": ("id",),
    "golden_redirect": ("id",),
    "golden_override": ("override_id",),
    "golden_comment": ("comment_id",),
    "review_task": ("task_id",),
    "task_holder": ("task_id",),
    "task_comment": ("comment_id",),
    "saved_view": ("view_id",),
    "decision": ("decision_id",),
    "match_proposal": ("proposal_id",),
    "pair_constraint": ("id",),
    "user_account": ("user_id",),
    "user_invitation": ("token_hash",),
    "api_client": ("client_id",),
}
"""Table -> key; written down again here on purpose."""


class Snapshot:
    """Every table of the hub as lists of dicts, read in one transaction."""

    def __init__(self, hub: Hub) -> None:
        self.tables: dict[str, list[dict[str, Any]]] = {}
        names = {*GOVERNED, "source_record", "source_version", "standard_record", "golden_version"}
        names |= {"queue_line", "fact", "event", "audit_event", "load_reject", "landing_file"}
        with hub.database.reading() as connection:
            for name in sorted(names):
                rows = connection.exec_driver_sql(f'select * from "{name}"')
                self.tables[name] = [dict(row) for row in rows.mappings()]

    def __getitem__(self, table: str) -> list[dict[str, Any]]:
        return self.tables[table]

    def by(self, table: str, key: str) -> dict[Any, dict[str, Any]]:
        """Rows by a unique column."""
        return {row[key]: row for row in self[table]}


@dataclass(frozen=True)
class _Now:
    """Present cross-references: record -> golden ID, of current and matched records only."""

    home: dict[int, str]
    waiting: set[int]


def violations(hub: Hub) -> list[str]:
    """Every broken invariant of the database as it is."""
    shot = Snapshot(hub)
    now = _now(shot)
    found: list[str] = []
    for check in (_i1, _i2, _i3, _i4, _i6, _i7, _i8, _i10, _i11, _i18, _i19):
        found += [f"{check.__name__[1:].upper()}: {line}" for line in check(shot, now)]
    return found


def assert_holds(hub: Hub) -> None:
    """Fail with every violation there is."""
    assert violations(hub) == []


def _now(shot: Snapshot) -> _Now:
    active = {r["record_id"] for r in shot["source_record"] if r["status"] == "active"}
    matched = {r["record_id"] for r in shot["standard_record"] if r["matched"]}
    home = {x["record_id"]: x["golden_id"] for x in shot["xref"] if x["valid_to"] is None}
    return _Now({r: g for r, g in home.items() if r in active}, active - matched)


def _i1(shot: Snapshot, _: _Now) -> Iterator[str]:
    versions: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
    for v in shot["source_version"]:
        if v["version"] in versions[v["record_id"]]:
            yield f"version {v['version']} of record {v['record_id']} is there twice"
        versions[v["record_id"]][v["version"]] = v
        canonical = json.dumps(
            json.loads(v["cells"]), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        if hashlib.sha256(canonical.encode()).hexdigest() != v["content_hash"]:
            yield f"version {v['version']} of record {v['record_id']} is not what its hash says"
    yield from _misnumbered(shot, versions)
    yield from _lost_files(shot)


def _misnumbered(shot: Snapshot, versions: dict[int, dict[int, dict[str, Any]]]) -> Iterator[str]:
    for r in shot["source_record"]:
        held = versions[r["record_id"]]
        if sorted(held) != list(range(1, r["version"] + 1)):
            yield f"record {r['record_id']} at version {r['version']} has versions {sorted(held)}"
        elif held[r["version"]]["content_hash"] != r["content_hash"]:
            yield f"record {r['record_id']} does not carry the hash of its present version"
        for number in range(2, r["version"] + 1):
            if number in held and held[number]["load_id"] and _same(held, number):
                yield f"record {r['record_id']}: version {number} holds what version {number - 1} held"


def _lost_files(shot: Snapshot) -> Iterator[str]:
    for f in shot["landing_file"]:
        if hashlib.sha256(zlib.decompress(f["content"])).hexdigest() != f["file_hash"]:
            yield f"file {f['file_hash'][:12]} is not what its hash says"
    kept = {f["file_hash"] for f in shot["landing_file"]}
    yield from (
        f"the bytes of load {x['load_id']} are gone" for x in shot["load"] if x["file_hash"] not in kept
    )


def _same(held: dict[int, dict[str, Any]], number: int) -> bool:
    """The same content again, unless a load was taken back or a retired record came back in between."""
    return (
        held[number]["content_hash"] == held[number - 1]["content_hash"]
        and held[number]["load_id"] == held[number - 1]["load_id"]
    )


def _i2(shot: Snapshot, now: _Now) -> Iterator[str]:
    golden = shot.by("golden_record", "golden_id")
    current = Counter(x["record_id"] for x in shot["xref"] if x["valid_to"] is None)
    yield from (f"record {r} has {n} golden IDs" for r, n in current.items() if n > 1)
    yield from _homeless(shot, now, golden)
    yield from _mismatched(shot, now, golden)


def _homeless(shot: Snapshot, now: _Now, golden: dict[str, dict[str, Any]]) -> Iterator[str]:
    for r in shot["source_record"]:
        record = r["record_id"]
        if r["status"] != "active":
            continue
        if record in now.waiting:  # taken in, to be matched with the next run
            continue
        if record not in now.home:
            yield f"record {record} is matched and has no golden ID"
        elif golden[now.home[record]]["status"] != "active":
            yield f"record {record} belongs to {golden[now.home[record]]['status']} {now.home[record]}"


def _mismatched(shot: Snapshot, now: _Now, golden: dict[str, dict[str, Any]]) -> Iterator[str]:
    members = defaultdict(set)
    for record, golden_id in now.home.items():
        members[golden_id].add(record)
    newest = _newest(shot)
    for golden_id, row in golden.items():
        held = set(json.loads(newest[golden_id]["members"]))
        if row["status"] == "active" and held - now.waiting != members[golden_id] - now.waiting:
            yield f"{golden_id} names members {sorted(held)}, cross-references say {sorted(members[golden_id])}"
        if row["status"] != newest[golden_id]["status"] or row["version"] != newest[golden_id]["version"]:
            yield f"{golden_id} does not stand at its newest version"


def _newest(shot: Snapshot) -> dict[str, dict[str, Any]]:
    newest: dict[str, dict[str, Any]] = {}
    for v in shot["golden_version"]:
        if v["golden_id"] not in newest or newest[v["golden_id"]]["version"] < v["version"]:
            newest[v["golden_id"]] = v
    return newest


def _i3(shot: Snapshot, _: _Now) -> Iterator[str]:
    issued = Counter(e["subject"] for e in shot["event"] if e["type"] == "golden.created")
    golden = shot.by("golden_record", "golden_id")
    yield from (f"{g} was issued {n} times" for g, n in issued.items() if n > 1)
    yield from (f"{g} was issued and is gone" for g in issued if g not in golden)
    yield from (f"{g} was never issued" for g in golden if g not in issued)


def _i4(shot: Snapshot, _: _Now) -> Iterator[str]:
    status = {g["golden_id"]: g["status"] for g in shot["golden_record"]}
    leads: dict[str, set[str]] = defaultdict(set)
    for r in shot["golden_redirect"]:
        if r["valid_to"] is None:
            leads[r["from_id"]].add(r["to_id"])
    for golden_id in status:
        yield from _chain(golden_id, status, leads)
    for golden_id, state in status.items():
        outward = [r for r in shot["golden_redirect"] if r["from_id"] == golden_id and r["valid_to"] is None]
        merged = [r for r in outward if r["kind"] == "merged"]
        if (state == "merged") != (len(merged) == 1):
            yield f"{golden_id} is {state} with {len(merged)} merges in force"


def _chain(golden_id: str, status: dict[str, str], leads: dict[str, set[str]]) -> Iterator[str]:
    ends, path = [], [(golden_id, (golden_id,))]
    while path:
        here, trail = path.pop()
        if status[here] in {"active", "retired"}:
            ends.append(here)
        for there in leads[here]:
            if there in trail:
                yield f"{golden_id} leads in a circle: {' > '.join((*trail, there))}"
                return
            path.append((there, (*trail, there)))
    if not ends:
        yield f"{golden_id} leads nowhere"


def _i6(shot: Snapshot, now: _Now) -> Iterator[str]:
    for c in shot["pair_constraint"]:
        one, other = now.home.get(c["left_id"]), now.home.get(c["right_id"])
        if {c["left_id"], c["right_id"]} & now.waiting:  # came back by a load: the next run looks at it
            continue
        if c["active"] and not c["must_link"] and one is not None and one == other:
            yield f"records {c['left_id']} and {c['right_id']} are one in {one} against decision {c['decision_id']}"


def _i7(shot: Snapshot, now: _Now) -> Iterator[str]:
    active = [c for c in shot["pair_constraint"] if c["active"]]
    tied = _components([(c["left_id"], c["right_id"]) for c in active if c["must_link"]])
    disputed = {
        id(tied[c["left_id"]])
        for c in active
        if not c["must_link"] and tied.get(c["left_id"], 0) is tied.get(c["right_id"], 1)
    }
    for c in active:
        one, other = now.home.get(c["left_id"]), now.home.get(c["right_id"])
        waiting = {c["left_id"], c["right_id"]} & now.waiting
        apart = one is not None and other is not None and one != other and not waiting
        if c["must_link"] and apart and id(tied[c["left_id"]]) not in disputed:
            yield f"records {c['left_id']} and {c['right_id']} are apart against decision {c['decision_id']}"


def _components(pairs: list[tuple[int, int]]) -> dict[int, set[int]]:
    home: dict[int, set[int]] = {}
    for a, b in pairs:
        joined = home.get(a, {a}) | home.get(b, {b})
        home |= dict.fromkeys(joined, joined)
    return home


def _i8(shot: Snapshot, now: _Now) -> Iterator[str]:
    rules = {r["fingerprint"] for r in shot["rule_set"]}
    for v in _newest(shot).values():
        if v["status"] == "active" and v["rule_fingerprint"] not in rules:
            yield f"{v['golden_id']} was built under rules that are not kept"
        if set(json.loads(v["attributes"])) != set(json.loads(v["provenance"])):
            yield f"{v['golden_id']} has values without origin or origins without value"
    yield from _misled(shot, now)


def _misled(shot: Snapshot, now: _Now) -> Iterator[str]:
    standard = shot.by("standard_record", "record_id")
    overrides = shot.by("golden_override", "override_id")
    versions = {(v["record_id"], v["version"]) for v in shot["source_version"]}
    for v in _newest(shot).values():
        values, origins = json.loads(v["attributes"]), json.loads(v["provenance"])
        for name, (record, version, rule) in origins.items():
            if record not in json.loads(v["members"]):
                yield f"{v['golden_id']}.{name} comes from a stranger, record {record}"
            if rule == "override":
                if (
                    json.loads(overrides[version]["value"]) != values[name]
                    or not overrides[version]["active"]
                ):
                    yield f"{v['golden_id']}.{name} is not what override {version} says"
            elif (record, version) not in versions:
                yield f"{v['golden_id']}.{name} comes from a version that is not kept"
            elif standard[record]["version"] == version and record not in now.waiting:
                if json.loads(standard[record]["content"])["values"].get(name) != values[name]:
                    yield f"{v['golden_id']}.{name} is not what record {record} says"
            elif record not in now.waiting:
                yield f"{v['golden_id']}.{name} rests on an old version of record {record}"


def _i10(shot: Snapshot, _: _Now) -> Iterator[str]:
    final = Counter(
        d["task_id"] for d in shot["decision"] if d["task_id"] is not None and d["verdict"] != "unsure"
    )
    for t in shot["review_task"]:
        count = final[t["task_id"]]
        if count != (t["status"] == "decided"):
            yield f"task {t['task_id']} is {t['status']} with {count} verdicts"
    for d in shot["decision"]:
        if d["kind"] == "review" and len(json.loads(d["subject"])["versions"]) != 2:
            yield f"decision {d['decision_id']} does not say which versions were on screen"


def _i11(shot: Snapshot, _: _Now) -> Iterator[str]:
    facts = shot.by("fact", "fact_id")
    yield from _numbering("fact", sorted(f["commit_seq"] for f in facts.values()))
    yield from _numbering("event", sorted(e["seq"] for e in shot["event"]))
    used = {row["fact_id"] for table in ("event", "audit_event") for row in shot[table]}
    yield from (f"fact {f} changed nothing" for f in facts if f not in used)
    yield from (f"changes under fact {f}, which is not kept" for f in used if f not in facts)
    for table in ("golden_version", "source_version"):
        yield from (f"{table} under an unknown fact" for row in shot[table] if row["fact_id"] not in facts)
    yield from (
        f"fact {f['fact_id']} has no actor or reason"
        for f in facts.values()
        if not f["actor"] or not f["reason"]
    )
    yield from _unaudited(shot)


def _numbering(what: str, numbers: list[int]) -> Iterator[str]:
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"{what} numbers have a gap or a double: {numbers[:20]}"


def _unaudited(shot: Snapshot) -> Iterator[str]:
    """The trail replayed from the beginning gives exactly the rows that are there."""
    replayed: dict[str, dict[str, dict[str, Any]]] = {table: {} for table in GOVERNED}
    for entry in sorted(shot["audit_event"], key=lambda e: e["id"]):
        if entry["table_name"] not in replayed:
            continue
        content = json.loads(entry["content"])
        held = replayed[entry["table_name"]]
        before = held.pop(entry["row_key"], None)
        if (before is None) != (content["old"] is None):
            yield f"{entry['table_name']} {entry['row_key']}: the trail has a hole before entry {entry['id']}"
        if content["new"] is not None:
            held[entry["row_key"]] = content["new"]
    for table, keys in GOVERNED.items():
        rows = {",".join(str(row[key]) for key in keys): row for row in shot[table]}
        for key in rows.keys() ^ replayed[table].keys():
            yield f"{table} {key}: rows and trail differ"
        for key in rows.keys() & replayed[table].keys():
            shown = replayed[table][key]
            wrong = [name for name, value in rows[key].items() if not _equal(value, shown.get(name))]
            if wrong:
                yield f"{table} {key}: {wrong} changed without an audit entry"


def _equal(value: Any, shown: Any) -> bool:
    if shown == "***":
        return True
    if isinstance(value, float) and isinstance(shown, (int, float)):
        return abs(value - shown) < 1e-9
    return bool(value) == bool(shown) if isinstance(value, bool) else value == shown


def _i18(shot: Snapshot, now: _Now) -> Iterator[str]:
    lines = shot.by("queue_line", "task_id")
    held = shot.by("task_holder", "task_id")
    yield from (f"task {task_id} is held, but not open" for task_id in held.keys() - lines.keys())
    for t in shot["review_task"]:
        if t["status"] not in {"open", "decided", "superseded", "expired"}:
            yield f"task {t['task_id']} is {t['status']}"
        if (t["status"] == "open") != (t["task_id"] in lines):
            yield f"task {t['task_id']} is {t['status']}, and the queue says otherwise"
        if t["status"] != "open" and not (t["closed_reason"] and t["closed_at"]):
            yield f"task {t['task_id']} ended without a reason"
        one, other = now.home.get(t["left_id"]), now.home.get(t["right_id"])
        if t["status"] == "open" and (one is None or other is None):
            yield f"task {t['task_id']} asks about a record that is no longer current"
        elif t["status"] == "open" and one == other and t["reason"] != "audit":
            yield f"task {t['task_id']} asks what is one golden record already"
    asked = Counter(
        frozenset((now.home.get(t["left_id"], ""), now.home.get(t["right_id"], "")))
        for t in shot["review_task"]
        if t["status"] == "open" and t["reason"] != "audit"
    )
    yield from (f"the question {sorted(pair)} is open {n} times" for pair, n in asked.items() if n > 1)


def _i19(shot: Snapshot, _: _Now) -> Iterator[str]:
    rejects = Counter(r["load_id"] for r in shot["load_reject"])
    for x in shot["load"]:
        if x["received"] != x["accepted"] + x["unchanged"] + x["rejected"]:
            yield f"load {x['load_id']} does not balance"
        if rejects[x["load_id"]] != x["rejected"]:
            yield f"load {x['load_id']} counts {x['rejected']} rejects and keeps {rejects[x['load_id']]}"
    for r in shot["load_reject"]:
        if not (r["row_number"] > 0 and r["reason"]):
            yield f"a reject of load {r['load_id']} lacks row or reason"
