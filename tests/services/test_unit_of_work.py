"""All or nothing: whichever statement of a use case fails, nothing of it stays."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy import event as sqlalchemy_event

from mdm.domain.errors import ActorMissingError, WriteConflictError
from mdm.services import decision, intake, load, review
from mdm.storage.schema import metadata
from tests import factories as f
from tests.invariants.oracle import assert_holds


class PowerCutError(Exception):
    """The statement that never came back."""


@contextmanager
def failing_at(hub, number):
    """Fail the ``number``-th writing statement; yields the count of those that were tried."""
    tried = [0]

    def count(connection, cursor, statement, parameters, context, many):
        if statement.lstrip().split(None, 1)[0].upper() in {"INSERT", "UPDATE", "DELETE"}:
            tried[0] += 1
            if tried[0] == number:
                raise PowerCutError

    engine = hub.database.engine
    sqlalchemy_event.listen(engine, "before_cursor_execute", count)
    try:
        yield tried
    finally:
        sqlalchemy_event.remove(engine, "before_cursor_execute", count)


def dump(hub):
    """Every row of every table."""
    with hub.database.reading() as connection:
        return {
            name: sorted(map(repr, connection.execute(table.select()).all()))
            for name, table in metadata.tables.items()
        }


def task_of(hub):
    return next(iter(f.open_tasks(hub).values())).task_id


def put(hub):
    f.put(hub, "QMS:1", f.widget("A", "alpha", "acme"))


def ingest(hub):
    f.ingest(hub, "MES", [("1", f.widget("B")), ("2", f.widget("A")), ("", f.widget("A"))])


def run(hub):
    f.run(hub, full=True)


def decide(hub):
    f.act(hub, review.decide, task_of(hub), "match", "same thing")


def merge(hub):
    f.act(hub, decision.merge, f.ENTITY, *sorted(set(f.golden_ids(hub).values()))[:2], "same")


def unmerge(hub):
    f.act(hub, decision.unmerge, f.ENTITY, f.golden_ids(hub)["ERP:8"], "not the same")


def split(hub):
    f.act(hub, decision.split, f.ENTITY, f.golden_ids(hub)["ERP:8"], [("ERP", "8")], "not the same")


def override(hub):
    f.act(hub, decision.override, f.ENTITY, f.golden_ids(hub)["ERP:8"], "note", "n", "known")


def undo(hub):
    (made,) = f.sql(hub, "select decision_id from decision where kind = 'merge'")
    f.act(hub, decision.undo, made.decision_id, "a mistake")


def retire(hub):
    f.act(hub, intake.retire_record, f.ENTITY, "ERP", "1", actor=f.SYSTEM)


def undo_load(hub):
    (made,) = f.sql(hub, "select load_id from load")
    f.act(hub, load.undo_load, made.load_id, actor=f.SYSTEM)


@pytest.mark.invariant("I11")
@pytest.mark.parametrize(
    "act", [put, ingest, run, decide, merge, unmerge, split, override, undo, retire, undo_load]
)
def test_whichever_statement_fails_nothing_stays(hub, act):
    f.with_widgets(hub)
    f.ingest(hub, "QMS", [("7", f.widget("C", "gamma"))])
    f.run(hub)
    f.put_all(hub, {"ERP:1": f.widget("A", "alpha"), "MES:1": f.widget("", "alpha")})
    f.put_all(hub, {"ERP:8": f.widget("X"), "ERP:9": f.widget("Y")})
    ids = f.golden_ids(hub)
    f.act(hub, decision.merge, f.ENTITY, ids["ERP:8"], ids["ERP:9"], "same")
    before, number = dump(hub), 0
    while True:
        number += 1 if number < 8 else 3
        with failing_at(hub, number) as tried:
            try:
                act(hub)
                break
            except PowerCutError:
                pass
        assert dump(hub) == before, f"statement {number} left something behind"
    assert 0 < tried[0] < number
    assert dump(hub) != before
    assert_holds(hub)


@pytest.mark.invariant("I11")
@pytest.mark.parametrize("reason", ["", "  "])
def test_a_unit_of_work_without_reason_is_refused(hub, reason):
    with pytest.raises(ActorMissingError), hub.unit_of_work(f.SYSTEM, reason):
        pass


def test_who_waits_in_vain_for_a_turn_to_write_is_told_to_try_again(hub):
    hub.database.engine.dispose()
    sqlalchemy_event.listen(
        hub.database.engine, "connect", lambda one, _: one.execute("PRAGMA busy_timeout=20").close()
    )
    with (
        hub.unit_of_work(f.SYSTEM, "takes its time"),
        pytest.raises(WriteConflictError),
        hub.unit_of_work(f.SYSTEM, "in vain"),
    ):
        pytest.fail("two wrote at once")
