"""Code lists as governed data: imported once, extended by change requests, picked up by every process."""

from __future__ import annotations

import pytest

from mdm.domain.code_list import CodeEdit
from mdm.domain.errors import DictionaryError, UnknownCodeListError
from mdm.services import change, dictionary, setup
from mdm.services.dictionary import get_code_list, list_code_lists
from tests import factories as f


@pytest.fixture
def hub(widgets):
    return widgets


def extend(hub, name="colours", edit=None):
    """A new spelling, proposed, examined, approved and in force."""
    edit = edit or CodeEdit("xanthic", zh="试验黄", en="xanthic", add=("xanthous",))
    change_id = f.act(hub, change.propose_code_list, name, [edit], "the line writes it so")
    f.examined(hub, change_id)
    f.act(hub, change.approve, change_id, "fine", actor=f.GOVERNANCE)
    f.act(hub, change.activate, change_id, actor=f.GOVERNANCE)
    return change_id


def resolve(hub, text):
    return f.read(hub, lambda uow: uow.hub.dictionary.code_list("colours").resolve(text))


def test_every_list_of_the_files_is_version_one_with_its_owner(hub):
    lines = f.read(hub, list_code_lists)
    assert {line.name for line in lines} == set(hub.dictionary.code_lists)
    assert all(line.version == 1 and line.owner for line in lines)


def test_an_approved_spelling_is_understood_in_every_process(hub):
    other = f.reopen(hub)
    assert resolve(other, "xanthous") is None
    change_id = extend(hub)
    assert resolve(hub, "xanthous") == resolve(other, "xanthous") == "xanthic"
    found = f.read(other, get_code_list, "colours")
    assert (found.line.version, found.versions[0].change_id) == (2, change_id)
    assert (found.versions[0].author, found.versions[1].change_id) == ("anna", None)
    other.close()


def test_a_new_version_is_a_new_version_of_the_dictionary(hub):
    before = f.sql(hub, "select max(version) as v from dictionary_version")[0].v
    extend(hub)
    assert f.sql(hub, "select max(version) as v from dictionary_version")[0].v == before + 1


def test_init_again_changes_nothing(hub):
    setup.init(hub, f.SYSTEM)  # imports the dictionary with widgets
    extend(hub)
    held = f.sql(hub, "select * from code_list_version"), f.sql(hub, "select * from dictionary_version")
    other = f.reopen(hub)
    setup.init(other, f.SYSTEM)
    assert held == (
        f.sql(hub, "select * from code_list_version"),
        f.sql(hub, "select * from dictionary_version"),
    )
    other.close()


def test_codes_are_found_by_any_spelling(hub):
    extend(hub)
    found = f.read(hub, get_code_list, "colours", "XANTHOUS")
    assert [entry.code for entry in found.entries] == ["xanthic"]
    assert f.read(hub, get_code_list, "colours", "no such").entries == ()


def test_an_unknown_list_or_a_spelling_that_is_taken_is_refused(hub):
    with pytest.raises(UnknownCodeListError):
        f.read(hub, get_code_list, "nothings")
    with pytest.raises(UnknownCodeListError):
        f.act(hub, change.propose_code_list, "nothings", [CodeEdit("a", en="a")], "r")
    taken = hub.dictionary.code_lists["colours"].entries[0]
    with pytest.raises(DictionaryError, match="both"):
        f.act(hub, change.propose_code_list, "colours", [CodeEdit("zz", en=taken.en)], "r")
    assert dictionary.load_dictionary().code_lists["colours"].by_code.get("xanthic") is None


def newer(hub, *entries):
    """The hub as a newer version would open it: its colours know more."""
    folder = hub.settings.home / "dictionary" / "codes"
    folder.mkdir(exist_ok=True)
    rows = "".join(f'[[entries]]\ncode = "{code}"\nen = "{en}"\n' for code, en in entries)
    (folder / "colours.toml").write_text(f'version = "9"\nowner = "engineering"\n{rows}', "utf-8")
    return f.reopen(hub)


def test_a_newer_file_proposes_and_overwrites_nothing(hub):
    extend(hub)
    other = newer(hub, ("fulvous", "fulvous"))
    report = setup.init(other, f.SYSTEM)
    (change_id,) = report.proposed
    assert resolve(other, "fulvous") is None
    assert resolve(other, "xanthous") == "xanthic"
    assert f.read(other, change.get, change_id).content["edits"][0]["code"] == "fulvous"
    assert setup.init(other, f.SYSTEM).proposed == ()
    f.examined(other, change_id)
    f.act(other, change.approve, change_id, "fine", actor=f.GOVERNANCE)
    f.act(other, change.activate, change_id, actor=f.GOVERNANCE)
    assert (resolve(other, "fulvous"), resolve(other, "xanthous")) == ("fulvous", "xanthic")
    assert setup.init(other, f.SYSTEM).proposed == ()
    other.close()


def test_a_newer_file_that_contradicts_what_stewards_added_is_named(hub):
    extend(hub)
    other = newer(hub, ("straw", "xanthous"))
    report = setup.init(other, f.SYSTEM)
    assert (report.proposed, report.conflicts) == ((), ("colours",))
    other.close()


def test_newer_rules_are_proposed_once_an_approved_change_governs(hub):
    f.run(hub, full=True)
    f.change_in_force(hub, link=7.0)
    f.write_rules(hub.settings.home, f.RULES.replace('"keys", 60', '"keys", 90'))
    other = f.reopen(hub)
    (change_id,) = setup.init(other, f.SYSTEM).proposed
    assert f.read(other, change.get, change_id).entity == f.ENTITY
    assert f.read(other, lambda uow: uow.hub.rules[f.ENTITY].blocking[0].max_records) == 60
    assert setup.init(other, f.SYSTEM).proposed == ()
    other.close()
