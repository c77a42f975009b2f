"""The dossier of a golden record: whole, verified offline, refused after any change."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random
from shutil import copy

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mdm import verifier
from mdm.connectors.signing_key import signing_key
from mdm.domain.errors import AuditForkedError, ForbiddenError, UnknownGoldenIdError
from mdm.services import decision, dossier, review
from mdm.verifier import verify_dossier
from tests import factories as f


@pytest.fixture
def hub(any_hub, tmp_path):
    """A golden record that was matched by a verdict and carries a value set by hand."""
    any_hub.settings = replace(any_hub.settings, checkpoint_folders=(tmp_path / "one", tmp_path / "two"))
    hub = f.with_widgets(any_hub)
    f.ingest(hub, "ERP", [("1", f.widget("A", "alpha"))])
    f.run(hub, full=True)
    f.put(hub, "MES:1", f.widget("", "alpha"))
    (task,) = f.open_tasks(hub).values()
    f.act(hub, review.decide, task.task_id, "match", "铭牌一致")
    f.act(hub, decision.override, f.ENTITY, f.golden_ids(hub)["ERP:1"], "note", "checked", "seen it")
    return hub


@pytest.fixture
def content(hub):
    return dossier.make(hub, f.SYSTEM, f.ENTITY, f.golden_ids(hub)["ERP:1"])


def told(content: bytes):
    return json.loads(content.split(b"\n")[0])


def test_it_holds_what_an_inspector_asks_for(hub, content):
    held = told(content)
    assert held["golden_id"] == f.golden_ids(hub)["ERP:1"]
    assert {source["system"] for source in held["sources"]} == {"ERP", "MES"}
    assert all(source["versions"][0]["cells"] for source in held["sources"])
    assert {row["kind"] for row in held["decisions"]} == {"review", "override"}
    assert next(row for row in held["decisions"] if row["kind"] == "review")["evidence"]["comparisons"]
    assert {"golden_record", "xref", "decision", "golden_override", "review_task"} <= {
        entry["table_name"] for entry in held["entries"]
    }
    assert len(held["golden_ids"]) == 2


def test_it_is_verified_without_the_hub(content):
    found = verify_dossier(content)
    assert found.faults == ()
    assert found.entries == len(told(content)["entries"]) > 5


def test_any_changed_byte_is_refused(content):
    dice = Random(3)
    places = {0, len(content) - 1, len(content) - 2, content.index(b"\n")} | {
        dice.randrange(len(content)) for _ in range(150)
    }
    for place in places:
        changed = bytearray(content)
        changed[place] ^= 1 << dice.randrange(7)
        try:
            assert not verify_dossier(bytes(changed)).ok, place
        except (ValueError, KeyError, TypeError):
            continue  # it is not even read


def test_an_entry_that_is_not_in_the_trail_is_named_even_if_signed_anew(hub, content):
    held = told(content)
    entry = held["entries"][0]
    entry["content"] = entry["content"].replace("golden", "olden") + " "
    line = json.dumps(held, ensure_ascii=False).encode()
    key = signing_key(hub.settings.checkpoint_key)
    forged = line + b"\n" + base64.b64encode(key.sign(line)) + b"\n"
    assert any("does not stand in the trail" in fault for fault in verify_dossier(forged).faults)


def test_another_key_than_the_trusted_one_is_refused(content):
    assert not verify_dossier(content, [Ed25519PrivateKey.generate().public_key()]).ok


def test_the_program_says_so_where_no_hub_is(content, tmp_path):
    program = copy(verifier.__file__, tmp_path / "verifier.py")
    path = Path(tmp_path / "x.dossier")
    for data, code in ((content, 0), (content.replace("铭牌".encode(), "名牌".encode()), 1), (b"{}\n", 2)):
        path.write_bytes(data)
        command = [sys.executable, "-I", str(program), "dossier", str(path)]
        assert subprocess.run(command, capture_output=True, check=False).returncode == code


def test_without_a_sound_place_there_is_no_dossier(hub):
    hub.settings = replace(hub.settings, checkpoint_folders=())
    with pytest.raises(AuditForkedError):
        dossier.make(hub, f.SYSTEM, f.ENTITY, f.golden_ids(hub)["ERP:1"])


def test_who_may_not_read_the_trail_gets_none(hub):
    with pytest.raises(ForbiddenError):
        dossier.make(hub, f.STEWARD, f.ENTITY, f.golden_ids(hub)["ERP:1"])


def test_an_unknown_id_has_none(hub):
    with pytest.raises(UnknownGoldenIdError):
        dossier.make(hub, f.SYSTEM, f.ENTITY, "WID-0")
