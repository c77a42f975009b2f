"""Looking up many codes for people: source keys of named or unnamed systems and golden IDs, thousands at once.

Invariant: every code asked for has at least one line in the answer, in the order it was asked; work is by set, so the
number of queries does not grow with the number of codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mdm.domain.access import Permission
from mdm.domain.errors import InvalidInputError
from mdm.domain.pasted import Asked, narrow, read_pasted
from mdm.services import access, golden, xref
from mdm.services.source import all_sources
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import golden as golden_store

UNKNOWN = "unknown"

COLUMNS = ("asked", "source_system", "source_id", "golden_id", "status", "resolved_ids", "title")
"""Columns of an answer as a table."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What is known of one code.

    ``status``: active, merged, split, retired or ``unknown`` (then the rest is empty). ``resolved_ids``: the live
    golden IDs it leads to; ``title``: what the first of them is called. ``source_system`` is '' for a golden ID.
    """

    asked: str
    source_system: str
    source_id: str
    golden_id: str
    status: str
    resolved_ids: tuple[str, ...]
    title: str

    def row(self) -> tuple[str, ...]:
        """The answer as a line of a table with ``COLUMNS``."""
        return (
            self.asked,
            self.source_system,
            self.source_id,
            self.golden_id,
            self.status,
            " ".join(self.resolved_ids),
            self.title,
        )


def look_up_text(uow: UnitOfWork, entity: str, text: str, system: str = "") -> tuple[Answered, ...]:
    """Answers for pasted text; ``system`` is meant where a line names none, and every system when that is '' too.

    Raises InvalidInputError for more than ``xref.MAX_KEYS`` codes.
    """
    access.require(uow.actor, Permission.XREF_READ)
    uow.hub.dictionary.entity(entity)
    systems = [source.code for source in all_sources(uow)]
    asked = read_pasted(text, systems)
    if len(asked) > xref.MAX_KEYS:
        raise InvalidInputError(
            f"At most {xref.MAX_KEYS:,} codes at once.", field="codes", codes=len(asked), most=xref.MAX_KEYS
        )
    return _answer(
        uow, entity, [each if each.system else Asked(system, each.code) for each in asked], systems
    )


def _answer(
    uow: UnitOfWork, entity: str, asked: Sequence[Asked], systems: Sequence[str]
) -> tuple[Answered, ...]:
    by_golden = _by_golden_id(uow, entity, {each.code for each in asked})
    by_key = _by_key(uow, entity, asked, systems)
    lines: list[Answered] = []
    for each in asked:
        found = [by_golden[golden_of(each)]] if golden_of(each) in by_golden else _of(each, by_key, systems)
        told = each.code if not each.system else f"{each.system}:{each.code}"
        lines += [replace(line, asked=told) for line in found] or [
            Answered(told, each.system, each.code, "", UNKNOWN, (), "")
        ]
    titles = golden_store.titles_of(uow.connection, {g for line in lines for g in line.resolved_ids})
    return tuple(
        replace(line, title=titles.get(line.resolved_ids[0], "")) if line.resolved_ids else line
        for line in lines
    )


def golden_of(asked: Asked) -> str:
    """The code as a golden ID is written."""
    return narrow(asked.code).upper()


def _by_golden_id(uow: UnitOfWork, entity: str, codes: Iterable[str]) -> dict[str, Answered]:
    """Golden ID -> where it stands, for those codes that are golden IDs of the entity."""
    prefix = uow.hub.dictionary.entity(entity).id_prefix + "-"
    named = {narrow(code).upper() for code in codes}
    rows = golden_store.find_many(uow.connection, {code for code in named if code.startswith(prefix)})
    resolved = golden.resolve_many(uow, rows) if rows else {}
    return {
        golden_id: Answered(
            "", "", "", golden_id, _standing(row.status, resolved[golden_id]), resolved[golden_id], ""
        )
        for golden_id, row in rows.items()
        if row.entity == entity
    }


def _standing(status: str, resolved: Sequence[str]) -> str:
    return "split" if status == "active" and len(resolved) > 1 else status


def _by_key(
    uow: UnitOfWork, entity: str, asked: Sequence[Asked], systems: Sequence[str]
) -> Mapping[tuple[str, str], Answered]:
    """(system, key) -> answer for every key that is known, as written or in half width."""
    wanted: dict[tuple[str, str], None] = {}
    for each in asked:
        for system in [each.system] if each.system else systems:
            wanted |= dict.fromkeys((system, code) for code in (each.code, narrow(each.code)))
    keys = list(wanted)
    answers = xref.look_up_many(uow, entity, keys)
    return {
        key: Answered("", *key, answer.golden_id, answer.status, answer.resolved_ids, "")
        for key, answer in zip(keys, answers, strict=True)
        if answer is not None
    }


def _of(each: Asked, by_key: Mapping[tuple[str, str], Answered], systems: Sequence[str]) -> list[Answered]:
    """The answers for one code; a code that several systems use has one for each."""
    found = []
    for system in [each.system] if each.system else systems:
        answer = by_key.get((system, each.code)) or by_key.get((system, narrow(each.code)))
        if answer is not None:
            found.append(answer)
    return found
