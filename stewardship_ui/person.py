"""People by their names: who acted, commented or holds a task, not by the login that is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from flask import g

from mdm.domain.change import person_of
from mdm.services import access
from stewardship_ui.door import is_logged_in, reading


def show_person(actor: str) -> str:
    """The name of the person behind an actor; machines, terminals and clients as they are stored."""
    return _names().get(person_of(actor), actor)


def _names() -> Mapping[str, str]:
    """Asked once per page that shows anybody."""
    if "names_of_people" not in g:
        g.names_of_people = {}
        if is_logged_in():
            with reading() as uow:
                g.names_of_people = access.names_of_people(uow)
    return cast("Mapping[str, str]", g.names_of_people)
