"""The command line: every command reads its arguments, calls one service and prints the answer.

``--json`` prints one JSON object on standard output; messages and progress go to standard error. Exit code 0 means
success, 2 that a file or profile could not be used, 1 anything else.
"""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from mdm import __version__, jobs, server
from mdm.bench.table import BENCHES, run_benches
from mdm.config import Settings, load_settings
from mdm.domain.access import Actor, system_actor
from mdm.domain.change import Change
from mdm.domain.errors import (
    InvalidInputError,
    MdmError,
    ProfileError,
    UnreadableFileError,
    UnwritableFileError,
)
from mdm.domain.review import TaskLine
from mdm.domain.whatif import Report
from mdm.domain.whatif_document import document
from mdm.linkage.predict import Engine
from mdm.services import (
    access,
    audit,
    change,
    confirmation,
    decision,
    dictionary,
    draft,
    evaluation,
    export,
    golden,
    load,
    match,
    quality,
    recalibration,
    review,
    sample,
    setup,
    source,
    whatif,
    xref,
)
from mdm.services import reason as why
from mdm.services.hub import Hub
from mdm.services.quality import Quality, Slice
from mdm.services.unit_of_work import UnitOfWork

errors = Console(stderr=True, highlight=False)
FILE_ERRORS = (UnreadableFileError, UnwritableFileError, ProfileError)
WHOLE = frozenset({"left", "right", "code", "source", "entity"})
"""Columns beside the ``…_id`` ones that are never broken over two lines."""
HASHES = frozenset({"fingerprint", "report_hash", "basis", "examined_state"})
"""Columns of 64 digits that would leave no room for the others in a table."""

NESTED = "…"
"""Stands in a table for what holds objects itself."""

Answer = Mapping[str, Any]
"""What a command answers; ``Any``: whatever JSON holds."""


class House:
    """The hub a command works with, opened on first use, and the actor it acts as."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.actor: Actor = system_actor(f"cli:{getpass.getuser()}")
        self._hub: Hub | None = None

    @property
    def hub(self) -> Hub:
        """The hub; raises NotInitialisedError before ``mdm init``."""
        if self._hub is None:
            self._hub = setup.open_hub(self.settings)
            setup.require_initialised(self._hub)
        return self._hub

    def raw_hub(self) -> Hub:
        """The hub, whatever state its database is in."""
        return setup.open_hub(self.settings)

    @contextmanager
    def writing(self, reason: str) -> Iterator[UnitOfWork]:
        """A unit of work in the name of whoever runs the command."""
        with self.hub.unit_of_work(self.actor, reason) as uow:
            yield uow

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """A reading unit of work."""
        with self.hub.reading(self.actor) as uow:
            yield uow

    def close(self) -> None:
        """Give connections back."""
        if self._hub is not None:
            self._hub.close()


def command(group: click.Group, name: str) -> Callable[[Callable[..., Answer]], click.Command]:
    """A command that answers with a mapping, printed as table or JSON; errors become one line and an exit code."""

    def decorate(function: Callable[..., Answer]) -> click.Command:
        @wraps(function)
        def run(*, as_json: bool, **arguments: object) -> None:
            house = House(load_settings())
            try:
                _check_texts(arguments)
                answer = function(house, **arguments)
            except MdmError as error:
                _fail(error, as_json=as_json)
            finally:
                house.close()
            _print(answer, as_json=as_json)
            if answer.get("ok") is False:
                raise SystemExit(1)

        option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
        return group.command(name, help=function.__doc__)(option(run))

    return decorate


@click.group()
@click.version_option(__version__, prog_name="mdm")
def main() -> None:
    """Master-data hub: golden records for materials, suppliers and equipment."""


@main.group("source")
def source_group() -> None:
    """Source systems."""


@main.group("export")
def export_group() -> None:
    """Files for people and programs."""


@main.group("user")
def user_group() -> None:
    """Accounts of people."""


@main.group("client")
def client_group() -> None:
    """API clients of source systems."""


@main.group("change")
def change_group() -> None:
    """Change requests: how records are matched, and code lists."""


@main.group("codes")
def codes_group() -> None:
    """Code lists of the dictionary."""


@main.group("audit")
def audit_group() -> None:
    """The audit trail."""


@command(main, "init")
def init(house: House) -> Answer:
    """Create or migrate the database; safe to repeat."""
    hub = house.raw_hub()
    try:
        return _plain(setup.init(hub, house.actor))
    finally:
        hub.close()


@command(source_group, "add")
@click.argument("code")
@click.option("--kind", required=True, help="ERP, MES, PLM, QMS, LIMS, CRM, UDI, CMMS, FA, OTHER")
@click.option("--name", default="", help="What people call it.")
@click.option("--site", default="", help="Site whose people may see its records.")
def source_add(house: House, code: str, kind: str, name: str, site: str) -> Answer:
    """Register a source system; doing it again changes nothing."""
    with house.writing(f"register source {code}") as uow:
        return _plain(source.add_source(uow, code, kind, name or code, site))


@command(source_group, "list")
def source_list(house: House) -> Answer:
    """Source systems with the number of their records."""
    with house.reading() as uow:
        return {"sources": [_plain(item) for item in source.list_sources(uow)]}


@command(main, "ingest")
@click.argument("entity")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", "code", required=True, help="Code of the source system.")
@click.option(
    "--profile", required=True, type=click.Path(path_type=Path), help="Mapping of the extract, JSON."
)
@click.option("--snapshot", is_flag=True, help="The file is complete: list records missing in it.")
@click.option("--retire-missing", is_flag=True, help="With --snapshot: retire them.")
@click.option("--dry-run", is_flag=True, help="Tell what would happen, change nothing.")
def ingest(
    house: House,
    entity: str,
    file: Path,
    code: str,
    profile: Path,
    *,
    snapshot: bool,
    retire_missing: bool,
    dry_run: bool,
) -> Answer:
    """Load an extract: received = accepted + unchanged + rejected."""
    with house.reading() as uow:
        is_new = code not in {item.code for item in source.list_sources(uow)}
    with errors.status(f"loading {file.name}"):
        receipt = source.ingest_file(
            house.hub,
            house.actor,
            entity,
            file,
            code,
            _read_profile(profile),
            snapshot=snapshot,
            dry_run=dry_run,
        )
    if is_new:
        errors.print(f"note: {code} was not registered: it counts as the kind its profile names, or OTHER.")
    answer = {
        name: getattr(receipt, name)
        for name in (
            "load_id",
            "entity",
            "source",
            "received",
            "accepted",
            "unchanged",
            "rejected",
            "dry_run",
        )
    }
    if snapshot:
        missing = list(receipt.details["missing"])  # type: ignore[arg-type]  # a list of keys
        answer |= {"missing": len(missing), "missing_ids": missing[:100], "retired": 0}
        if retire_missing and not dry_run and missing:
            with house.writing(f"retire what {file.name} no longer holds") as uow:
                answer["retired"] = load.retire_missing(uow, entity, code, [str(key) for key in missing])
    return answer


@command(main, "loads")
@click.option("--entity", default=None)
def loads(house: House, entity: str | None) -> Answer:
    """History of loads, newest first."""
    with house.reading() as uow:
        return {"loads": [_plain(item) for item in source.list_loads(uow, entity)]}


@command(main, "rejects")
@click.argument("load_id")
def rejects(house: House, load_id: str) -> Answer:
    """Rows of a load that were not taken: row, field, reason, raw value."""
    with house.reading() as uow:
        return {"rejects": [_plain(item) for item in source.list_rejects(uow, load_id)]}


@command(main, "undo-load")
@click.argument("load_id")
@click.option("--reason", required=True)
def undo_load(house: House, load_id: str, reason: str) -> Answer:
    """Take back a wrong file; run `mdm match` afterwards."""
    with house.writing(reason) as uow:
        return load.undo_load(uow, load_id)


@command(main, "match")
@click.argument("entity")
@click.option("--full", is_flag=True, help="Everything, under new frozen statistics.")
@click.option(
    "--engine",
    type=click.Choice([engine.value for engine in Engine]),
    default=Engine.DUCKDB.value,
    show_default=True,
    help="What scores the pairs of a batch; every engine gives the same.",
)
def match_command(house: House, entity: str, *, full: bool, engine: str) -> Answer:
    """Match what is new or changed; build golden records and review tasks."""
    with errors.status(f"matching {entity}"):
        return _plain(match.run(house.hub, house.actor, entity, full=full, engine=Engine(engine)))


@command(main, "evaluate")
@click.argument("entity")
@click.option("--truth", required=True, type=click.Path(path_type=Path))
@click.option("--negatives", default=None, type=click.Path(path_type=Path))
@click.option("--report", default=None, type=click.Path(path_type=Path), help="Write an HTML document too.")
@click.option("--stability", is_flag=True, help="Cluster again and in another order: what moves?")
def evaluate(
    house: House, entity: str, truth: Path, negatives: Path | None, report: Path | None, *, stability: bool
) -> Answer:
    """Judge the automatic golden records against a known truth."""
    with house.reading() as uow:
        found, document = evaluation.evaluate_with_report(uow, entity, truth, negatives)
        moved = {"stability": _plain(evaluation.stability(uow, entity))} if stability else {}
    if report is not None:
        _write(report, document)
    return _plain(found) | moved


@command(export_group, "xref")
@click.argument("entity")
@click.option("--out", required=True, type=click.Path(path_type=Path))
def export_xref(house: House, entity: str, out: Path) -> Answer:
    """source_system, source_id, golden_id of every current source record."""
    with house.reading() as uow:
        return {"rows": xref.export_xref(uow, entity, out), "file": str(out)}


@command(export_group, "golden")
@click.argument("entity")
@click.option("--out", required=True, type=click.Path(path_type=Path))
def export_golden(house: House, entity: str, out: Path) -> Answer:
    """Golden records with their attributes (.csv, .jsonl, .xlsx, .parquet)."""
    with house.reading() as uow:
        return {"rows": export.export_golden(uow, entity, out), "file": str(out)}


@command(export_group, "tasks")
@click.argument("entity")
@click.option("--out", required=True, type=click.Path(path_type=Path))
def export_tasks(house: House, entity: str, out: Path) -> Answer:
    """Open review pairs."""
    with house.reading() as uow:
        return {"rows": review.export_tasks(uow, entity, out), "file": str(out)}


@command(main, "sample")
@click.argument("entity")
@click.option("--links", default=50, show_default=True, help="Automatic links to judge blind.")
@click.option("--non-links", default=50, show_default=True, help="Automatic non-links to judge blind.")
def sample_command(house: House, entity: str, links: int, non_links: int) -> Answer:
    """Draw a blind sample of automatic decisions into the queue, to measure the machine."""
    with house.writing(f"blind sample of {entity}") as uow:
        return _plain(sample.draw(uow, entity, links, non_links))


@command(main, "recalibrate")
@click.argument("entity")
def recalibrate_command(house: House, entity: str) -> Answer:
    """Propose a model whose probabilities are learned from verdicts; somebody else approves it."""
    with house.writing(f"recalibrate {entity}") as uow:
        return _plain(recalibration.propose(uow, entity))


@command(main, "quality")
@click.argument("entity")
def quality_command(house: House, entity: str) -> Answer:
    """Precision and recall by what stewards said, with bounds; from the blind sample and from the queue."""
    with house.reading() as uow:
        found = quality.measure(uow, entity)
    return {**_plain(found), "figures": _quality_lines(found)}


@command(main, "tasks")
@click.option("--entity", default=None)
@click.option("--limit", default=20)
def tasks(house: House, entity: str | None, limit: int) -> Answer:
    """The queue, the most valuable verdict first."""
    with house.reading() as uow:
        page = review.list_tasks(uow, entity, limit=limit)
        return {"total": page.total, "tasks": [_queue_line(line) for line in page.lines]}


@command(main, "explain")
@click.argument("entity", required=False)
@click.argument("left", required=False)
@click.argument("right", required=False)
@click.option("--decision", "decision_id", default=None, help="Re-derive the evidence of this decision.")
def explain(
    house: House, entity: str | None, left: str | None, right: str | None, decision_id: str | None
) -> Answer:
    """Why two records (each SYSTEM:ID or a golden ID) are one thing, or why not."""
    with house.reading() as uow:
        if decision_id is not None:
            found = why.explain_decision(uow, decision_id)
            return {**_plain(found), "ok": found.equal is not False and found.intact is not False}
        if entity is None or left is None or right is None:
            raise InvalidInputError("Name an entity and two records, or --decision ID.", field="left")
        return _plain(why.explain(uow, entity, left, right))


@command(main, "decide")
@click.argument("task_id", type=int)
@click.argument("verdict", type=click.Choice(["match", "non-match", "unsure"]))
@click.option("--reason", required=True)
def decide(house: House, task_id: int, verdict: str, reason: str) -> Answer:
    """Decide a review task."""
    with house.writing(reason) as uow:
        return _plain(review.decide(uow, task_id, verdict, reason))


@command(main, "proposals")
@click.option("--entity", default=None)
def proposals(house: House, entity: str | None) -> Answer:
    """Matches across a regulated veto that wait for a second person."""
    with house.reading() as uow:
        return {"proposals": [_plain(each) for each in confirmation.list_open(uow, entity)]}


@command(main, "confirm")
@click.argument("proposal_id")
@click.option("--reason", required=True)
def confirm(house: House, proposal_id: str, reason: str) -> Answer:
    """Bind a match that somebody else proposed across a regulated veto."""
    with house.writing(reason) as uow:
        return _plain(confirmation.confirm(uow, proposal_id, reason))


@command(main, "reject")
@click.argument("proposal_id")
@click.option("--reason", required=True)
def reject(house: House, proposal_id: str, reason: str) -> Answer:
    """Reject a proposed match, or take one's own back; its question stays open."""
    with house.writing(reason) as uow:
        return _plain(confirmation.reject(uow, proposal_id, reason))


@command(main, "merge")
@click.argument("entity")
@click.argument("golden_id")
@click.argument("other_id")
@click.option("--reason", required=True)
@click.option("--dry-run", is_flag=True)
def merge(house: House, entity: str, golden_id: str, other_id: str, reason: str, *, dry_run: bool) -> Answer:
    """Make two golden records one."""
    with house.writing(reason) as uow:
        return _plain(decision.merge(uow, entity, golden_id, other_id, reason, preview=dry_run))


@command(main, "unmerge")
@click.argument("entity")
@click.argument("golden_id")
@click.option("--reason", required=True)
@click.option("--dry-run", is_flag=True)
def unmerge(house: House, entity: str, golden_id: str, reason: str, *, dry_run: bool) -> Answer:
    """Take the latest merge of a golden ID apart; the sides get their IDs back."""
    with house.writing(reason) as uow:
        return _plain(decision.unmerge(uow, entity, golden_id, reason, preview=dry_run))


@command(main, "split")
@click.argument("entity")
@click.argument("golden_id")
@click.argument("records", nargs=-1, required=True)
@click.option("--reason", required=True)
@click.option("--dry-run", is_flag=True)
def split(
    house: House, entity: str, golden_id: str, records: tuple[str, ...], reason: str, *, dry_run: bool
) -> Answer:
    """Part RECORDS (each SYSTEM:ID) from the rest of a golden record."""
    keys = [(system, key) for system, _, key in (text.partition(":") for text in records)]
    with house.writing(reason) as uow:
        return _plain(decision.split(uow, entity, golden_id, keys, reason, preview=dry_run))


@command(main, "override")
@click.argument("entity")
@click.argument("golden_id")
@click.argument("attribute")
@click.argument("value")
@click.option("--reason", required=True)
def override(house: House, entity: str, golden_id: str, attribute: str, value: str, reason: str) -> Answer:
    """Set one value of a golden record; it survives reloads."""
    with house.writing(reason) as uow:
        return _plain(decision.override(uow, entity, golden_id, attribute, value, reason))


@command(main, "undo")
@click.argument("decision_id")
@click.option("--reason", required=True)
@click.option("--dry-run", is_flag=True)
def undo(house: House, decision_id: str, reason: str, *, dry_run: bool) -> Answer:
    """Take a decision back."""
    with house.writing(reason) as uow:
        return _plain(decision.undo(uow, decision_id, reason, preview=dry_run))


@command(main, "golden")
@click.argument("entity")
@click.argument("golden_id")
def show_golden(house: House, entity: str, golden_id: str) -> Answer:
    """One golden record with the source of each value."""
    with house.reading() as uow:
        return _plain(golden.get(uow, entity, golden_id))


@command(user_group, "add")
@click.argument("login")
@click.option("--role", "roles", required=True, help="steward, governance, auditor, admin; comma-separated.")
@click.option("--name", default="", help="Printed name.")
@click.option("--port", default=8000, help="Port for the link that is printed.")
def user_add(house: House, login: str, roles: str, name: str, port: int) -> Answer:
    """Invite a person; the one-time link sets their password within 72 hours."""
    with house.writing(f"invite {login}") as uow:
        made = access.add_user(uow, login, roles.split(","), name)
    link = f"http://127.0.0.1:{port}/invitation/{made.token}"
    return {"user_id": made.user.user_id, "login": made.user.login, "link": link}


@command(client_group, "add")
@click.argument("name")
@click.option("--source", "code", required=True, help="The one source system it speaks for.")
@click.option("--scope", "scopes", required=True, help="xref:read, records:write, …; comma-separated.")
def client_add(house: House, name: str, code: str, scopes: str) -> Answer:
    """Add an API client; its token is printed this once."""
    with house.writing(f"add client {name}") as uow:
        made = access.add_client(uow, name, code, scopes.split(","))
    return {"client_id": made.client_id, "token": made.token}


def drafted(function: Callable[..., Answer]) -> Callable[..., Answer]:
    """The options that name a draft: rules, weights, thresholds, code list."""
    file = click.Path(path_type=Path)
    for option in (
        click.option("--rules", default=None, type=file, help="Rule file."),
        click.option("--weights", default=None, type=file, help="Weights file."),
        click.option("--threshold", "thresholds", multiple=True, help="link=2.5 or review=0; repeatable."),
        click.option("--code-list", default=None, type=file, help="TOML that extends the list of its name."),
    ):
        function = option(function)
    return function


@command(main, "whatif")
@click.argument("entity")
@drafted
@click.option("--out", default=None, type=click.Path(path_type=Path), help="Report as HTML to print.")
def whatif_command(house: House, entity: str, out: Path | None, **files: Any) -> Answer:
    """Tell what rules, weights, thresholds or a code list would do to the live records; change nothing."""
    with errors.status(f"trying on {entity}"), house.reading() as uow:
        found = draft.foresee(uow, entity, draft.read_draft(uow.hub, entity, **files))
    if out is not None:
        _write(out, document(Report("", (found,)), f"What if: {entity}"))
    return _plain(found)


@command(change_group, "list")
@click.option("--entity", default=None)
@click.option("--open", "open_only", is_flag=True, help="Only those that have not ended.")
def change_list(house: House, entity: str | None, *, open_only: bool) -> Answer:
    """Change requests, the newest first."""
    with house.reading() as uow:
        found = change.list_changes(uow, entity, open_only=open_only)
        return {"changes": [_change_line(each) for each in found]}


@command(change_group, "show")
@click.argument("change_id")
@click.option("--out", default=None, type=click.Path(path_type=Path), help="Report as HTML to print.")
def change_show(house: House, change_id: str, out: Path | None) -> Answer:
    """One change request with the report it was examined by."""
    with house.reading() as uow:
        found, report = change.get(uow, change_id), change.report(uow, change_id)
    if out is not None and report is not None:
        _write(out, document(report, f"Change {change_id}", found))
    return {**_plain(found), "report": None if report is None else _plain(report)}


@command(change_group, "propose")
@click.argument("entity")
@drafted
@click.option("--reason", required=True)
def change_propose(house: House, entity: str, reason: str, **files: Any) -> Answer:
    """Propose rules, weights, thresholds or a code list."""
    with house.writing(reason) as uow:
        change_id = draft.propose(uow, entity, draft.read_draft(uow.hub, entity, **files), reason)
    return {"change_id": change_id}


@command(change_group, "examine")
@click.argument("change_id")
def change_examine(house: House, change_id: str) -> Answer:
    """Compute what a change would do to the live records and store the report with it."""
    with errors.status("examining"):
        return _change_line(whatif.examine(house.hub, house.actor, change_id))


@command(change_group, "approve")
@click.argument("change_id")
@click.option("--reason", required=True)
def change_approve(house: House, change_id: str, reason: str) -> Answer:
    """Approve an examined change of somebody else."""
    with house.writing(reason) as uow:
        return _change_line(change.approve(uow, change_id, reason))


@command(change_group, "reject")
@click.argument("change_id")
@click.option("--reason", required=True)
def change_reject(house: House, change_id: str, reason: str) -> Answer:
    """Reject a change of somebody else."""
    with house.writing(reason) as uow:
        return _change_line(change.reject(uow, change_id, reason))


@command(change_group, "withdraw")
@click.argument("change_id")
@click.option("--reason", required=True)
def change_withdraw(house: House, change_id: str, reason: str) -> Answer:
    """Take back a change that is not in force yet."""
    with house.writing(reason) as uow:
        return _change_line(change.withdraw(uow, change_id, reason))


@command(change_group, "activate")
@click.argument("change_id")
def change_activate(house: House, change_id: str) -> Answer:
    """Put an approved change in force; the next `mdm match` uses it."""
    with house.writing(f"activate change {change_id}") as uow:
        return _change_line(change.activate(uow, change_id))


@command(codes_group, "list")
def codes_list(house: House) -> Answer:
    """Code lists with owner, version and number of codes."""
    with house.reading() as uow:
        return {"code_lists": [_plain(each) for each in dictionary.list_code_lists(uow)]}


@command(codes_group, "show")
@click.argument("name")
@click.option("--q", default="", help="Only codes that are spelt with this.")
def codes_show(house: House, name: str, q: str) -> Answer:
    """One code list: its codes and spellings, and its versions."""
    with house.reading() as uow:
        return _plain(dictionary.get_code_list(uow, name, q))


@command(codes_group, "propose")
@click.argument("name")
@click.option("--code", required=True)
@click.option("--zh", default=None, help="Chinese name.")
@click.option("--en", default=None, help="English name.")
@click.option("--parent", default=None, help="The code it belongs under.")
@click.option("--add", multiple=True, help="A spelling to add; repeatable.")
@click.option("--remove", multiple=True, help="A spelling to take out; repeatable.")
@click.option("--reason", required=True)
def codes_propose(house: House, name: str, reason: str, **edit: Any) -> Answer:
    """Propose a new code or spelling; somebody else approves it."""
    with house.writing(reason) as uow:
        return {"change_id": change.propose_code_list(uow, name, [draft.code_edit(**edit)], reason)}


@command(audit_group, "verify")
def audit_verify(house: House) -> Answer:
    """Seal what is new and check every sealed entry; exit 1 when anything was altered."""
    audit.seal(house.hub, house.actor)
    with house.reading() as uow:
        report = audit.verify(uow)
    return {"ok": report.ok, **_plain(report)}


@command(main, "bench")
@click.argument("name", required=False, type=click.Choice(list(BENCHES)))
@click.option("--rows", default=10_000, show_default=True)
def bench(_: House, name: str | None, rows: int) -> Answer:
    """Print the ratio table of this machine; it reports, it judges nobody."""
    with errors.status("measuring"):
        found = run_benches(name, rows)
    return {
        "rows": [
            {
                "goal": row.name,
                "what": row.goal,
                "records": row.rows,
                "this run": f"{row.value:.2f} {row.unit}",
                "limit": f"{'>=' if row.at_least else '<='} {row.limit:g}",
                "reached": "yes" if row.reached else "no",
                "details": row.details,
            }
            for row in found
        ]
    }


@main.command("serve")
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--no-worker", is_flag=True, help="Web only; run `mdm worker` elsewhere.")
def serve(port: int, workers: int, *, no_worker: bool) -> None:
    """Serve pages and API, with one worker process for jobs beside it."""
    _require_ready()
    errors.print(f"serving on http://127.0.0.1:{port} (Ctrl+C ends)")
    server.serve(port, workers, with_worker=not no_worker)


@main.command("worker")
def worker() -> None:
    """Run the jobs of the timetable."""
    _require_ready()
    hub = setup.open_hub(load_settings())
    try:
        jobs.run_worker(hub)
    except (KeyboardInterrupt, SystemExit):
        hub.close()


def _require_ready() -> None:
    house = House(load_settings())
    try:
        setup.require_initialised(house.hub)
    except MdmError as error:
        _fail(error, as_json=False)
    finally:
        house.close()


def _check_texts(arguments: Mapping[str, object]) -> None:
    """Refuse arguments that are no text: bytes the terminal could not decode, or NUL."""
    for name, value in arguments.items():
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, (str, Path)) and not _is_text(str(text)):
                raise InvalidInputError(f"{name} holds characters that are no text.", field=name)


def _is_text(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _quality_lines(found: Quality) -> list[dict[str, Any]]:
    """One line per figure, as people read them; ``Any``: whatever JSON holds."""
    whole = Slice("all", found.sample, found.queue)
    lines: list[dict[str, Any]] = []
    for part in (whole, *found.by_sources, *found.by_language):
        for origin, name, share in (
            ("blind sample", "precision of links", part.sample.precision),
            ("blind sample", "recall of decided pairs", part.sample.recall),
            ("queue", "matches among questions", part.queue.yield_),
        ):
            if share.number:
                lines.append(
                    {
                        "slice": part.name,
                        "from": origin,
                        "figure": name,
                        "verdicts": share.number,
                        "value": share.value,
                        "low": share.low,
                        "high": share.high,
                        "at_least": share.at_least,
                    }
                )
    return lines


def _queue_line(line: TaskLine) -> dict[str, Any]:
    """What a person needs to pick a task; ``Any``: whatever JSON holds."""
    return {
        "task_id": line.task_id,
        "entity": line.entity,
        "probability": line.match_probability,
        "weight": line.match_weight,
        "reason": line.reason,
        "settles": line.settles,
        "left": f"{line.left_system}:{line.left_id}",
        "left_title": line.left_title,
        "right": f"{line.right_system}:{line.right_id}",
        "right_title": line.right_title,
        "sentence": line.telling.sentence_en,
    }


def _change_line(found: Change) -> dict[str, Any]:
    """A change request without its content, which `mdm change show` prints; ``Any``: whatever JSON holds."""
    return {name: value for name, value in _plain(found).items() if name != "content"}


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise UnwritableFileError(f"{path} cannot be written: {error}") from error


def _read_profile(path: Path) -> Mapping[str, object]:
    try:
        data = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise ProfileError(f"{path.name}: cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise ProfileError(f"{path.name}: a profile is one JSON object")
    return data


def _plain(value: object) -> dict[str, Any]:
    """A dataclass as JSON-able mapping; ``Any``: whatever JSON holds."""
    if not is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"{value!r} is no answer of a service")
    return asdict(value)


def _print(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, default=str))
        return
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    for name, value in answer.items():
        rows = _rows(value)
        if rows:
            console.print(_table(name, rows))
        else:
            console.print(f"{name}: {_cell(value) or 'none'}", highlight=False, markup=False, soft_wrap=True)


def _rows(value: object) -> list[Mapping[str, Any]]:
    """What prints as a table: objects one per row, one object one member per row. ``Any``: cells of any type."""
    if isinstance(value, (list, tuple)):
        return [row for row in value if isinstance(row, Mapping)]
    if not isinstance(value, Mapping):
        return []
    if all(isinstance(inner, Mapping) for inner in value.values()):
        return [{"": key, **inner} for key, inner in value.items()]
    return [{"": key, "value": _inline(inner)} for key, inner in value.items()]


def _inline(value: object) -> object:
    """An object as one line, such as a share with its interval; what is none stays."""
    if not isinstance(value, Mapping):
        return value
    return ", ".join(f"{name} {_cell(inner)}" for name, inner in value.items() if _cell(inner)) or None


def _table(title: str, rows: list[Mapping[str, Any]]) -> Table:
    """Plain cells; empty columns, hashes and nested objects are left to ``--json``. ``Any``: cells of any type."""
    table = Table(title=title)
    names = dict.fromkeys(name for row in rows for name in row)
    told = [name for name in names if any(_cell(row.get(name)) not in ("", NESTED) for row in rows)]
    columns = [name for name in told if name not in HASHES]
    for column in columns:
        # An ID that is cut is of no use: the row wraps instead.
        table.add_column(column, overflow="fold", no_wrap=column.endswith("_id") or column in WHOLE)
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in columns))
    return table


def _is_plain(value: object) -> bool:
    """Whether a value fits a cell: a text, a number, or a sequence of these."""
    if isinstance(value, (list, tuple)):
        return not any(isinstance(inner, (list, tuple, Mapping)) for inner in value)
    return not isinstance(value, Mapping)


def _cell(value: object) -> str:
    if not _is_plain(value):
        return NESTED
    if isinstance(value, (list, tuple)):
        return ", ".join(_cell(inner) for inner in value)
    return f"{value:.3f}" if isinstance(value, float) else "" if value is None else str(value)


def _fail(error: MdmError, *, as_json: bool) -> None:
    errors.print(f"error: {error.message}", markup=False, soft_wrap=True)
    if as_json:
        click.echo(json.dumps({"error": error.code, "message": error.message, **error.details}, default=str))
    raise SystemExit(2 if isinstance(error, FILE_ERRORS) else 1)


if __name__ == "__main__":
    sys.exit(main())
