"""Random histories of everything people and systems do; after each step every invariant still holds."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mdm.config import load_settings
from mdm.domain.errors import MdmError
from mdm.services import decision, intake, load, review, setup
from tests import factories as f
from tests.invariants.oracle import violations

KEYS = [f"{system}:{number}" for system in ("ERP", "MES", "QMS") for number in (1, 2, 3)]
WIDGETS = st.builds(
    f.widget,
    code=st.sampled_from(["", "A", "B"]),
    name=st.sampled_from(["", "alpha", "beta"]),
    maker=st.sampled_from(["", "acme"]),
    colour=st.sampled_from(["", "", "red", "blue"]),
    note=st.sampled_from(["", "x", "y"]),
)
PLACES = st.integers(min_value=0, max_value=99)


class History(RuleBasedStateMachine):
    """A hub that people and systems work on."""

    template: Path
    scratch: Path

    @initialize()
    def open(self) -> None:
        home = self.scratch / uuid4().hex
        shutil.copytree(self.template, home)
        self.hub = f.with_widgets(setup.open_hub(load_settings({"MDM_HOME": str(home)})))
        self.issued: set[str] = set()
        self.seen: list[tuple[str, list[tuple[object, ...]]]] = []
        self.negatives: dict[frozenset[int], str] = {}

    def teardown(self) -> None:
        if hasattr(self, "hub"):
            self.hub.close()
            shutil.rmtree(self.hub.settings.home, ignore_errors=True)

    # -- what systems do

    @rule(key=st.sampled_from(KEYS), attributes=WIDGETS)
    def put(self, key: str, attributes: dict[str, str]) -> None:
        f.put(self.hub, key, attributes)
        self.check()

    @rule(
        system=st.sampled_from(["ERP", "MES", "QMS"]), rows=st.dictionaries(st.sampled_from("1234"), WIDGETS)
    )
    def ingest(self, system: str, rows: dict[str, dict[str, str]]) -> None:
        f.ingest(self.hub, system, rows.items())
        self.check()

    @rule(key=st.sampled_from(KEYS))
    def retire(self, key: str) -> None:
        system, _, source_id = key.partition(":")
        self.attempt(intake.retire_record, f.ENTITY, system, source_id, actor=f.SYSTEM)

    @rule(place=PLACES)
    def undo_load(self, place: int) -> None:
        loads = f.sql(self.hub, "select load_id from load where status = 'accepted' order by load_id")
        if loads:
            self.attempt(load.undo_load, loads[place % len(loads)].load_id, actor=f.SYSTEM)

    @rule()
    def run_new(self) -> None:
        f.run(self.hub)
        self.check()

    @rule()
    def run_full(self) -> None:
        f.run(self.hub)
        before, asked = f.partition(self.hub), f.questions(self.hub)
        versions = f.sql(self.hub, "select count(*) from golden_version")
        f.run(self.hub, full=True)
        assert f.partition(self.hub) == before, "I9: a full run groups otherwise than step by step"
        assert f.questions(self.hub) == asked, "I9: a full run asks otherwise than step by step"
        assert f.sql(self.hub, "select count(*) from golden_version") == versions, (
            "I8: rebuilding changed a value"
        )
        self.check()

    # -- what people do

    @rule(place=PLACES, verdict=st.sampled_from(["match", "non-match", "non-match", "unsure"]))
    def decide(self, place: int, verdict: str) -> None:
        tasks = list(f.open_tasks(self.hub).values())
        if tasks:
            self.attempt(review.decide, tasks[place % len(tasks)].task_id, verdict, "looked at it")

    @rule(one=PLACES, other=PLACES)
    def merge(self, one: int, other: int) -> None:
        ids = self.live()
        if ids:
            self.attempt(decision.merge, f.ENTITY, ids[one % len(ids)], ids[other % len(ids)], "the same")

    @rule(place=PLACES)
    def unmerge(self, place: int) -> None:
        ids = sorted(self.issued)
        if ids:
            self.attempt(decision.unmerge, f.ENTITY, ids[place % len(ids)], "not the same")

    @rule(place=PLACES, share=st.integers(min_value=1, max_value=3))
    def split(self, place: int, share: int) -> None:
        ids = self.live()
        if ids:
            chosen = ids[place % len(ids)]
            keys = sorted(key for key, g in f.golden_ids(self.hub).items() if g == chosen)
            pairs = [tuple(key.split(":")) for key in keys[:share]]
            self.attempt(decision.split, f.ENTITY, chosen, pairs, "two things")

    @rule(place=PLACES, attribute=st.sampled_from(["note", "maker"]), value=st.sampled_from(["p", "q"]))
    def override(self, place: int, attribute: str, value: str) -> None:
        ids = self.live()
        if ids:
            self.attempt(decision.override, f.ENTITY, ids[place % len(ids)], attribute, value, "known better")

    @rule(place=PLACES)
    def undo(self, place: int) -> None:
        made = f.sql(self.hub, "select decision_id from decision order by decision_id")
        if made:
            self.attempt(decision.undo, made[place % len(made)].decision_id, "a mistake")

    # -- what must hold

    @precondition(lambda self: hasattr(self, "hub") and len(self.seen) < 6)
    @rule()
    def remember(self) -> None:
        moment = self.hub.now()
        self.seen.append((moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), self.state_at(moment)))

    def live(self) -> list[str]:
        return sorted(set(f.golden_ids(self.hub).values()))

    def attempt(self, do, *args, actor=f.STEWARD) -> None:
        """Do it, or be refused without a trace."""
        before = f.sql(self.hub, "select count(*), max(id) from audit_event")
        try:
            f.act(self.hub, do, *args, actor=actor)
        except MdmError:
            assert f.sql(self.hub, "select count(*), max(id) from audit_event") == before
        self.check()

    def check(self) -> None:
        assert violations(self.hub) == []
        now = {g for (g,) in f.sql(self.hub, "select golden_id from golden_record")}
        assert self.issued <= now, "I3: an issued golden ID is gone"
        self.issued = now
        for text, state in self.seen:
            moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
            assert self.state_at(moment) == state, f"I17: the state as of {text} changed"

    def state_at(self, moment: datetime) -> list[tuple[object, ...]]:
        at = moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        links = f.sql(
            self.hub,
            f"select record_id, golden_id from xref where valid_from <= '{at}' "
            f"and (valid_to is null or valid_to > '{at}') order by record_id, golden_id",
        )
        values = f.sql(
            self.hub,
            "select golden_id, version, attributes, status, members from golden_version v where valid_from <= "
            f"'{at}' and not exists (select 1 from golden_version w where w.golden_id = v.golden_id and "
            f"w.version > v.version and w.valid_from <= '{at}') order by golden_id",
        )
        return [tuple(row) for row in (*links, *values)]


def _play(template: Path, scratch: Path, examples: int, steps: int, *, repeatable: bool) -> None:
    machine = type("History", (History,), {"template": template, "scratch": scratch})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=timedelta(seconds=60),
            database=None,
            derandomize=repeatable,
            phases=(Phase.generate,),  # the steps are printed; shrinking them would take minutes
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )


@pytest.mark.invariant("I2", "I3", "I4", "I6", "I7", "I8", "I9", "I10", "I11", "I17", "I18", "I19")
def test_every_invariant_holds_after_every_step_of_random_histories(sqlite_template, scratch):
    _play(sqlite_template, scratch, 8, 20, repeatable=True)


@pytest.mark.acceptance
@pytest.mark.invariant("I2", "I3", "I4", "I6", "I7", "I8", "I9", "I10", "I11", "I17", "I18", "I19")
def test_every_invariant_holds_through_long_random_histories(sqlite_template, scratch):
    _play(sqlite_template, scratch, 150, 50, repeatable=False)
