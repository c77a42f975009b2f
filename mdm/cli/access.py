"""Commands on people and programs: user, client."""

from __future__ import annotations

import click

from mdm.cli.answer import Answer
from mdm.cli.command import House, command, main
from mdm.services import access


@main.group("user")
def user_group() -> None:
    """Accounts of people."""


@command(user_group, "add")
@click.argument("login")
@click.option("--role", "roles", required=True, help="steward, governance, auditor, admin; comma-separated.")
@click.option("--name", default="", help="Printed name.")
@click.option("--port", default=8000, help="Port for the link that is printed.")
def user_add(house: House, login: str, roles: str, name: str, port: int) -> Answer:
    """Invite a person; the one-time link sets their password within 72 hours."""
    with house.writing(f"invite {login}") as uow:
        made = access.add_user(uow, login, roles.split(","), name)
    link = f"http://127.0.0.1:{port}/invitation/{made.token}"
    return {"user_id": made.user.user_id, "login": made.user.login, "link": link}


@main.group("client")
def client_group() -> None:
    """API clients of source systems."""


@command(client_group, "add")
@click.argument("name")
@click.option("--source", "code", required=True, help="The one source system it speaks for.")
@click.option("--scope", "scopes", required=True, help="xref:read, records:write, …; comma-separated.")
@click.option("--owner", default="", help="Login of the person who answers for it; else whoever adds it.")
def client_add(house: House, name: str, code: str, scopes: str, owner: str) -> Answer:
    """Add an API client; its token is printed this once."""
    with house.writing(f"add client {name}") as uow:
        made = access.add_client(uow, name, code, scopes.split(","), owner=owner)
    return {"client_id": made.client_id, "token": made.token}
