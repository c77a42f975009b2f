"""Addresses and integrity hashes of what the pages load; everything comes from this package, never from elsewhere."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha384
from pathlib import Path
from typing import Any, NamedTuple

from flask import url_for

STATIC = Path(__file__).parent / "static"


class Asset(NamedTuple):
    """A file of this package: its address and the hash that the browser checks it against."""

    url: str
    integrity: str


def vendor(name: str, file: str) -> Asset:
    """A copied library file, as the manifest names it; raises KeyError for one that is not there."""
    entry = manifest()[name]
    path = f"vendor/{entry['folder']}/{file}"
    return Asset(url_for("ui.static", filename=path), entry["files"][file])


def own(file: str) -> Asset:
    """A file of our own; its hash is part of the address, so a browser never shows an old one."""
    digest = _own_hash(file, (STATIC / file).stat().st_mtime_ns)
    return Asset(url_for("ui.static", filename=file, v=digest[7:19]), digest)


@cache
def manifest() -> Mapping[str, Any]:  # JSON of vendor.py: name -> package, version, license, folder, files
    """The copied libraries with their versions, licences and hashes."""
    found: Mapping[str, Any] = json.loads((STATIC / "vendor" / "manifest.json").read_text(encoding="utf-8"))
    return found


@cache
def _own_hash(file: str, _changed: int) -> str:
    return "sha384-" + b64encode(sha384((STATIC / file).read_bytes()).digest()).decode("ascii")
