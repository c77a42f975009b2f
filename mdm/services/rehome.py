"""Re-homing: moving one source record from the golden record that holds it to another one.

A decision like merge and split: it binds later runs and can be undone.
"""

from __future__ import annotations

from mdm.domain.access import Permission
from mdm.domain.errors import InvalidInputError
from mdm.domain.golden import Effect
from mdm.domain.review import VetoSpoken
from mdm.domain.source import Json
from mdm.services import access, cluster, constraint, decision, rule, second_person, source
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import match as match_store
from mdm.storage import xref as xref_store


def rehome(
    uow: UnitOfWork,
    entity: str,
    key: tuple[str, str],
    golden_id: str,
    reason: str,
    *,
    preview: bool = False,
    expected_version: int | None = None,
    leaving_version: int | None = None,
) -> Effect:
    """Move the source record ``key`` (system, id) to ``golden_id``.

    ``expected_version`` is that of ``golden_id``, ``leaving_version`` that of the golden record which holds it now.

    A record that stands alone takes its golden ID with it: that is a merge. Raises ContradictingVerdictError when a
    verdict keeps them apart, InvalidInputError when a regulated veto does (then split, and propose the merge).
    """
    access.require(uow.actor, Permission.GOLDEN_DECIDE)
    uow.take_turn(entity)
    there = decision.live(uow, entity, golden_id, expected_version)
    record = source.find_record(uow, entity, *key)
    here = xref_store.golden_ids_of(uow.connection, [record.record_id]).get(record.record_id)
    if record.status != "active" or here is None:
        raise InvalidInputError("Only a current record that was matched can move.", field="record")
    decision.live(uow, entity, here, leaving_version)
    if here == there:
        raise InvalidInputError("The record belongs to this golden record already.", field="golden_id")
    members = xref_store.members_of(uow.connection, [here, there])
    rest = decision.ordered(uow, set(members[here]) - {record.record_id})
    if not rest:
        return decision.merge(uow, entity, there, here, reason, preview=preview)
    company = decision.ordered(uow, members[there])
    constraint.refuse_apart(uow, {record.record_id}, set(company))
    _refuse_regulated(uow, entity, record.record_id, company)
    must = [(company[0], other) for other in (*company[1:], record.record_id)]
    must += [(rest[0], other) for other in rest[1:]]
    cannot = [(record.record_id, other) for other in rest]
    subject: dict[str, Json] = {
        "golden_id": there,
        "other_id": here,
        "moved": record.record_id,
        "records": [record.record_id, *rest, *company],
    }
    return decision.carry_out(
        uow,
        entity,
        "rehome",
        subject,
        reason,
        sides=([record.record_id], company),
        must=must,
        cannot=cannot,
        preview=preview,
    )


def _refuse_regulated(uow: UnitOfWork, entity: str, moved: int, company: list[int]) -> None:
    spoken = _regulated(uow, entity, moved, company)
    if spoken:
        raise InvalidInputError(
            "A regulated veto speaks between them: split the record off, then propose the merge, which a second "
            "person confirms.",
            field="golden_id",
            vetoes=[veto.name for veto in spoken],
        )


def _regulated(uow: UnitOfWork, entity: str, moved: int, company: list[int]) -> tuple[VetoSpoken, ...]:
    matcher = rule.matcher(uow, entity)
    ready = cluster.prepare_many(matcher, match_store.features(uow.connection, [moved, *company]))
    sides = [[moved], company]
    return second_person.crossed(matcher, [[ready[r] for r in side if r in ready] for side in sides])
