"""Reading TOML value by value: what does not fit is noted as a fault and replaced by a harmless default.

Invariant: reading never stops at the first fault, so whoever edits the data sees all of them at once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

MAX_NUMBER = 2**31 - 1

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class TomlTable:
    """One table of a file; ``place`` names it for people, all tables of a run share ``faults``."""

    place: str
    values: Mapping[str, object]
    faults: list[str]

    def fault(self, text: str) -> None:
        """Note what is wrong at this place."""
        self.faults.append(f"{self.place}: {text}")

    def text(self, key: str, *, needed: bool = False) -> str:
        """The text under ``key``; '' when absent, and a fault if it was ``needed``."""
        value = self.values.get(key, "")
        if not isinstance(value, str):
            self.fault(f"{key} must be text, not {value!r}")
            return ""
        if needed and not value.strip():
            self.fault(f"{key} is missing")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of texts under ``key``, empty when absent."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fault(f"{key} must be a list of texts")
            return ()
        return tuple(value)

    def number(self, key: str) -> int | None:
        """The positive whole number under ``key``, None when absent."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_NUMBER:
            self.fault(f"{key} must be a positive whole number, not {value!r}")
            return None
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """The true or false under ``key``."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            self.fault(f"{key} must be true or false, not {value!r}")
            return default
        return value

    def choice(self, key: str, default: Choice) -> Choice:
        """The member of the enumeration of ``default`` that is written under ``key``."""
        kind = type(default)
        value = self.values.get(key, default)
        if not isinstance(value, str) or value not in set(kind):
            self.fault(f"{key} {value!r} is not one of {', '.join(kind)}")
            return default
        return kind(str(value))

    def table(self, key: str) -> TomlTable:
        """The table under ``key``, empty when absent."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            self.fault(f"{key} must be a table")
            return TomlTable(f"{self.place} {key}", {}, self.faults)
        return TomlTable(f"{self.place} {key}", value, self.faults)

    def tables(self, key: str) -> tuple[TomlTable, ...]:
        """The list of tables under ``key``; each is placed by its number, from 1."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fault(f"{key} must be a list of tables")
            return ()
        return tuple(
            TomlTable(f"{self.place} {key} {number}", item, self.faults)
            for number, item in enumerate(value, start=1)
        )

    def placed(self, place: str) -> TomlTable:
        """The same table under a name that tells people more."""
        return TomlTable(place, self.values, self.faults)

    def refuse_others(self, known: Collection[str]) -> None:
        """Note every key that nobody reads; most are typing errors."""
        for key in self.values:
            if key not in known:
                self.fault(f"unknown key {key!r}")


def read_toml(place: str, text: str, faults: list[str]) -> TomlTable:
    """The whole file as one table, empty with a fault when it is not TOML."""
    try:
        return TomlTable(place, tomllib.loads(text), faults)
    except (
        ValueError,
        RecursionError,
    ) as error:  # endless digits and endless nesting, besides TOMLDecodeError
        faults.append(f"{place}: not TOML: {error}")
        return TomlTable(place, {}, faults)
