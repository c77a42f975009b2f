"""Reading JSON lines: one object per line, numbers kept as they are written, one reject per bad line."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from mdm.connectors.fingerprint import text_encoding
from mdm.connectors.rows import MAX_LINE, Flaw, ReadRow, RejectReason
from mdm.domain.errors import InvalidInputError
from mdm.domain.profile import SourceProfile

MAX_DEPTH = 32
"""Objects and lists inside one another; more is no record."""


class _Number(str):
    """A number by its digits, so that 1.10 stays 1.10 and 2^63 and more lose nothing."""

    __slots__ = ()


def read(path: Path, profile: SourceProfile) -> tuple[tuple[str, ...], Iterator[ReadRow]]:
    """The columns of the profile, and one mapping or flaw per line; blank lines are no rows."""
    return tuple(dict.fromkeys((profile.id_column, *profile.columns))), _rows(path, profile)


def _rows(path: Path, profile: SourceProfile) -> Iterator[ReadRow]:
    with path.open(encoding=text_encoding(profile.encoding), newline="\n") as file:
        while line := file.readline(MAX_LINE):
            if len(line) == MAX_LINE and not line.endswith("\n"):
                _skip_line(file)
                yield Flaw(RejectReason.TOO_LARGE, "", line)
            elif not line.isspace():
                yield parse_line(line)


def _skip_line(file: TextIO) -> None:
    while (piece := file.readline(MAX_LINE)) and not piece.endswith("\n"):
        pass


def parse_line(line: str) -> ReadRow:
    """The cells of one line: scalars as their text, null as None, objects and lists as compact JSON."""
    try:
        value = _DECODER.decode(line)
        if not isinstance(value, dict):
            return Flaw(RejectReason.NOT_AN_OBJECT, "", line)
        return {name: _cell(item) for name, item in value.items()}
    except InvalidInputError as error:
        return Flaw(RejectReason(str(error.details["reason"])), str(error.details.get("field", "")), line)
    except json.JSONDecodeError:
        return Flaw(RejectReason.NOT_JSON, "", line)
    except RecursionError:
        return Flaw(RejectReason.TOO_DEEP, "", line)


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        times = Counter(name for name, _ in pairs)
        raise _flaw(RejectReason.DUPLICATE_KEY, times.most_common(1)[0][0])
    return found


def _decimal(digits: str) -> _Number:
    if math.isinf(float(digits)):
        raise _flaw(RejectReason.NUMBER_RANGE)
    return _Number(digits)


def _refuse_constant(name: str) -> object:
    raise _flaw(RejectReason.NOT_JSON, name)


def _flaw(reason: RejectReason, field: str = "") -> InvalidInputError:
    return InvalidInputError(reason.value, reason=reason.value, field=field)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_distinct, parse_int=_Number, parse_float=_decimal, parse_constant=_refuse_constant
)


def _cell(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return str(value)
    return compact(value, MAX_DEPTH)


def compact(value: object, depth: int) -> str:
    """JSON without blanks and with numbers as they were written."""
    if depth < 0:
        raise _flaw(RejectReason.TOO_DEEP)
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        items = (f"{json.dumps(k, ensure_ascii=False)}:{compact(v, depth - 1)}" for k, v in value.items())
        return f"{{{','.join(items)}}}"
    if isinstance(value, list):
        return f"[{','.join(compact(item, depth - 1) for item in value)}]"
    return json.dumps(value, ensure_ascii=False)
