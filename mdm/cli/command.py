"""What every command shares: the hub it works with, its answer or one line of error, and the exit code."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path

import click
from rich.console import Console

from mdm import __version__
from mdm.cli.answer import Answer, print_answer
from mdm.config import Settings, load_settings
from mdm.domain.access import Actor, system_actor
from mdm.domain.errors import (
    InvalidInputError,
    MdmError,
    ProfileError,
    UnreadableFileError,
    UnwritableFileError,
)
from mdm.services import setup
from mdm.services.hub import Hub
from mdm.services.unit_of_work import UnitOfWork

errors = Console(stderr=True, highlight=False)
FILE_ERRORS = (UnreadableFileError, UnwritableFileError, ProfileError)
"""What ends a command with exit code 2."""


class House:
    """The hub a command works with, opened on first use, and the actor it acts as."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.actor: Actor = system_actor(f"cli:{getpass.getuser()}")
        self._hub: Hub | None = None

    @property
    def hub(self) -> Hub:
        """The hub; raises NotInitialisedError before ``mdm init``."""
        if self._hub is None:
            self._hub = setup.open_hub(self.settings)
            setup.require_initialised(self._hub)
        return self._hub

    def raw_hub(self) -> Hub:
        """The hub, whatever state its database is in."""
        return setup.open_hub(self.settings)

    @contextmanager
    def writing(self, reason: str) -> Iterator[UnitOfWork]:
        """A unit of work in the name of whoever runs the command."""
        with self.hub.unit_of_work(self.actor, reason) as uow:
            yield uow

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """A reading unit of work."""
        with self.hub.reading(self.actor) as uow:
            yield uow

    def close(self) -> None:
        """Give connections back."""
        if self._hub is not None:
            self._hub.close()


def command(group: click.Group, name: str) -> Callable[[Callable[..., Answer]], click.Command]:
    """A command that answers with a mapping, printed as table or JSON; errors become one line and an exit code."""

    def decorate(function: Callable[..., Answer]) -> click.Command:
        @wraps(function)
        def run(*, as_json: bool, **arguments: object) -> None:
            house = House(load_settings())
            try:
                _check_texts(arguments)
                answer = function(house, **arguments)
            except MdmError as error:
                fail(error, as_json=as_json)
            finally:
                house.close()
            print_answer(answer, as_json=as_json)
            if answer.get("ok") is False:
                raise SystemExit(1)

        option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
        return group.command(name, help=function.__doc__)(option(run))

    return decorate


@click.group()
@click.version_option(__version__, prog_name="mdm")
def main() -> None:
    """Master-data hub: golden records for materials, suppliers and equipment."""


def _check_texts(arguments: Mapping[str, object]) -> None:
    """Refuse arguments that are no text: bytes the terminal could not decode, or NUL."""
    for name, value in arguments.items():
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, (str, Path)) and not _is_text(str(text)):
                raise InvalidInputError(f"{name} holds characters that are no text.", field=name)


def _is_text(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def fail(error: MdmError, *, as_json: bool) -> None:
    """Tell an error in one line and end with its exit code."""
    errors.print(f"error: {error.message}", markup=False, soft_wrap=True)
    if as_json:
        click.echo(json.dumps({"error": error.code, "message": error.message, **error.details}, default=str))
    raise SystemExit(2 if isinstance(error, FILE_ERRORS) else 1)
