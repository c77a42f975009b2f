"""Verifies an exported audit trail, or the dossier of one golden record, without a hub.

Needs Python and the package ``cryptography``, nothing else, so that an inspector can read it, copy it to a clean
machine and run it there: ``python verifier.py trail trail.jsonl PLACE [PLACE ...]`` or ``dossier FILE``; installed as
``mdm-verify``.

- The trail is JSON lines, one entry a line in the order in which they were sealed: ``seq`` (its number, from 1),
  ``id``, ``content`` (the text that the database wrote with the change) and the columns that lie beside it.
- A place is a folder that the hub writes to and the owner of the database does not: ``leaves`` (the 32-byte hashes of
  all entries, one after another), ``checkpoints.jsonl`` and ``public_key.pem``.
- A checkpoint signs (Ed25519) how many entries there were and the root of the tree over their hashes (RFC 6962).

What a checkpoint covers is found out whatever became of the database; later entries are told as exposure.

A dossier is two lines: one JSON object, and the signature (base64) over exactly the bytes of the first line. It holds
audit entries each with its path to the root that the checkpoint within signs.
"""

from __future__ import annotations

import argparse
import base64
import bisect
import hashlib
import json
import sys
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

SIZE = hashlib.sha256().digest_size
COLUMNS = ("fact_id", "at", "actor", "table_name", "operation", "row_key")
"""Columns beside the content, which must tell the same."""
IN_CONTENT = ("fact", "at", "actor", "table", "operation", "key")
"""Their names within the content, in the same order."""
DOSSIER = "mdm.dossier/1"
"""What a dossier calls itself."""
FIRST = 20
"""How many entries a fault names one by one before it only counts."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One audit entry: its number from 1, its id, the content (None: it is gone), and the columns beside it."""

    seq: int
    entry_id: int
    content: str | None
    columns: tuple[Any, ...] | None = None  # Any: whatever the store holds there


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What one line of a place signs: so many entries, the root over their hashes, when, and the line before."""

    size: int
    root: str
    at: str
    previous: str
    peaks: tuple[str, ...]
    key: str


@dataclass(slots=True)
class Place:
    """One folder outside the database, as it was read: its leaves and its checkpoints in order."""

    name: str
    leaves: bytes
    checkpoints: list[Checkpoint]
    faults: list[str] = field(default_factory=list)

    @property
    def covered(self) -> int:
        """How many entries the last good checkpoint covers."""
        return self.checkpoints[-1].size if self.checkpoints else 0

    def leaf(self, seq: int) -> bytes:
        """The hash of the entry with this number."""
        return self.leaves[(seq - 1) * SIZE : seq * SIZE]


@dataclass(frozen=True, slots=True)
class Verified:
    """What verification found; ``exposed``: entries after the last checkpoint, which nothing outside vouches for."""

    entries: int
    covered: int
    exposed: int
    head: str
    checkpoints: int
    last_checkpoint: str
    keys: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was altered."""
        return not self.faults


class Tree:
    """The tree of RFC 6962 grown leaf by leaf: it holds the roots of its complete subtrees, the largest first."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self._peaks = list(peaks)

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """Roots of the complete subtrees; one for each bit that is set in the size."""
        return tuple(self._peaks)

    def add(self, leaf: bytes) -> None:
        """Append the hash of one entry."""
        self._peaks.append(leaf)
        size = self.size
        while size & 1:
            right = self._peaks.pop()
            self._peaks.append(_node(self._peaks.pop(), right))
            size >>= 1
        self.size += 1

    def root(self) -> bytes:
        """What stands for all leaves; of none: SHA-256 of nothing."""
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = _node(peak, root)
        return root


def leaf_hash(content: bytes) -> bytes:
    """Hash of one entry: SHA-256 of a zero byte and its content."""
    return hashlib.sha256(b"\x00" + content).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def signed_bytes(checkpoint: Checkpoint) -> bytes:
    """The bytes that the signature of a checkpoint is over."""
    return json.dumps(asdict(checkpoint), sort_keys=True, separators=(",", ":")).encode()


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 (hex) of the raw public key: what is compared when somebody hands the key over."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()


def read_place(folder: Path, keys: Sequence[Ed25519PublicKey] = ()) -> Place:
    """A place with its own faults: a signature that does not hold, leaves that do not give the signed root.

    Without ``keys`` the place's own ``public_key.pem`` counts: then compare the printed fingerprint with the one the
    manufacturer keeps.
    """
    leaves = (folder / "leaves").read_bytes()
    lines = (folder / "checkpoints.jsonl").read_text("utf-8").splitlines()
    trusted = {fingerprint(key): key for key in keys or [_read_key(folder / "public_key.pem")]}
    place = Place(str(folder), leaves, [])
    previous = ""
    tree = Tree()
    for number, line in enumerate(lines, start=1):
        told = f"{folder}: checkpoint {number}"
        checkpoint = _signed(line, trusted)
        if checkpoint is None:
            place.faults.append(f"{told} carries no valid signature of a trusted key")
            break
        if checkpoint.previous != previous or checkpoint.size < tree.size:
            place.faults.append(f"{told} does not follow the one before it")
            break
        if len(leaves) < checkpoint.size * SIZE:
            missing = checkpoint.size - len(leaves) // SIZE
            place.faults.append(f"{told}: the last {missing} leaves it covers are not there")
            break
        for seq in range(tree.size + 1, checkpoint.size + 1):
            tree.add(place.leaf(seq))
        if tree.root().hex() != checkpoint.root:
            place.faults.append(f"{told}: the leaves up to {checkpoint.size} do not give the signed root")
            break
        place.checkpoints.append(checkpoint)
        previous = hashlib.sha256(signed_bytes(checkpoint)).hexdigest()
    return place


def _read_key(path: Path) -> Ed25519PublicKey:
    return _loaded(path.read_bytes())


def _loaded(pem: bytes) -> Ed25519PublicKey:
    key = load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("this is no Ed25519 key")
    return key


def _signed(line: str, trusted: dict[str, Ed25519PublicKey]) -> Checkpoint | None:
    try:
        held = json.loads(line)
        told = held["checkpoint"]
        checkpoint = Checkpoint(
            told["size"], told["root"], told["at"], told["previous"], tuple(told["peaks"]), told["key"]
        )
        trusted[checkpoint.key].verify(base64.b64decode(held["signature"]), signed_bytes(checkpoint))
    except (ValueError, KeyError, TypeError, InvalidSignature):
        return None
    return checkpoint


def verify(entries: Iterable[Entry], places: Sequence[Place], seals: Place | None = None) -> Verified:
    """Compare the trail with every place; each fault names the entry and what is wrong with it.

    ``seals``: hashes that lie beside the trail itself and vouch for nothing outside.
    """
    compared = [*places, *([seals] if seals else [])]
    found = _Trail(compared)
    for entry in entries:
        found.add(entry)
    differences = [fault for place in compared for fault in found.differences(place)]
    faults = [fault for place in places for fault in place.faults]
    faults += found.faults + differences + found.column_faults(set(differences)) + _forks(places)
    last = max(places, key=lambda place: place.covered, default=None)
    covered = last.covered if last else 0
    return Verified(
        entries=found.tree.size,
        covered=covered,
        exposed=max(found.tree.size - covered, 0),
        head=found.tree.root().hex(),
        checkpoints=sum(len(place.checkpoints) for place in places),
        last_checkpoint=last.checkpoints[-1].at if last and last.checkpoints else "",
        keys=tuple(sorted({each.key for place in places for each in place.checkpoints})),
        faults=tuple(dict.fromkeys(faults)),
    )


class _Trail:
    """The trail as it is read: its hashes, what is wrong within it, and where it first leaves each place."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.tree = Tree()
        self.faults: list[str] = []
        self._hashes = bytearray()
        self._names: list[str] = []
        """Of the entries from ``_named_from`` on: only where something differs they are asked for."""
        self._named_from = 0
        self._gone: set[int] = set()
        self._columns: dict[str, list[str]] = {}
        self._last = 0
        self._places = places

    def add(self, entry: Entry) -> None:
        """Take the next entry in."""
        place = self.tree.size + 1
        if entry.seq != self._last + 1:
            self.faults.append(f"number {self._last + 1} is missing: {entry.seq} stands there")
        self._last = entry.seq
        digest = leaf_hash((entry.content or "").encode("utf-8", "surrogatepass"))
        self.tree.add(digest)
        self._hashes += digest
        if self._names or any(place <= each.covered and each.leaf(place) != digest for each in self._places):
            self._named_from = self._named_from or place
            self._names.append(_name(entry))
        if entry.content is None:
            self._gone.add(place)
            self.faults.append(f"entry {entry.entry_id} was removed")
        elif entry.columns is not None:
            self._note(entry, entry.content, entry.columns)

    def column_faults(self, told: Container[str]) -> list[str]:
        """Where a column differs from its content; nothing of entries whose content is ``told`` to be altered."""
        return [
            f"{name}: column {column} was altered"
            for name, columns in self._columns.items()
            if f"{name} was altered" not in told
            for column in columns
        ]

    def _note(self, entry: Entry, content: str, columns: Sequence[Any]) -> None:  # Any: as in Entry
        try:
            told = json.loads(content)
            held = [str(told[name]) for name in IN_CONTENT]
        except (ValueError, KeyError, TypeError):
            self._columns[_name(entry)] = ["content"]
            return
        if held != [str(column) for column in columns]:
            self._columns[_name(entry)] = [
                name
                for name, inside, beside in zip(COLUMNS, held, columns, strict=True)
                if inside != str(beside)
            ]

    def differences(self, place: Place) -> list[str]:
        """What of the entries that this place covers is altered, missing, inserted, reordered or cut off."""
        covered = place.covered * SIZE
        expected, present = place.leaves[:covered], bytes(self._hashes)
        if present[:covered] == expected:
            return []
        start = next(
            n for n in range(place.covered) if present[n * SIZE : n * SIZE + SIZE] != place.leaf(n + 1)
        )
        here = _pieces(present[start * SIZE :])
        there = _pieces(expected[start * SIZE :])
        return _told(there, here, start, self._name_at, self._gone)

    def _name_at(self, seq: int) -> str:
        place = seq - self._named_from
        return self._names[place] if 0 <= place < len(self._names) else f"number {seq}"


def _name(entry: Entry) -> str:
    try:
        told = json.loads(entry.content or "")
        return f"entry {entry.entry_id} ({told['table']} {told['key']})"
    except (ValueError, KeyError, TypeError):
        return f"entry {entry.entry_id}"


def _pieces(hashes: bytes) -> list[bytes]:
    return [hashes[n : n + SIZE] for n in range(0, len(hashes), SIZE)]


def _told(
    there: list[bytes], here: list[bytes], start: int, name_at: Callable[[int], str], gone_here: set[int]
) -> list[str]:
    """Name what turned ``there`` into ``here``; both begin at entry ``start`` + 1."""
    origin = _origins(there, here)
    kept = _longest_rising([(where, n) for n, where in origin.items()])
    moved = {n: origin[n] for n in origin.keys() - {n for _, n in kept}}
    faults = [
        f"{name_at(start + n + 1)} was moved here from {start + where + 1}"
        for n, where in sorted(moved.items())
    ]
    departed = set(moved.values())
    last = -1, -1
    for where, n in [*kept, (len(there), len(here))]:
        gone = [at for at in range(last[0] + 1, where) if at not in departed]
        new = [at for at in range(last[1] + 1, n) if at not in origin]
        last = where, n
        if where == len(there):
            # What stands after all that is covered is younger than the checkpoint.
            new = new[: len(gone)]
            if gone and not new:
                faults.append(f"numbers {start + gone[0] + 1} to {start + gone[-1] + 1} were cut off")
                continue
        faults += [
            f"{name_at(start + at + 1)} was {'removed' if start + at + 1 in gone_here else 'altered'}"
            for at in new[: len(gone)]
        ]
        faults += [f"{name_at(start + at + 1)} was inserted" for at in new[len(gone) :]]
        faults += [f"number {start + at + 1} is missing" for at in gone[len(new) :]]
    if len(faults) > FIRST:
        return [*faults[:FIRST], f"and {len(faults) - FIRST} more"]
    return faults


def _origins(there: list[bytes], here: list[bytes]) -> dict[int, int]:
    """Place in ``here`` -> the place in ``there`` it came from, in the order of ``here``."""
    waiting: dict[bytes, deque[int]] = {}
    for where, digest in enumerate(there):
        waiting.setdefault(digest, deque()).append(where)
    return {n: waiting[digest].popleft() for n, digest in enumerate(here) if waiting.get(digest)}


def _longest_rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of the pairs, in order of the second, whose first members rise."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for n, (value, _) in enumerate(pairs):
        place = bisect.bisect_left(tails, value)
        tails[place : place + 1] = [value]
        before.append(ends[place - 1] if place else -1)
        ends[place : place + 1] = [n]
    chosen = []
    n = ends[-1] if ends else -1
    while n >= 0:
        chosen.append(pairs[n])
        n = before[n]
    return chosen[::-1]


def _forks(places: Sequence[Place]) -> list[str]:
    """Where two places, each sound in itself, tell two histories."""
    faults = []
    for n, one in enumerate(places):
        for other in places[n + 1 :]:
            both = min(one.covered, other.covered)
            if one.leaves[: both * SIZE] == other.leaves[: both * SIZE]:
                continue
            seq = next(seq for seq in range(1, both + 1) if one.leaf(seq) != other.leaf(seq))
            faults.append(f"{one.name} and {other.name} tell two histories from entry {seq} on: forked")
    return faults


def paths_to_root(leaves: bytes, size: int, numbers: Iterable[int]) -> dict[int, list[str]]:
    """Number of an entry -> the hashes (hex) that lead from its leaf to the root over the first ``size`` leaves."""
    level = _pieces(leaves[: size * SIZE])
    places = {number: number - 1 for number in numbers}
    found: dict[int, list[str]] = {number: [] for number in places}
    while len(level) > 1:
        for number, place in places.items():
            beside = place ^ 1
            if beside < len(level):
                found[number].append(level[beside].hex())
            places[number] = place // 2
        odd = [level[-1]] if len(level) % 2 else []
        level = [_node(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)] + odd
    return found


def root_of_path(leaf: bytes, number: int, size: int, path: Sequence[str]) -> bytes | None:
    """The root that this path leads to; None when it has another length than the tree asks for."""
    here, place, width, left = leaf, number - 1, size, list(path)
    while width > 1:
        if place % 2 or place + 1 < width:  # else it stands alone and rises as it is
            if not left:
                return None
            beside = bytes.fromhex(left.pop(0))
            here = _node(beside, here) if place % 2 else _node(here, beside)
        place, width = place // 2, (width + 1) // 2
    return None if left else here


@dataclass(frozen=True, slots=True)
class VerifiedDossier:
    """What verification of a dossier found; ``key``: fingerprint of the key that signed it."""

    golden_id: str
    made_at: str
    made_by: str
    entries: int
    covered: int
    key: str
    faults: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether it is as it was signed, and every entry stands in the trail that the checkpoint signs."""
        return not self.faults


def verify_dossier(content: bytes, keys: Sequence[Ed25519PublicKey] = ()) -> VerifiedDossier:
    """Check the signature over the whole, the checkpoint within, and the path of every entry.

    Without ``keys`` the key within the dossier counts: then compare its fingerprint with the one the manufacturer
    keeps. Raises ValueError for what is no dossier at all.
    """
    line, _, rest = content.partition(b"\n")
    told = json.loads(line)
    if not isinstance(told, dict) or told.get("kind") != DOSSIER:
        raise ValueError("this is no dossier")
    signature, end = rest[:-1], rest[-1:]
    trusted = {fingerprint(key): key for key in keys or [_loaded(str(told["public_key"]).encode())]}
    faults = []
    signer = trusted.get(str(told["key"]))
    if end != b"\n" or signer is None or not _is_signed(signer, line, signature):
        faults.append("the dossier was altered, or carries no signature of a trusted key")
    checkpoint = _signed(json.dumps(told["checkpoint"]), trusted)
    if checkpoint is None:
        faults.append("the checkpoint within carries no valid signature of a trusted key")
    entries = told["entries"]
    faults += [fault for entry in entries for fault in _entry_faults(entry, checkpoint)]
    return VerifiedDossier(
        golden_id=str(told["golden_id"]),
        made_at=str(told["made_at"]),
        made_by=str(told["made_by"]),
        entries=len(entries),
        covered=checkpoint.size if checkpoint else 0,
        key=str(told["key"]),
        faults=tuple(faults),
    )


def _is_signed(key: Ed25519PublicKey, line: bytes, signature: bytes) -> bool:
    try:
        raw = base64.b64decode(signature, validate=True)
        key.verify(raw, line)
    except (ValueError, InvalidSignature):
        return False
    return base64.b64encode(raw) == signature  # base64 has several spellings of one signature


def _entry_faults(told: dict[str, Any], checkpoint: Checkpoint | None) -> list[str]:  # Any: JSON
    entry = Entry(told["seq"], told["id"], told["content"], tuple(told[name] for name in COLUMNS))
    trail = _Trail(())
    trail.add(Entry(1, entry.entry_id, entry.content, entry.columns))
    faults = trail.faults + trail.column_faults(set())
    if checkpoint is not None:
        leaf = leaf_hash(str(entry.content).encode("utf-8", "surrogatepass"))
        root = root_of_path(leaf, entry.seq, checkpoint.size, told["path"])
        if root is None or root.hex() != checkpoint.root:
            faults.append(f"{_name(entry)} does not stand in the trail that the checkpoint signs")
    return faults


def read_trail(path: Path) -> Iterator[Entry]:
    """The entries of an exported trail, in the order of the file."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                held = json.loads(line)
                columns = tuple(held[name] for name in COLUMNS)
                yield Entry(held["seq"], held["id"], held["content"], columns)
            except (ValueError, KeyError, TypeError):
                yield Entry(number, number, None, (None,) * len(COLUMNS))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what verification found; 0 when nothing was altered, 1 when something was, 2 when it cannot be read."""
    options = _parser().parse_args(arguments)
    try:
        keys = [_read_key(path) for path in options.key]
        if options.what == "dossier":
            return _answer(verify_dossier(options.file.read_bytes(), keys), as_json=options.as_json)
        places = [read_place(folder, keys) for folder in options.places]
        return _answer(verify(read_trail(options.file), places), as_json=options.as_json)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"cannot be read: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mdm-verify", description=(__doc__ or "").split("\n", 1)[0])
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--key", type=Path, action="append", default=[], help="trusted public key (PEM)")
    shared.add_argument("--json", action="store_true", dest="as_json", help="one JSON object")
    kinds = parser.add_subparsers(dest="what", required=True)
    trail = kinds.add_parser("trail", parents=[shared], help="an exported audit trail")
    trail.add_argument("file", type=Path, help="JSON lines, as `mdm audit export` wrote them")
    trail.add_argument("places", type=Path, nargs="+", help="folders with leaves and checkpoints.jsonl")
    dossier = kinds.add_parser("dossier", parents=[shared], help="the dossier of one golden record")
    dossier.add_argument("file", type=Path, help="as `mdm dossier` wrote it")
    return parser


def _answer(found: Verified | VerifiedDossier, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"ok": found.ok, **asdict(found)}))
    else:
        for name, value in asdict(found).items():
            if name != "faults":
                print(f"{name:<16} {', '.join(value) if isinstance(value, tuple) else value}")
        for fault in found.faults:
            print(f"FAULT            {fault}")
        print("nothing was altered" if found.ok else "ALTERED")
    return 0 if found.ok else 1


if __name__ == "__main__":
    sys.exit(main())
