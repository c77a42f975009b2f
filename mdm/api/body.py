"""Reading request bodies: JSON as the standard has it, and nothing that means two things.

Refused are repeated keys, NaN and Infinity, numbers that 64 bits cannot hold, endless nesting, half
characters (lone surrogates), NUL, other encodings than UTF-8, compressed bodies and anything but an object.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.wrappers import Request

from mdm.domain.errors import InvalidInputError

MAX_BODY = 8 * 1024 * 1024
"""Bytes of one request: 10,000 look-up keys with long Chinese ids fit."""
MAX_INTEGER = 2**63 - 1
MAX_DEPTH = 20

_SUSPICIOUS = re.compile(rb"\\u(0000|[dD][89a-fA-F])")
_UNSENDABLE = re.compile("[\x00\ud800-\udfff]")


class MalformedJsonError(InvalidInputError):
    """The body is not JSON, or JSON that means two things."""

    code = "json.malformed"


def read_object(request: Request) -> dict[str, Any]:
    """The JSON object in the body (``Any``: checked against a schema next)."""
    _require_json(request)
    data = request.get_data(cache=True)
    found = parse_object(data)
    # Both can only come in by an escape, and few bodies have one: a look at each text of a million costs seconds.
    if _SUSPICIOUS.search(data):
        _refuse_unsendable(found)
    return found


def parse_object(data: bytes) -> dict[str, Any]:
    """The JSON object in ``data``; raises MalformedJsonError, or InvalidInputError when it is no object."""
    try:
        text = data.decode("utf-8")
        found = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_int=_integer,
            parse_float=_float,
        )
    except UnicodeDecodeError as error:
        raise MalformedJsonError("The body is not UTF-8.", byte=error.start) from error
    except json.JSONDecodeError as error:
        raise MalformedJsonError(f"The body is not JSON: {error.msg}.", byte=error.pos) from error
    except RecursionError as error:
        raise MalformedJsonError("The body is nested too deep.") from error
    if not isinstance(found, dict):
        raise InvalidInputError("The body must be a JSON object.", field="")
    return found


def _require_json(request: Request) -> None:
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("The body must not be compressed.")
    charset = request.mimetype_params.get("charset", "utf-8").lower().replace("_", "-")
    if request.mimetype != "application/json" or charset not in {"utf-8", "utf8"}:
        raise UnsupportedMediaType("The body must be application/json in UTF-8.")
    received, announced = len(_received(request)), request.content_length
    if announced is None and received >= MAX_BODY:
        # Sent in chunks it is cut off at the limit instead of being refused.
        raise RequestEntityTooLarge(f"A body has less than {MAX_BODY:,} bytes.")
    if announced is not None and received != announced:
        raise BadRequest("The body is shorter than announced.")


def _received(request: Request) -> bytes:
    try:
        return request.get_data(cache=True)
    except OSError as error:  # what gunicorn makes of chunks that are none
        raise BadRequest("The body cannot be read.") from error


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        repeated = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
        raise MalformedJsonError("A key appears twice.", field=_shown(repeated))
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedJsonError(f"{name} is not a JSON number.")


def _integer(digits: str) -> int:
    # The length is looked at first: converting a million digits takes seconds.
    if len(digits) > 20 or abs(int(digits)) > MAX_INTEGER:
        raise MalformedJsonError("An integer does not fit into 64 bits.")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise MalformedJsonError("A number is too large.")
    return number


def _refuse_unsendable(found: dict[str, Any]) -> None:
    for path, text in _texts(found, ""):
        if _UNSENDABLE.search(text):
            raise InvalidInputError("Text holds NUL or half of a character.", field=path)


def _texts(value: Any, path: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every text in ``value``, keys too, with the path to it."""
    if depth > MAX_DEPTH:
        raise MalformedJsonError("The body is nested too deep.")
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _texts(item, f"{path}[{place}]", depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield _shown(path), key
            yield from _texts(item, f"{path}.{_shown(key)}".removeprefix("."), depth + 1)


def _shown(key: str) -> str:
    """A key as an answer can show it."""
    return _UNSENDABLE.sub("\ufffd", key)[:100]
