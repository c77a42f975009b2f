"""The permission matrix, logins and passwords."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mdm.domain.access import (
    ANONYMOUS,
    PERSON_ROLES,
    ROLE_PERMISSIONS,
    SCOPE_PERMISSIONS,
    Actor,
    ActorKind,
    Permission,
    Role,
    check_password,
    client_scopes,
    fold_login,
    may,
    person_roles,
    speaks_for,
    system_actor,
)
from mdm.domain.errors import InvalidInputError

DOCS = Path(__file__).parents[2] / "docs" / "access.md"


def person(*roles: Role) -> Actor:
    return Actor("wang.li", ActorKind.USER, frozenset(roles))


def client(*scopes: str, source: str = "MES1") -> Actor:
    return Actor("client:mes", ActorKind.CLIENT, frozenset({Role.CLIENT}), source, frozenset(scopes))


def test_nobody_may_do_anything_without_a_role():
    assert not any(may(ANONYMOUS, permission) for permission in Permission)
    assert not any(may(person(), permission) for permission in Permission)


@pytest.mark.parametrize("role", list(PERSON_ROLES))
def test_a_person_may_do_what_the_matrix_says_and_nothing_else(role):
    allowed = {permission for permission in Permission if may(person(role), permission)}
    assert allowed == ROLE_PERMISSIONS[role]


def test_two_roles_add_up():
    both = person(Role.AUDITOR, Role.ADMIN)
    assert may(both, Permission.AUDIT_READ)
    assert may(both, Permission.USER_MANAGE)


def test_who_manages_accounts_neither_reads_nor_decides_data():
    admin = ROLE_PERMISSIONS[Role.ADMIN]
    assert not admin & {Permission.GOLDEN_READ, Permission.REVIEW_DECIDE, Permission.RECORD_READ}


def test_the_machine_itself_may_do_everything():
    assert all(may(system_actor("cli:root"), permission) for permission in Permission)


def test_a_client_without_scopes_may_do_nothing():
    assert not any(may(client(), permission) for permission in Permission)


@pytest.mark.parametrize("scope", sorted(SCOPE_PERMISSIONS))
def test_a_scope_opens_what_it_names_and_nothing_else(scope):
    allowed = {permission for permission in Permission if may(client(scope), permission)}
    assert allowed == SCOPE_PERMISSIONS[scope]


def test_scopes_do_nothing_for_an_unknown_name_and_no_client_role_manages():
    assert not any(may(client("everything:do"), permission) for permission in Permission)
    whole = client(*SCOPE_PERMISSIONS)
    assert not may(whole, Permission.USER_MANAGE)
    assert not may(whole, Permission.SOURCE_MANAGE)


def test_a_client_speaks_for_its_own_source_only():
    assert speaks_for(client(source="MES1"), "MES1")
    assert not speaks_for(client(source="MES1"), "ERP1")
    assert speaks_for(person(Role.STEWARD), "ERP1")


@pytest.mark.parametrize("twin", ["Wang.Li", "ｗａｎｇ.ｌｉ", " wang.li ", "WANG.LI"])
def test_logins_that_look_alike_are_the_same(twin):
    assert fold_login(twin) == "wang.li"


@pytest.mark.parametrize(
    "login",
    ["", "   ", "a b", "a\u200bb", "a\nb", "a\u202eb", "a\ud800", "cli:root", "ｃｌｉ：root", "x" * 101],
)
def test_logins_that_mislead_are_refused(login):
    with pytest.raises(InvalidInputError):
        fold_login(login)


def test_chinese_logins_are_fine():
    assert fold_login("王莉") == "王莉"


@pytest.mark.parametrize("weak", ["short", "x" * 11, "aaaaaaaaaaaaaaa", "wang.li-12345", "y1z2" * 65])
def test_weak_passwords_are_refused(weak):
    with pytest.raises(InvalidInputError):
        check_password(weak, "wang.li")


def test_passwords_typed_full_width_are_the_same():
    assert check_password("ｃorrect horse 9", "x") == check_password("correct horse 9", "x")


@pytest.mark.parametrize("names", [[], ["root"], ["client"], ["system"], ["steward", "system"]])
def test_people_get_roles_for_people_only(names):
    with pytest.raises(InvalidInputError):
        person_roles(names)


@pytest.mark.parametrize("names", [[], ["xref:write"], ["xref:read", "*"]])
def test_unknown_scopes_are_refused(names):
    with pytest.raises(InvalidInputError):
        client_scopes(names)


def test_the_documented_table_equals_the_matrix():
    lines = [line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    head = next(line for line in lines if line.startswith("| permission |"))
    roles = [Role(name) for name in _cells(head)[1:]]
    told = {
        role: {Permission(_cells(line)[0]) for line in lines if _is_row(line) and _cells(line)[i] == "yes"}
        for i, role in enumerate(roles, start=1)
    }
    assert told == {role: set(ROLE_PERMISSIONS[role]) for role in Role}


def test_the_documented_scopes_equal_the_table():
    text = DOCS.read_text(encoding="utf-8")
    told = {
        scope: {Permission(name) for name in re.findall(r"`([a-z.]+)`", rest)}
        for scope, rest in re.findall(r"^\| `([a-z]+:[a-z]+)` \| (.*) \|$", text, re.MULTILINE)
    }
    assert told == {scope: set(permissions) for scope, permissions in SCOPE_PERMISSIONS.items()}


def _cells(line: str) -> list[str]:
    return [cell.strip().strip("`") for cell in line.strip("|").split("|")]


def _is_row(line: str) -> bool:
    return _cells(line)[0] in set(Permission)
