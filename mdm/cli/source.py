"""Commands on source systems and their extracts: source, ingest, loads, rejects, template, undo-load."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import click

from mdm.cli.answer import Answer, plain, write_bytes
from mdm.cli.command import House, command, errors, main
from mdm.domain.errors import ProfileError
from mdm.services import load, load_preview, rejected, source, template, upload
from mdm.services.table_file import table_bytes

TOLD = ("load_id", "entity", "source", "received", "accepted", "unchanged", "rejected", "dry_run")
"""What a load answers of its receipt."""


@main.group("source")
def source_group() -> None:
    """Source systems."""


@command(source_group, "add")
@click.argument("code")
@click.option("--kind", required=True, help="ERP, MES, PLM, QMS, LIMS, CRM, UDI, CMMS, FA, OTHER")
@click.option("--name", default="", help="What people call it.")
@click.option("--site", default="", help="Site whose people may see its records.")
def source_add(house: House, code: str, kind: str, name: str, site: str) -> Answer:
    """Register a source system; doing it again changes nothing."""
    with house.writing(f"register source {code}") as uow:
        return plain(source.add_source(uow, code, kind, name or code, site))


@command(source_group, "list")
def source_list(house: House) -> Answer:
    """Source systems with the number of their records."""
    with house.reading() as uow:
        return {"sources": [plain(item) for item in source.list_sources(uow)]}


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
    answer = {name: getattr(receipt, name) for name in TOLD}
    if snapshot:
        missing = receipt.missing_ids
        answer |= {"missing": len(missing), "missing_ids": list(missing[:100]), "retired": 0}
        if retire_missing and not dry_run and missing:
            with house.writing(f"retire what {file.name} no longer holds") as uow:
                answer["retired"] = load.retire_missing(uow, entity, code, missing)
    return answer


@command(main, "loads")
@click.option("--entity", default=None)
def loads(house: House, entity: str | None) -> Answer:
    """History of loads, newest first."""
    with house.reading() as uow:
        return {"loads": [plain(item) for item in source.list_loads(uow, entity)]}


@command(main, "rejects")
@click.argument("load_id")
@click.option(
    "--out",
    default=None,
    type=click.Path(path_type=Path),
    help="Write them as .csv or .xlsx, to mend and load again.",
)
def rejects(house: House, load_id: str, out: Path | None) -> Answer:
    """Rows of a load that were not taken: row, field, reason, raw value."""
    with house.reading() as uow:
        if out is None:
            return {"rejects": [plain(item) for item in source.list_rejects(uow, load_id)]}
        table = rejected.as_table(upload.rejected_rows(uow, load_id))
        form = out.suffix.removeprefix(".").lower()
        write_bytes(out, table_bytes(house.hub, table.columns, table.rows, form))
    return {"rows": len(table.rows), "file": str(out)}


@command(main, "template")
@click.argument("entity")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The .xlsx file to write.")
@click.option("--language", default="zh", show_default=True, type=click.Choice(["zh", "en"]))
def entity_template(house: House, entity: str, out: Path, language: str) -> Answer:
    """The Excel template of an entity type; a filled one needs no mapping on the import page."""
    with house.reading() as uow:
        write_bytes(out, template.entity_template(uow, entity, language))
        columns = len(uow.hub.dictionary.entity(entity).attributes) + 1
    return {"columns": columns, "file": str(out)}


@command(main, "undo-load")
@click.argument("load_id")
@click.option("--reason", required=True)
@click.option("--dry-run", is_flag=True, help="Tell what it would do, change nothing.")
def undo_load(house: House, load_id: str, reason: str, *, dry_run: bool) -> Answer:
    """Take back a wrong file; run `mdm match` afterwards."""
    with house.writing(reason) as uow:
        return plain(load_preview.preview_undo(uow, load_id)) if dry_run else load.undo_load(uow, load_id)


def _read_profile(path: Path) -> Mapping[str, object]:
    try:
        data = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise ProfileError(f"{path.name}: cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise ProfileError(f"{path.name}: a profile is one JSON object")
    return data
