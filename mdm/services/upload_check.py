"""Which rows of an upload would not be taken: the file read before anything is loaded, as the load will read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from mdm.connectors.guard import read_rows_guarded
from mdm.domain.access import Permission
from mdm.domain.profile import parse_profile
from mdm.domain.source import Reject
from mdm.services import access, upload
from mdm.services.unit_of_work import UnitOfWork
from mdm.services.upload import Upload

CHECKED = 20_000
"""So many rows are read before a load: about a second."""
NAMED = 20
"""So many of the rows that would not be taken are named."""


@dataclass(frozen=True, slots=True)
class UploadCheck:
    """Rows read (``whole``: all of the file), rows refused by reason, and the first of them."""

    rows: int
    whole: bool
    reasons: Mapping[str, int]
    rejects: tuple[Reject, ...]

    @property
    def refused(self) -> int:
        """How many rows would not be taken."""
        return sum(self.reasons.values())

    def flaw_of(self, row: int) -> str:
        """Why this row would not be taken, '' when it would."""
        return next((each.reason for each in self.rejects if each.row == row), "")


def check(uow: UnitOfWork, held: Upload, profile: Mapping[str, object]) -> UploadCheck:
    """Read the first ``CHECKED`` rows by this profile; raises ProfileError or UnreadableFileError."""
    access.require(uow.actor, Permission.SOURCE_LOAD)
    mapping = parse_profile(profile, uow.hub.dictionary.entity(held.entity), held.source)
    with (
        upload.as_file(uow, held) as path,
        closing(read_rows_guarded(path, mapping).rows) as rows,  # the process that reads ends with it
    ):
        read = list(islice(rows, CHECKED + 1))
    rejects = [each for each in read[:CHECKED] if isinstance(each, Reject)]
    reasons = Counter(each.reason for each in rejects)
    return UploadCheck(min(len(read), CHECKED), len(read) <= CHECKED, reasons, tuple(rejects[:NAMED]))
