"""Killed at any moment, the hub loses nothing it acknowledged and keeps nothing half done.

Oracle: what the parent read as acknowledged is there after the restart, every invariant holds, the journey goes on to
its end, and the partition and values are those of an undisturbed journey in another database (golden IDs differ).
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from mdm.config import load_settings
from mdm.services import setup
from tests import factories as f
from tests.invariants.oracle import assert_holds
from tests.journeys import drive

DRIVER = Path(__file__).parent / "drive.py"
STEPS = 9
WRITES_IN_ALL = 200
"""About how many writing statements a journey takes; kills are spread over them."""


@dataclass(frozen=True)
class Kill:
    """One killed journey: where it was to die, and how."""

    seed: int
    statement: int
    line: int

    @property
    def inside(self) -> bool:
        """Whether the process died inside an open transaction."""
        return self.statement > 0


def kills(number, inside):
    """Seeded points: ``inside`` of them inside a transaction, the others after a line the parent read."""
    chance = random.Random(2026)
    for place in range(number):
        seed = 1 + place // 5 % 3
        if place < inside:
            spread = 2 + place * WRITES_IN_ALL // inside
            yield Kill(seed, spread + chance.randrange(4), 0)
        else:
            yield Kill(seed, 0, 1 + chance.randrange(STEPS - 1))


def start(home, seed, kill_at):
    """The driver as a process of its own."""
    return subprocess.Popen(
        [sys.executable, str(DRIVER), str(home), str(seed), str(STEPS), str(kill_at)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(DRIVER.parents[2])},
    )


def killed(home, kill):
    """What was acknowledged before the process died."""
    process = start(home, kill.seed, kill.statement)
    acknowledged = []
    for line in process.stdout:
        acknowledged.append(json.loads(line))
        if kill.line and len(acknowledged) > kill.line:
            process.send_signal(signal.SIGKILL)
            break
    acknowledged += [json.loads(line) for line in process.stdout.read().splitlines() if line.endswith("}")]
    error = process.stderr.read()
    process.communicate()
    assert process.returncode in {-signal.SIGKILL, 0}, error
    return [line for line in acknowledged if "step" in line], process.returncode == -signal.SIGKILL


def finish(home, seed, first):
    """Go on to the end of the journey after a restart."""
    hub = drive.open_hub(home)
    for number in range(first, STEPS):
        drive.step(hub, seed, number)
    assert_holds(hub)
    hub.close()


def opened(home):
    """The hub as it is after a restart."""
    hub = setup.open_hub(load_settings({"MDM_HOME": str(home)}))
    f.load_rules(hub)
    return hub


def require_acknowledged(hub, acknowledged):
    """Everything the journey was told is there."""
    for line in acknowledged:
        if "load" in line:
            (found,) = f.sql(hub, f"select accepted, received from load where load_id = '{line['load']}'")
            assert tuple(found) == (line["accepted"], line["received"])
            brought = f.sql(hub, f"select count(*) from source_version where load_id = '{line['load']}'")
            assert brought[0][0] == line["accepted"]
        if "record" in line:
            record = f.record_id(hub, line["record"])
            assert f.sql(
                hub,
                f"select 1 from source_version where record_id = {record} and version = {line['version']}",
            )
            assert f.sql(hub, f"select 1 from golden_record where golden_id = '{line['golden_id']}'")
        if "run" in line:
            assert f.sql(hub, f"select 1 from match_run where run_id = '{line['run']}'")
        if "decision" in line:
            assert f.sql(hub, f"select 1 from decision where decision_id = '{line['decision']}'")


def result(home):
    """Partition and values at the end, without golden IDs."""
    hub = opened(home)
    f.run(hub)
    values = f.sql(
        hub,
        "select r.source, r.source_key, v.attributes from source_record r join xref x on x.record_id = r.record_id "
        "join golden_record g on g.golden_id = x.golden_id join golden_version v on v.golden_id = g.golden_id and "
        "v.version = g.version where x.valid_to is null order by r.source, r.source_key",
    )
    found = f.partition(hub), [tuple(row) for row in values]
    hub.close()
    return found


@pytest.fixture
def new_home(scratch, sqlite_template):
    """Makes homes of empty hubs."""
    made = []

    def make():
        home = scratch / uuid4().hex
        shutil.copytree(sqlite_template, home)
        made.append(home)
        return home

    yield make
    for home in made:
        shutil.rmtree(home, ignore_errors=True)


def survive(kill, new_home, undisturbed):
    """Kill, check, go on, compare; returns a line for the table."""
    home = new_home()
    acknowledged, died = killed(home, kill)
    hub = opened(home)
    require_acknowledged(hub, acknowledged)
    assert_holds(hub)
    hub.close()
    done = acknowledged[-1]["step"] + 1 if acknowledged else 0
    finish(home, kill.seed, done)
    if kill.seed not in undisturbed:
        whole = new_home()
        finish(whole, kill.seed, 0)
        undisturbed[kill.seed] = result(whole)
    assert result(home) == undisturbed[kill.seed]
    where = f"statement {kill.statement}" if kill.inside else f"after line {kill.line}"
    return f"{kill.seed:>4}  {where:<16} {'killed' if died else 'ended':<7} {len(acknowledged):>3} acknowledged, 0 lost"


@pytest.mark.invariant("I1", "I2", "I11", "I19")
def test_five_kills_lose_nothing(new_home):
    undisturbed = {}
    for kill in kills(5, inside=3):
        survive(kill, new_home, undisturbed)


@pytest.mark.acceptance
@pytest.mark.invariant("I1", "I2", "I11", "I19")
def test_fifty_kills_lose_nothing(new_home):
    undisturbed = {}
    lines = [survive(kill, new_home, undisturbed) for kill in kills(50, inside=35)]
    print("\nseed  killed at\n" + "\n".join(lines))
    assert sum("statement" in line and "killed" in line for line in lines) >= 30
