"""Opening the hub and creating its database."""

from __future__ import annotations

import pytest

from mdm.config import load_settings
from mdm.domain.errors import DictionaryError, NotInitialisedError, RuleError
from mdm.services import setup
from tests import factories as f


@pytest.fixture
def fresh(scratch, request):
    home = scratch / f"setup-{request.node.name}"
    home.mkdir()
    return load_settings({"MDM_HOME": str(home)})


@pytest.fixture
def opened(fresh):
    hub = setup.open_hub(fresh)
    yield hub
    hub.close()


def test_a_hub_without_a_database_says_what_to_do(opened):
    with pytest.raises(NotInitialisedError, match="mdm init"):
        setup.require_initialised(opened)


def test_init_creates_the_database_and_can_be_repeated(opened):
    first = setup.init(opened, f.SYSTEM)
    setup.require_initialised(opened)
    held = f.sql(opened, "select * from dictionary_version"), f.sql(opened, "select * from rule_set")
    again = setup.init(opened, f.SYSTEM)
    assert (first.before, again.before, again.revision) == (None, first.revision, first.revision)
    assert {"supplier", "material", "equipment"} <= set(first.entities)
    assert {"supplier", "material", "equipment"} == set(first.rule_sets)
    assert (
        f.sql(opened, "select * from dictionary_version"),
        f.sql(opened, "select * from rule_set"),
    ) == held


def test_a_changed_dictionary_is_a_new_version(fresh, opened):
    setup.init(opened, f.SYSTEM)
    f.write_home(fresh.home)
    other = setup.open_hub(fresh)
    report = setup.init(other, f.SYSTEM)
    assert "widget" in report.entities
    assert "widget" in report.rule_sets
    assert len(f.sql(other, "select * from dictionary_version")) == 2
    other.close()


def test_a_broken_dictionary_stops_the_hub_before_anything_is_written(fresh):
    (fresh.home / "dictionary").mkdir()
    (fresh.home / "dictionary" / "widget.toml").write_text(f.dictionary_text().replace('"text"', '"soul"', 1))
    with pytest.raises(DictionaryError, match="soul"):
        setup.open_hub(fresh)
    assert not (fresh.home / "mdm.db").exists()


def test_a_broken_rule_file_stops_the_hub_before_anything_is_written(fresh):
    f.write_home(fresh.home)
    (fresh.home / "matching_rules" / "widget.py").write_text(f.RULES.replace('("colour",)', '("weight",)'))
    with pytest.raises(RuleError, match="weight"):
        setup.open_hub(fresh)
    assert not (fresh.home / "mdm.db").exists()
