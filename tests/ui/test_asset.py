"""The copied browser libraries: as the manifest says, licensed, and nothing beside them."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha384

from stewardship_ui.asset import STATIC, manifest

VENDOR = STATIC / "vendor"


def test_every_copied_file_has_the_hash_that_the_pages_demand() -> None:
    for entry in manifest().values():
        for name, told in entry["files"].items():
            content = (VENDOR / entry["folder"] / name).read_bytes()
            assert told == "sha384-" + b64encode(sha384(content).digest()).decode(), name


def test_nothing_lies_beside_what_the_manifest_names() -> None:
    named = {f"{e['folder']}/{name}" for e in manifest().values() for name in (*e["files"], "LICENSE.txt")}
    held = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}
    assert held == named | {"manifest.json"}


def test_the_versions_are_those_that_the_lock_file_pins() -> None:
    lock = json.loads((STATIC.parent / "vendor" / "package-lock.json").read_text(encoding="utf-8"))
    for entry in manifest().values():
        assert lock["packages"][f"node_modules/{entry['package']}"]["version"] == entry["version"]


def test_our_own_files_name_no_other_host() -> None:
    for name in ("app.css", "app.js", "mark.svg"):
        text = (STATIC / name).read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "//" not in text.replace("// ", ""), name
