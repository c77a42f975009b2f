"""Tests that could not fail prove nothing: each seeded fault must turn the test of its invariant red."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("mdm", "matching_rules", "migrations", "stewardship_ui", "tests", "pyproject.toml")
FAULTS = tomllib.loads((Path(__file__).parent / "faults.toml").read_text("utf-8"))["fault"]
INVARIANTS = {f"I{n}" for n in range(1, 13)} | {"I14", "I15", "I17", "I18", "I19"}


def copy_house(folder: Path) -> Path:
    """The packages and their tests in a folder of their own."""
    for name in PACKAGES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "faults"))
        else:
            shutil.copy(source, folder / name)
    return folder


def play(folder: Path, tests: list[str]) -> subprocess.CompletedProcess[str]:
    """Run these tests against the packages in ``folder`` in a process of its own."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "MDM_TEST_POSTGRES": "postgresql+psycopg://127.0.0.1:1/x",
    }
    environment.pop("MDM_REQUIRE", None)
    options = ["-x", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "--no-header", "--tb=line"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def seed(folder: Path, fault: dict[str, str]) -> None:
    """Put the fault into the copy; it must fit exactly one place."""
    target = folder / fault["file"]
    text = target.read_text("utf-8")
    assert text.count(fault["old"]) == 1, f"{fault['name']}: no longer fits {fault['file']}"
    target.write_text(text.replace(fault["old"], fault["new"]), "utf-8")


def caught(fault: dict[str, str], folder: Path) -> str:
    """Empty when the test turned red under the fault, else what happened."""
    copy_house(folder)
    seed(folder, fault)
    done = play(folder, [fault["test"]])
    shutil.rmtree(folder)
    if done.returncode == 1 and "FAILED" in done.stdout:
        return ""
    return (
        f"{fault['invariant']} {fault['name']}: {done.returncode} {done.stdout[-600:]} {done.stderr[-300:]}"
    )


def test_every_invariant_has_a_seeded_fault():
    assert {fault["invariant"] for fault in FAULTS} == INVARIANTS


def test_each_seeded_fault_turns_the_test_of_its_invariant_red(tmp_path):
    with ThreadPoolExecutor(2) as pool:
        folders = [tmp_path / f"fault{number}" for number in range(len(FAULTS))]
        missed = [told for told in pool.map(caught, FAULTS, folders) if told]
    assert missed == []


def test_without_a_fault_the_same_tests_are_green(tmp_path):
    done = play(copy_house(tmp_path / "sound"), sorted({fault["test"] for fault in FAULTS}))
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("fault", FAULTS, ids=[fault["name"] for fault in FAULTS])
def test_each_seeded_fault_still_fits_the_code(fault):
    text = (ROOT / fault["file"]).read_text("utf-8")
    assert text.count(fault["old"]) == 1
