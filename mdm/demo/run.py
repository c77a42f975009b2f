"""The demo: a hub filled with realistic extracts of all three entities, matched, explained and served.

Safe to repeat: the same extracts load again without changing anything.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from mdm.config import load_settings
from mdm.demo.world import World, generate
from mdm.domain.access import Actor, system_actor
from mdm.services import access, evaluation, match, setup, source
from mdm.services.hub import Hub
from mdm.services.match import MatchReport
from mdm.services.unit_of_work import UnitOfWork

ENTITIES = ("supplier", "material", "equipment")
RECORDS = 1200
SEED = 7
KINDS = {
    "SAP_ECC": "ERP",
    "SAP_PM": "ERP",
    "KINGDEE_K3C": "ERP",
    "YONYOU_U8": "ERP",
    "QMS_ASL": "QMS",
    "CRM_ACCOUNT": "CRM",
    "PLM_AML": "PLM",
    "PLM_TC": "PLM",
    "MES": "MES",
    "LIMS": "LIMS",
    "UDI_NMPA": "UDI",
    "CMMS": "CMMS",
    "GAUGE_LEDGER": "QMS",
    "FA_U8": "FA",
}
console = Console(highlight=False, soft_wrap=True)


@click.command()
@click.option(
    "--records",
    default=RECORDS,
    show_default=True,
    type=click.IntRange(50, 100_000),
    help="Source records of each entity.",
)
@click.option("--port", default=8000, show_default=True, envvar="PORT", help="Where the hub is served.")
@click.option(
    "--serve/--no-serve", default=True, show_default=True, envvar="SERVE", help="Serve when filled."
)
def main(records: int, port: int, *, serve: bool) -> None:
    """Fill a hub under MDM_HOME with demo extracts, match them, print what happened and serve it."""
    settings = load_settings()
    hub = setup.open_hub(settings)
    actor = system_actor("cli:demo")
    setup.init(hub, actor)
    worlds, reports = fill_hub(hub, actor, settings.home / "demo", records)
    _print_result(hub, actor, worlds, reports)
    _print_people(hub, actor, port)
    hub.close()
    if serve:
        _serve(port)


def fill_hub(hub: Hub, actor: Actor, folder: Path, records: int) -> tuple[list[World], list[MatchReport]]:
    """Load and match extracts of about ``records`` rows per entity, which stay in ``folder``."""
    worlds = [_fill(hub, actor, entity, folder / entity, records) for entity in ENTITIES]
    return worlds, [_match(hub, actor, entity) for entity in ENTITIES]


def _fill(hub: Hub, actor: Actor, entity: str, folder: Path, records: int) -> World:
    folder.mkdir(parents=True, exist_ok=True)
    world = generate(entity, folder, records=records, seed=SEED)
    for code, profile in world.mapping["sources"].items():
        with hub.unit_of_work(actor, "register demo sources") as uow:
            source.add_source(uow, code, KINDS.get(code, "OTHER"), code.replace("_", " "))
        receipt = source.ingest_file(hub, actor, entity, folder / profile["file"], code, world.mapping)
        console.print(
            f"{entity:10} {code:12} received {receipt.received:5} = accepted {receipt.accepted:5} "
            f"+ unchanged {receipt.unchanged:5} + rejected {receipt.rejected:3}"
        )
    return world


def _match(hub: Hub, actor: Actor, entity: str) -> MatchReport:
    with console.status(f"matching {entity}"):
        return match.run(hub, actor, entity, full=True)


def _print_result(hub: Hub, actor: Actor, worlds: list[World], reports: list[MatchReport]) -> None:
    table = Table(
        title="From source records to golden records (precision and B3 against the demo's known truth)"
    )
    for column in ("entity", "records", "golden records", "queue", "precision", "B3 F1", "seconds"):
        table.add_column(column, justify="left" if column == "entity" else "right")
    for world, report in zip(worlds, reports, strict=True):
        with hub.reading(actor) as uow:
            found = evaluation.evaluate_entity(
                uow, report.entity, world.folder / "truth.csv", world.folder / "negatives.csv"
            )
        table.add_row(
            report.entity,
            str(found.records),
            str(report.golden_records),
            str(report.tasks_open),
            _share(found.pairwise.precision),
            _share(found.b_cubed.f1),
            f"{report.seconds:.1f}",
        )
    console.print(table)


def _print_people(hub: Hub, actor: Actor, port: int) -> None:
    """One-time links: a demo has no password anybody could know."""
    for role, name in (
        ("steward", "Demo Steward"),
        ("governance", "Demo Governance"),
        ("admin", "Demo Admin"),
    ):
        with hub.unit_of_work(actor, "invite demo people") as uow:
            made = _invite(uow, f"demo.{role}", role, name)
        console.print(
            f"log in as {made.user.login} ({role}), once: http://127.0.0.1:{port}/invitation/{made.token}"
        )


def _invite(uow: UnitOfWork, login: str, role: str, name: str) -> access.Invitation:
    """A one-time link; who was invited by an earlier run gets a new one."""
    if any(user.login == login for user in access.list_users(uow)):
        return access.renew_invitation(uow, login)
    return access.add_user(uow, login, [role], name)


def _share(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.3f}"


def _serve(port: int) -> None:
    console.print(f"serving on http://127.0.0.1:{port} (Ctrl+C ends)")
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "mdm.cli", "serve", "--port", str(port)])


if __name__ == "__main__":
    main()
