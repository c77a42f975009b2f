"""An address for every page of the URL map, filled from what a hub holds."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from mdm.domain.access import system_actor
from mdm.services import change, decision_log, review, source
from mdm.services.hub import Hub
from tests.browser.harness import Live

SYSTEM = system_actor("cli:test")
OWN = {"ui.quality.pairs": {"figure": "links"}}
"""Arguments of one endpoint that mean something else to it than to others."""
NONE = "none"
"""Stands for an id where a hub holds nothing: the page then says so."""


def page_routes(live: Live) -> dict[str, str]:
    """Endpoint -> rule of every page that a browser can open."""
    return {
        rule.endpoint: rule.rule
        for rule in live.app.url_map.iter_rules()
        if rule.endpoint.startswith("ui.") and "GET" in (rule.methods or ()) and rule.endpoint != "ui.static"
    }


def addresses(live: Live) -> dict[str, str]:
    """Endpoint -> an address of it that shows as much as this hub has; stranger pages (log-in) included."""
    held = _held(live.hub)
    found = {}
    for endpoint, rule in page_routes(live).items():
        path = rule
        for name, value in {**held, **OWN.get(endpoint, {})}.items():
            for mark in (f"<{name}>", f"<int:{name}>", f"<path:{name}>"):
                path = path.replace(mark, quote(value, safe=""))
        assert "<" not in path, f"no address for {rule}: add its argument to addresses.py"
        found[endpoint] = path + _query(endpoint, held)
    return found


def _query(endpoint: str, held: Mapping[str, str]) -> str:
    entity, system, key, other = (held[name] for name in ("entity", "system", "key", "other"))
    asked = {
        "ui.source.record": {"entity": entity, "system": system, "key": key},
        "ui.search.search": {"entity": entity},
        "ui.dashboard.drill": {"of": "uscc"},
        "ui.search.look_up": {"entity": entity, "system": system, "key": NONE},
        "ui.reason.explain": {"entity": entity, "left": f"{system}:{key}", "right": other},
    }.get(endpoint)
    return f"?{urlencode(asked)}" if asked else ""


def _held(hub: Hub) -> dict[str, str]:
    """Arguments of routes -> ids that exist in this hub."""
    ids = ("golden_id", "load_id", "change_id", "upload_id", "decision_id", "system", "key", "other")
    held = dict.fromkeys(ids, NONE)
    held |= {"entity": "supplier", "task_id": "1", "token": NONE, "action": "split", "figure": "missing"}
    with hub.reading(SYSTEM) as uow:
        held["name"] = min(uow.hub.dictionary.code_lists)
        loads, tasks = source.list_loads(uow), review.list_tasks(uow, entity="supplier").lines
        changes = change.list_changes(uow)
        decisions = decision_log.list_decisions(uow, limit=1)
        if tasks:
            task = review.get_task(uow, tasks[0].task_id)
    if loads:
        held["load_id"] = loads[0].load_id
    if changes:
        held["change_id"] = changes[0].change_id
    if decisions:
        held["decision_id"] = decisions[0].decision_id
    if tasks:
        held |= {
            "task_id": str(task.line.task_id),
            "golden_id": task.left.golden_id,
            "system": task.left.source_system,
            "key": task.left.source_id,
            "other": f"{task.right.source_system}:{task.right.source_id}",
        }
    return held
