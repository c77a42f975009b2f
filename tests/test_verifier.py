"""The verifier that needs no hub: every kind of tampering is found and located, on a trail it reads from files."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from mdm import verifier
from mdm.connectors.checkpoint_folder import CheckpointFolder
from mdm.domain.audit import merkle_root
from mdm.verifier import Entry, Place, leaf_hash, read_place, verify

COVERED, YOUNGER = 40, 5
KEY = Ed25519PrivateKey.generate()
COLUMNS = ("F", "2026-01-01", "li.na", "xref", "update")


def content(number: int) -> str:
    told = dict(zip(verifier.IN_CONTENT, (*COLUMNS, f"ERP,{number}"), strict=True))
    return json.dumps({**told, "reason": "理由"}, ensure_ascii=False)


def entry(number: int, text: str | None = None) -> Entry:
    return Entry(number, number, content(number) if text is None else text, (*COLUMNS, f"ERP,{number}"))


def leaf_of(told: Entry) -> bytes:
    return leaf_hash((told.content or "").encode())


def numbered(entries: list[Entry]) -> list[Entry]:
    """As an owner would leave them: without a gap in the numbers."""
    return [Entry(n, each.entry_id, each.content, each.columns) for n, each in enumerate(entries, start=1)]


TRAIL = [entry(number) for number in range(1, COVERED + YOUNGER + 1)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place that covers the trail but for its youngest entries, by three checkpoints."""
    place = CheckpointFolder(tmp_path_factory.mktemp("outside") / "place", KEY)
    last = None
    with place.held():
        for start, end in ((0, 1), (1, 23), (23, COVERED)):
            last = place.append(last, map(leaf_of, TRAIL[start:end]), f"2026-01-01T00:00:{end:02}Z")
    return place.path


@pytest.fixture(scope="module")
def place(folder: Path) -> Place:
    return read_place(folder)


def faults(entries: list[Entry], place: Place) -> set[str]:
    return set(verify(entries, [place]).faults)


def test_a_whole_trail_is_whole_and_its_youngest_entries_are_exposed(place: Place) -> None:
    found = verify(TRAIL, [place])
    assert found.ok
    assert (found.entries, found.covered, found.exposed, found.checkpoints) == (45, 40, 5, 3)
    assert found.head == merkle_root([leaf_of(each).hex() for each in TRAIL])


@pytest.mark.parametrize("number", [1, 17, COVERED])
def test_an_altered_entry_is_named(place: Place, number: int) -> None:
    changed = [*TRAIL]
    changed[number - 1] = entry(number, content(number).replace("li.na", "li.no"))
    assert faults(changed, place) == {f"entry {number} (xref ERP,{number}) was altered"}


@pytest.mark.parametrize("number", [1, 17, COVERED - 1])
def test_a_missing_entry_is_named_though_the_rest_was_numbered_anew(place: Place, number: int) -> None:
    left = numbered(TRAIL[: number - 1] + TRAIL[number:])
    assert faults(left, place) == {f"number {number} is missing"}


def test_a_gap_in_the_numbers_is_told(place: Place) -> None:
    assert "number 17 is missing: 18 stands there" in faults(TRAIL[:16] + TRAIL[17:], place)


@pytest.mark.parametrize("number", [1, 17, COVERED])
def test_an_inserted_entry_is_named(place: Place, number: int) -> None:
    more = numbered([*TRAIL[: number - 1], entry(99), *TRAIL[number - 1 :]])
    assert faults(more, place) == {"entry 99 (xref ERP,99) was inserted"}


def test_moved_entries_are_named(place: Place) -> None:
    swapped = [*TRAIL]
    swapped[4], swapped[9] = swapped[9], swapped[4]
    told = faults(numbered(swapped), place)
    assert "entry 10 (xref ERP,10) was moved here from 10" in told
    assert all("was moved here" in fault for fault in told)


@pytest.mark.parametrize("left", [0, 1, 30, COVERED - 1])
def test_a_trail_cut_off_is_told(place: Place, left: int) -> None:
    assert faults(TRAIL[:left], place) == {f"numbers {left + 1} to {COVERED} were cut off"}


def test_younger_entries_may_go_without_a_trace_and_that_is_what_exposure_says(place: Place) -> None:
    found = verify(TRAIL[:COVERED], [place])
    assert (found.ok, found.exposed) == (True, 0)


def test_several_deeds_at_once_are_each_named(place: Place) -> None:
    altered = entry(21, content(21).replace("update", "insert"))
    told = faults(numbered([*TRAIL[:4], *TRAIL[5:20], altered, entry(99), *TRAIL[21:]]), place)
    assert told == {
        "number 5 is missing",
        "entry 21 (xref ERP,21) was altered",
        "entry 99 (xref ERP,99) was inserted",
    }


def test_a_column_that_tells_otherwise_is_named(place: Place) -> None:
    changed = [*TRAIL]
    changed[6] = Entry(7, 7, content(7), ("F", "2026-01-01", "wang", "xref", "update", "ERP,7"))
    assert faults(changed, place) == {"entry 7 (xref ERP,7): column actor was altered"}


def test_every_byte_of_every_covered_entry_counts(place: Place) -> None:
    """Each byte turned into another one is found; a sample of them is located to its row."""
    dice = Random(7)
    for number in range(1, COVERED + 1):
        held, expected = content(number).encode(), place.leaf(number)
        for at in range(len(held)):
            turned = bytearray(held)
            turned[at] ^= dice.randrange(1, 256)
            assert leaf_hash(bytes(turned)) != expected
    for number in dice.sample(range(1, COVERED + 1), 10):
        changed, text = [*TRAIL], content(number)
        at = dice.randrange(len(text))
        changed[number - 1] = entry(number, text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :])
        assert [fault for fault in faults(changed, place) if fault.startswith(f"entry {number} ")]


DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["alter", "remove", "insert", "swap"]),
        st.integers(0, COVERED - 1),
        st.integers(0, COVERED - 1),
    ),
    min_size=1,
    max_size=6,
)


@given(DEEDS)
@settings(max_examples=200)
def test_whatever_is_done_to_covered_entries_is_found(deeds: list[tuple[str, int, int]]) -> None:
    leaves = b"".join(map(leaf_of, TRAIL[:COVERED]))
    place = Place("place", leaves, [verifier.Checkpoint(COVERED, "", "", "", (), "")])
    left = [*TRAIL]
    for deed, one, other in deeds:
        at, to = min(one, len(left) - 1), min(other, len(left) - 1)
        if deed == "alter":
            left[at] = entry(left[at].entry_id, content(left[at].entry_id) + " ")
        elif deed == "remove":
            del left[at]
        elif deed == "insert":
            left.insert(at, entry(100 + other))
        else:
            left[at], left[to] = left[to], left[at]
    same = list(map(leaf_of, left[:COVERED])) == list(map(leaf_of, TRAIL[:COVERED]))
    assert verify(numbered(left), [place]).ok is same


@pytest.mark.parametrize("at", range(0, 220, 11))
def test_any_byte_of_the_last_checkpoint_counts(folder: Path, tmp_path: Path, at: int) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    path = copy / "checkpoints.jsonl"
    held = bytearray(path.read_bytes())
    held[len(held) - 4 - at] ^= 4
    path.write_bytes(held)
    assert not verify(TRAIL, [read_place(copy)]).ok


def test_a_place_signed_by_another_key_is_refused(tmp_path: Path) -> None:
    stranger = CheckpointFolder(tmp_path / "place", Ed25519PrivateKey.generate())
    with stranger.held():
        stranger.append(None, map(leaf_of, TRAIL), "2026-01-01")
    assert verify(TRAIL, [read_place(stranger.path)]).ok
    found = verify(TRAIL, [read_place(stranger.path, [KEY.public_key()])])
    assert found.faults == (f"{stranger.path}: checkpoint 1 carries no valid signature of a trusted key",)


def write(path: Path, entries: list[Entry]) -> Path:
    lines = (
        {
            "seq": each.seq,
            "id": each.entry_id,
            **dict(zip(verifier.COLUMNS, each.columns or (), strict=True)),
            "content": each.content,
        }
        for each in entries
    )
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return path


def alone(folder: Path, *arguments: Path | str) -> subprocess.CompletedProcess[str]:
    """The verifier copied to a folder of its own, with nothing of the hub on its path."""
    program = shutil.copy(verifier.__file__, folder / "verifier.py")
    command = [sys.executable, "-I", program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)


def test_it_runs_by_itself_where_no_hub_is(folder: Path, tmp_path: Path) -> None:
    trail = write(tmp_path / "trail.jsonl", TRAIL)
    whole = alone(tmp_path, "trail", trail, folder, "--json")
    assert (whole.returncode, json.loads(whole.stdout)["ok"]) == (0, True)
    write(trail, TRAIL[:16] + TRAIL[17:])
    broken = alone(tmp_path, "trail", trail, folder)
    assert broken.returncode == 1
    assert "FAULT            number 17 is missing" in broken.stdout
    assert alone(tmp_path, "trail", tmp_path / "nothing", folder).returncode == 2


def test_it_imports_nothing_of_the_hub() -> None:
    text = Path(verifier.__file__).read_text("utf-8")
    assert "import mdm" not in text
    assert "from mdm" not in text


def test_a_line_that_is_none_is_an_entry_that_is_gone(folder: Path, tmp_path: Path) -> None:
    trail = write(tmp_path / "trail.jsonl", TRAIL)
    lines = trail.read_text("utf-8").splitlines()
    trail.write_text("\n".join([*lines[:2], "{broken", *lines[3:]]), "utf-8")
    assert verifier.main(["trail", str(trail), str(folder)]) == 1


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 21, 40])
def test_every_entry_leads_to_the_root_by_its_path_and_no_other_does(size: int) -> None:
    hashes = list(map(leaf_of, TRAIL[:size]))
    root = bytes.fromhex(merkle_root([leaf.hex() for leaf in hashes]))
    paths = verifier.paths_to_root(b"".join(hashes), size, range(1, size + 1))
    for number, path in paths.items():
        assert verifier.root_of_path(hashes[number - 1], number, size, path) == root
        assert verifier.root_of_path(leaf_of(entry(99)), number, size, path) != root
        assert verifier.root_of_path(hashes[number - 1], number, size, [*path, "00" * 32]) is None
        if path:
            assert verifier.root_of_path(hashes[number - 1], number, size, path[:-1]) is None
