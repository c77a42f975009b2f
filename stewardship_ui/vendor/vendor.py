"""Copies browser libraries from ``node_modules`` into ``static/vendor`` and writes the manifest with their hashes.

Needed only to change a version: ``npm ci --ignore-scripts`` in this folder, then ``python vendor.py``. The copies
are committed, so that running and testing the hub needs neither Node nor a network.
"""

from __future__ import annotations

import json
import shutil
import sys
from base64 import b64encode
from hashlib import sha384
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE.parent / "static" / "vendor"

FILES = {
    "htmx.org": ("htmx", ("dist/htmx.min.js",), "LICENSE"),
    "@picocss/pico": ("pico", ("css/pico.min.css",), "LICENSE.md"),
}
"""Package -> short name, files the pages load, licence text."""


def main() -> int:
    """Copy every listed file anew; returns 1 and changes nothing when the packages are not installed."""
    modules = HERE / "node_modules"
    if not all((modules / package).is_dir() for package in FILES):
        sys.stderr.write("Run `npm ci --ignore-scripts` in stewardship_ui/vendor first.\n")
        return 1
    shutil.rmtree(TARGET, ignore_errors=True)
    manifest = {name: _copy(modules / package, package, name) for package, (name, _, _) in FILES.items()}
    (TARGET / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return 0


def _copy(source: Path, package: str, name: str) -> dict[str, object]:
    _, files, licence = FILES[package]
    about = json.loads((source / "package.json").read_text(encoding="utf-8"))
    folder = TARGET / f"{name}-{about['version']}"
    folder.mkdir(parents=True)
    shutil.copyfile(source / licence, folder / "LICENSE.txt")
    hashes = {}
    for file in files:
        copy = folder / Path(file).name
        shutil.copyfile(source / file, copy)
        hashes[copy.name] = "sha384-" + b64encode(sha384(copy.read_bytes()).digest()).decode("ascii")
    return {
        "package": package,
        "version": about["version"],
        "license": about["license"],
        "folder": folder.name,
        "files": hashes,
    }


if __name__ == "__main__":
    sys.exit(main())
