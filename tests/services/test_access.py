"""Accounts, log-in, sessions and API clients on a real database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from mdm.domain.access import ANONYMOUS, Actor, ActorKind, Permission, Role, system_actor
from mdm.domain.errors import (
    AuthenticationError,
    ForbiddenError,
    InvalidInputError,
    LoginTakenError,
    UnknownClientError,
    UnknownSourceError,
    UnknownUserError,
)
from mdm.services import access, session, setup, source

CLI = system_actor("cli:test")
PASSWORD = "a rainy day 2026"


class Clock:
    """A clock that moves when told to; later than the hub was made, for its time never goes back."""

    def __init__(self):
        self.now = datetime(2100, 1, 1, 8, tzinfo=UTC)

    def __call__(self):
        return self.now

    def advance(self, **more):
        self.now += timedelta(**more)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def hub(settings, clock):
    opened = setup.open_hub(settings, clock=clock)
    with opened.unit_of_work(CLI, "test") as uow:
        source.add_source(uow, "ERP1", "ERP", "ERP")
        source.add_source(uow, "MES1", "MES", "MES")
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _fast_hashes(monkeypatch):
    """The hash is slow on purpose; here its cost is turned down, not its kind."""
    monkeypatch.setattr(access, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


def invite(hub, login="wang.li", roles=("steward",)):
    with hub.unit_of_work(CLI, "test") as uow:
        return access.add_user(uow, login, roles, "王莉")


def add_person(hub, login="wang.li", roles=("steward",)):
    return access.accept_invitation(hub, invite(hub, login, roles).token, PASSWORD)


def add_client(hub, *scopes, source="MES1", **more):
    with hub.unit_of_work(CLI, "test") as uow:
        return access.add_client(uow, "MES line", source, scopes or ("xref:read",), **more)


def authenticate(hub, token):
    with hub.reading(ANONYMOUS) as uow:
        return access.authenticate_client(uow, token)


def events(hub, type_):
    with hub.reading(CLI) as uow:
        found = uow.connection.execute(
            text("select subject, payload from event where type = :t"), {"t": type_}
        )
        return found.all()


def everything_stored(hub):
    with hub.reading(CLI) as uow:
        tables = [
            "audit_event",
            "event",
            "fact",
            "user_account",
            "user_invitation",
            "user_session",
            "api_client",
        ]
        return "\n".join(
            str(row) for table in tables for row in uow.connection.execute(text(f"select * from {table}"))
        )


def fail(hub, times, login="wang.li"):
    for _ in range(times):
        with pytest.raises(AuthenticationError):
            access.log_in(hub, login, "wrong password")


def test_an_invited_person_sets_a_password_and_logs_in(hub):
    add_person(hub)
    actor = access.log_in(hub, "ＷＡＮＧ.li", PASSWORD)
    assert (actor.name, actor.kind, actor.roles) == ("wang.li", ActorKind.USER, {Role.STEWARD})


def test_an_account_without_password_cannot_log_in(hub):
    invite(hub)
    for guess in ("", PASSWORD):
        with pytest.raises(AuthenticationError):
            access.log_in(hub, "wang.li", guess)


def test_an_invitation_works_once(hub):
    token = invite(hub).token
    access.accept_invitation(hub, token, PASSWORD)
    with pytest.raises(AuthenticationError):
        access.accept_invitation(hub, token, "another password")


def test_an_invitation_ends_after_72_hours(hub, clock):
    token = invite(hub).token
    clock.advance(hours=72, seconds=1)
    with pytest.raises(AuthenticationError):
        access.accept_invitation(hub, token, PASSWORD)


def test_a_weak_password_leaves_the_invitation_open(hub):
    token = invite(hub).token
    with pytest.raises(InvalidInputError):
        access.accept_invitation(hub, token, "short")
    assert access.accept_invitation(hub, token, PASSWORD).name == "wang.li"


@pytest.mark.parametrize("twin", ["wang.li", "Wang.Li", "ｗａｎｇ.ｌｉ"])
def test_a_login_is_never_used_twice(hub, twin):
    invite(hub)
    with hub.unit_of_work(CLI, "left the company") as uow:
        access.set_user(uow, "wang.li", active=False)
    with pytest.raises(LoginTakenError):
        invite(hub, twin)


def test_a_renewed_invitation_ends_password_sessions_and_older_links(hub):
    old = invite(hub).token
    actor = access.accept_invitation(hub, old, PASSWORD)
    token = session.open_session(hub, actor)
    with hub.unit_of_work(CLI, "forgotten") as uow:
        access.renew_invitation(uow, "wang.li")
    assert session.load_session(hub, token) is None
    with pytest.raises(AuthenticationError):
        access.log_in(hub, "wang.li", PASSWORD)


def test_unknown_accounts_and_clients_are_named(hub):
    with pytest.raises(UnknownUserError), hub.unit_of_work(CLI, "test") as uow:
        access.set_user(uow, "nobody", active=False)
    with pytest.raises(UnknownClientError), hub.unit_of_work(CLI, "test") as uow:
        access.revoke_client(uow, "nobody")


def test_six_failures_lock_the_login_and_send_one_event(hub):
    add_person(hub)
    fail(hub, 8)
    with pytest.raises(AuthenticationError):
        access.log_in(hub, "wang.li", PASSWORD)
    assert len(events(hub, "access.locked")) == 1


def test_the_lock_opens_after_15_minutes(hub, clock):
    add_person(hub)
    fail(hub, 6)
    clock.advance(minutes=15, seconds=1)
    assert access.log_in(hub, "wang.li", PASSWORD).name == "wang.li"


def test_a_log_in_forgets_failures_before_it(hub):
    add_person(hub)
    fail(hub, 5)
    access.log_in(hub, "wang.li", PASSWORD)
    fail(hub, 1)
    assert access.log_in(hub, "wang.li", PASSWORD)


def test_the_answer_is_the_same_whatever_is_wrong(hub):
    add_person(hub)
    add_person(hub, "left")
    with hub.unit_of_work(CLI, "left the company") as uow:
        access.set_user(uow, "left", active=False)
    told = set()
    for login, password in [
        ("wang.li", "wrong"),
        ("nobody", PASSWORD),
        ("left", PASSWORD),
        ("a b", "x"),
        ("", ""),
    ]:
        with pytest.raises(AuthenticationError) as caught:
            access.log_in(hub, login, password)
        told.add((str(caught.value), tuple(caught.value.details)))
    assert len(told) == 1


def test_what_was_typed_as_login_is_not_kept_readable(hub):
    fail(hub, 2, login="my-secret-typed-in-the-wrong-field")
    with hub.reading(CLI) as uow:
        keys = uow.connection.scalars(text("select login_key from login_attempt")).all()
    assert len(keys) == 1
    assert "secret" not in keys[0]


def test_passwords_and_tokens_are_stored_nowhere(hub):
    invitation = invite(hub)
    actor = access.accept_invitation(hub, invitation.token, PASSWORD)
    tokens = [invitation.token, session.open_session(hub, actor), add_client(hub).token, PASSWORD]
    stored = everything_stored(hub)
    assert not [token for token in tokens if token in stored]
    with hub.reading(CLI) as uow:
        trail = "".join(uow.connection.scalars(text("select content from audit_event")))
    assert "argon2" not in trail


def test_a_session_ends_after_an_hour_without_use(hub, clock):
    token = session.open_session(hub, add_person(hub))
    clock.advance(minutes=50)
    assert session.load_session(hub, token)
    clock.advance(minutes=50)
    assert session.load_session(hub, token)
    clock.advance(minutes=61)
    assert session.load_session(hub, token) is None


def test_a_session_ends_after_eight_hours_in_any_case(hub, clock):
    token = session.open_session(hub, add_person(hub))
    for _ in range(15):
        clock.advance(minutes=30)
        assert session.load_session(hub, token)
    clock.advance(minutes=30, seconds=1)
    assert session.load_session(hub, token) is None


def test_a_closed_session_is_gone(hub):
    token = session.open_session(hub, add_person(hub))
    session.close_session(hub, token)
    assert session.load_session(hub, token) is None
    assert session.load_session(hub, "made up") is None


def test_deactivating_an_account_ends_its_sessions_at_once(hub):
    token = session.open_session(hub, add_person(hub))
    with hub.unit_of_work(CLI, "left the company") as uow:
        access.set_user(uow, "wang.li", active=False)
    assert session.load_session(hub, token) is None


def test_a_changed_role_counts_in_the_running_session(hub):
    token = session.open_session(hub, add_person(hub))
    with hub.unit_of_work(CLI, "new job") as uow:
        access.set_user(uow, "wang.li", roles=["auditor"])
    found = session.load_session(hub, token)
    assert found is not None
    assert found.actor.roles == {Role.AUDITOR}


def test_a_person_keeps_the_language_of_pages(hub):
    actor = add_person(hub)
    token = session.open_session(hub, actor)
    with hub.unit_of_work(actor, "language") as uow:
        access.set_language(uow, "zh_Hans_CN")
    found = session.load_session(hub, token)
    assert found is not None
    assert (found.language, found.display_name) == ("zh_Hans_CN", "王莉")


def test_a_client_is_known_by_its_token(hub):
    made = add_client(hub, "xref:read", "records:write")
    actor = authenticate(hub, made.token)
    assert actor.kind is ActorKind.CLIENT
    assert (actor.source, actor.scopes, actor.user_id) == (
        "MES1",
        {"xref:read", "records:write"},
        made.client_id,
    )


def test_a_revoked_expired_or_made_up_token_is_refused(hub, clock):
    revoked, expired = add_client(hub), add_client(hub, days=1)
    with hub.unit_of_work(CLI, "lost") as uow:
        access.revoke_client(uow, revoked.client_id)
    clock.advance(days=2)
    for token in (revoked.token, expired.token, "made up", "", "\ud800"):
        with pytest.raises(AuthenticationError):
            authenticate(hub, token)


def test_a_client_needs_a_known_source_and_known_scopes(hub):
    with pytest.raises(UnknownSourceError):
        add_client(hub, source="NOPE")
    with pytest.raises(InvalidInputError):
        add_client(hub, "xref:write")


def test_only_who_manages_access_manages_access(hub):
    steward = Actor("s", ActorKind.USER, frozenset({Role.STEWARD}))
    with hub.unit_of_work(steward, "test") as uow:
        for act in (
            lambda: access.add_user(uow, "x", ["admin"]),
            lambda: access.renew_invitation(uow, "x"),
            lambda: access.set_user(uow, "x", active=False),
            lambda: access.list_users(uow),
            lambda: access.add_client(uow, "x", "MES1", ["xref:read"]),
            lambda: access.revoke_client(uow, "x"),
            lambda: access.list_clients(uow),
        ):
            with pytest.raises(ForbiddenError):
                act()


def test_a_client_cannot_act_for_another_source_and_its_try_is_kept(hub):
    actor = authenticate(hub, add_client(hub, "records:write").token)
    access.require(actor, Permission.RECORD_WRITE)
    with pytest.raises(ForbiddenError) as caught:
        access.require_source(actor, "ERP1")
    access.record_denial(hub, actor, caught.value)
    assert [subject for subject, _ in events(hub, "access.denied")] == [actor.name]


def test_lists_show_accounts_and_clients(hub):
    invite(hub)
    add_client(hub)
    with hub.reading(CLI) as uow:
        users, clients = access.list_users(uow), access.list_clients(uow)
    assert [(user.login, user.invited) for user in users] == [("wang.li", True)]
    assert [(client.name, client.source, client.active) for client in clients] == [("MES line", "MES1", True)]


def test_a_person_is_told_who_may_what_they_may_not_and_a_machine_is_not(hub):
    steward = add_person(hub)
    add_person(hub, "gina", ("governance",))
    left = add_person(hub, "left", ("governance",))
    with hub.unit_of_work(CLI, "test") as uow:
        access.set_user(uow, left.name, active=False)
    with hub.reading(steward) as uow:
        assert access.people_who_may(uow, Permission.SOURCE_LOAD) == ("王莉",)
        assert access.people_who_may(uow, Permission.USER_MANAGE) == ()
    with hub.reading(authenticate(hub, add_client(hub).token)) as uow, pytest.raises(ForbiddenError):
        access.people_who_may(uow, Permission.SOURCE_LOAD)
