"""Extracts damaged at random are read as rows and rejects or refused as a whole; nothing else ever happens."""

import io
import random
import zipfile
from pathlib import Path

import pytest

from mdm.connectors.reader import read_rows
from mdm.connectors.writer import TableFormat, write_table
from mdm.domain.errors import UnreadableFileError
from mdm.domain.profile import parse_profile
from mdm.domain.source import Reject, SourceRow

PIECES = [
    *(b"\0", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xff\xff\xff\xff", b'"', b"\r", b"\n", b",", b"'="),
    *(b"<", b">", b"&", b"&#0;", b"]]>", b"<!DOCTYPE a>", b"<c/>", b'r="ZZZ9999999"', b't="s"', b"_x0000_"),
    *(
        b"[[[[",
        b"{",
        b"}",
        b"1e999",
        b"NaN",
        b"-1",
        b"999999999999",
        b"\\ud800",
        b"PK\3\4",
        b"PK\1\2",
        b"PK\5\6",
    ),
]


def damaged(content: bytes, chance: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(data) + 1)
        match chance.randint(0, 3):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                data[at:at] = chance.choice(PIECES)
            case 2:
                del data[at : at + chance.randint(1, 40)]
            case _:
                del data[max(1, at) :]
    return bytes(data)


def damaged_inside(content: bytes, chance: random.Random) -> bytes:
    """A sound archive with one damaged entry."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(result, "w") as target:
        victim = chance.choice(source.namelist())
        for name in source.namelist():
            target.writestr(name, damaged(source.read(name), chance) if name == victim else source.read(name))
    return result.getvalue()


def sound(folder: Path, form: str) -> bytes:
    if form == "xml":
        return f"<a>{''.join(f'<r><id>{n}</id><name>轴承</name></r>' for n in range(6))}</a>".encode()
    path = folder / "sound"
    write_table(path, ["id", "name"], [[str(n), 'a,"轴承"\n'] for n in range(6)], TableFormat(form))
    return path.read_bytes()


def outcome(path: Path, form: str) -> list[SourceRow | Reject] | str:
    """The rows, or the message with which the file is refused."""
    profile = parse_profile(
        {"format": form, "id_column": "id", "columns": {"name": "legal_name"}}, None, "ERP"
    )
    try:
        return list(read_rows(path, profile).rows)
    except UnreadableFileError as error:
        return error.message


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx", "xml"])
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, form: str) -> None:
    content, path = sound(tmp_path, form), tmp_path / "extract"
    for seed in range(120):
        chance = random.Random(seed)
        inside = form == "xlsx" and seed % 2
        path.write_bytes(damaged_inside(content, chance) if inside else damaged(content, chance))
        found = outcome(path, form)
        if isinstance(found, str):
            assert "\n" not in found
        else:
            numbers = [row.row if isinstance(row, Reject) else row.number for row in found]
            assert numbers == list(range(1, len(found) + 1))
