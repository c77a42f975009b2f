"""Reading an untrusted file in a process of its own, with limits on memory, time and writing.

The process gets the path and the profile, no setting and no secret, and may not write a file. It answers in JSON
lines, so that a parser taken over by a file can still only send rows. Limits need POSIX; elsewhere the process
only keeps a crash away from the hub.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import astuple
from itertools import islice
from pathlib import Path
from typing import IO, Any

from mdm.connectors.reader import Extract, read_rows
from mdm.connectors.reject_rows import header_and_rows
from mdm.connectors.sniff import Sniffed, sniff
from mdm.domain.errors import UnreadableFileError
from mdm.domain.profile import SourceProfile, parse_profile
from mdm.domain.source import Reject, SourceRow

if sys.platform != "win32":
    import resource

MEMORY = 2 * 1024**3
"""Bytes of address space that reading one file may take."""
SECONDS = 600
"""Processor time that reading one file may take."""

_ROOT = Path(__file__).resolve().parents[2]
_BATCH = 500


def read_rows_guarded(
    path: Path, profile: SourceProfile, *, memory: int = MEMORY, seconds: int = SECONDS
) -> Extract:
    """As ``read_rows``, in a guarded process; costs its start (0.3 s) and a second encoding of each row.

    A file that breaks the process or a limit raises UnreadableFileError, here or while the rows are read.
    """
    stream = _stream(path, profile, memory, seconds)
    columns, sha256, size = next(stream)
    return Extract(tuple(columns), stream, sha256, size)


def count_rows_guarded(path: Path, profile: SourceProfile) -> int:
    """How many rows a file has, rejects included, in a guarded process: reading costs a small part of loading."""
    (rows,) = next(_ask(path, _order("count", path, profile), MEMORY, SECONDS))
    return int(rows)


def lines_guarded(
    path: Path, profile: SourceProfile, wanted: Collection[int]
) -> tuple[list[str], dict[int, list[str]]]:
    """As ``header_and_rows``, in a guarded process."""
    order = {**_order("lines", path, profile), "wanted": sorted(wanted)}
    header, numbered = next(_ask(path, order, MEMORY, SECONDS))
    return header, dict(numbered)


def sniff_guarded(path: Path, header_row: int | None = None) -> Sniffed:
    """As ``sniff``, in a guarded process."""
    order = {"path": str(path.absolute()), "do": "sniff", "header_row": header_row}
    form, encoding, delimiter, at, sheet, columns, rows = next(_ask(path, order, MEMORY, SECONDS))
    return Sniffed(form, encoding, delimiter, at, sheet, tuple(columns), tuple(tuple(row) for row in rows))


def _stream(path: Path, profile: SourceProfile, memory: int, seconds: int) -> Generator[Any, None, None]:
    """First columns, hash and size, then the rows."""
    return _ask(path, _order("read", path, profile), memory, seconds)


def _order(do: str, path: Path, profile: SourceProfile) -> dict[str, object]:
    return {"do": do, "path": str(path.absolute()), "source": profile.source, "profile": profile.to_json()}


def _ask(path: Path, order: Mapping[str, object], memory: int, seconds: int) -> Generator[Any, None, None]:
    """The answers to one order; the process ends with the stream, read to the end or not."""
    child = subprocess.Popen(
        [sys.executable, "-m", "mdm.connectors.guard"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": str(_ROOT), "PATH": os.defpath, "PYTHONUTF8": "1"},
        cwd=_ROOT,
    )
    with child:
        try:
            if child.stdin is None or child.stdout is None:
                raise UnreadableFileError(f"{path.name}: the reading process could not be started")
            # A process that died at once takes no order; that shows in its missing answer.
            with suppress(BrokenPipeError):
                limits = {"memory": memory, "seconds": seconds}
                child.stdin.write(json.dumps({**order, **limits}).encode())
                child.stdin.close()
            yield from _answers(child.stdout, path)
        finally:
            child.kill()


def _answers(pipe: IO[bytes], path: Path) -> Iterator[Any]:
    for line in pipe:
        kind, *content = json.loads(line)
        if kind == "rows":
            yield from (_decoded(row) for row in content[0])
        elif kind == "head":
            yield content
        elif kind == "fault":
            raise UnreadableFileError(content[0], **content[1])
        else:
            return
    raise UnreadableFileError(f"{path.name}: reading it takes more memory or time than any extract should")


def _encoded(row: SourceRow | Reject) -> list[object]:
    if isinstance(row, Reject):
        return [row.row, row.field, row.reason, row.raw]
    return [row.number, row.key, dict(row.cells)]


def _decoded(row: list[Any]) -> SourceRow | Reject:
    return Reject(*row) if len(row) == 4 else SourceRow(*row)


def _serve(orders: IO[str], answers: IO[str]) -> None:
    """The guarded side: take one order, answer it, end."""
    order = json.load(orders)
    _limit(order["memory"], order["seconds"])

    def say(*answer: object) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    try:
        for answer in _done(order):
            say(*answer)
        say("end")
    except UnreadableFileError as error:
        say("fault", error.message, error.details)


def _done(order: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:  # Any: JSON
    """The answers to an order."""
    path = Path(order["path"])
    if order["do"] == "sniff":
        yield "head", *astuple(sniff(path, order["header_row"]))
        return
    profile = parse_profile(order["profile"], None, order["source"])
    if order["do"] == "lines":
        header, lines = header_and_rows(path, profile, order["wanted"])
        yield "head", header, sorted(lines.items())
        return
    extract = read_rows(path, profile)
    if order["do"] == "count":
        yield "head", sum(1 for _ in extract.rows)
        return
    yield "head", extract.columns, extract.sha256, extract.bytes
    while batch := list(islice(extract.rows, _BATCH)):
        yield "rows", [_encoded(row) for row in batch]


def _limit(memory: int, seconds: int) -> None:
    if sys.platform == "win32":
        return
    for kind, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))


if __name__ == "__main__":
    _serve(sys.stdin, sys.stdout)
