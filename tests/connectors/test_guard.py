"""A file is read in a process that can neither exhaust the machine nor learn a secret."""

import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from mdm.connectors.guard import read_rows_guarded
from mdm.connectors.reader import read_rows
from mdm.domain.errors import UnreadableFileError
from mdm.domain.profile import SourceProfile, parse_profile

posix = pytest.mark.skipif(sys.platform == "win32", reason="limits need POSIX")


def profile(form: str = "csv") -> SourceProfile:
    return parse_profile({"format": form, "id_column": "id", "columns": {"name": "legal_name"}}, None, "ERP")


def test_a_guarded_reading_gives_what_a_plain_one_gives(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("id,name\n" + "".join(f"{n % 900},轴承{n}\n" for n in range(1_200)), encoding="utf-8")
    guarded, plain = read_rows_guarded(path, profile()), read_rows(path, profile())
    assert (guarded.columns, guarded.sha256, guarded.bytes) == (plain.columns, plain.sha256, plain.bytes)
    assert list(guarded.rows) == list(plain.rows)


def test_a_broken_file_is_told_as_a_plain_reading_tells_it(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_bytes(b"id,name\n1,\xff\n")
    with pytest.raises(UnreadableFileError, match=r"byte 10 \(line 2\)") as caught:
        read_rows_guarded(path, profile())
    assert caught.value.details["line"] == 2


@posix
def test_a_file_that_takes_too_much_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_text("".join(f'{{"id":"{n}","name":"{"x" * 900}"}}\n' for n in range(3)) + "{" * 14_000_000)
    with pytest.raises(UnreadableFileError, match="more memory or time"):
        list(read_rows_guarded(path, profile("jsonl"), memory=90 * 1024**2).rows)


def test_a_stream_left_early_ends_its_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    path = tmp_path / "e.csv"
    path.write_text("id,name\n" + "".join(f"{n},a\n" for n in range(5_000)))
    rows = iter(read_rows_guarded(path, profile()).rows)
    assert next(rows)
    assert isinstance(rows, Generator)
    rows.close()
    assert [child.returncode is not None for child in started] == [True]
