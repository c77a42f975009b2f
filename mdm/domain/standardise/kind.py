"""What every value kind shares: the surroundings it may look at and the shape of its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn, TypeAlias

from mdm.domain.code_list import CodeList
from mdm.domain.entity_type import Attribute
from mdm.domain.source import Json

Parts: TypeAlias = Mapping[str, str | tuple[str, ...]]
"""Named pieces of a standard value, each one text or several."""


@dataclass(frozen=True, slots=True)
class SourceContext:
    """What a source profile declares about all its values.

    ``date_order`` is ``YMD``, ``DMY``, ``MDY`` or None (then an ambiguous date is not read).
    ``nulls`` are texts that mean "no value" in this source.
    ``country`` (ISO 3166-1 alpha-2) is where numbers without one belong.
    ``columns``: attribute -> column that holds it alone; its name may say what a yes or no answers.
    """

    date_order: str | None = None
    nulls: frozenset[str] = frozenset()
    country: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Env:
    """Where a value stands: governed code lists, declarations of its source, the attribute it belongs to."""

    codes: Mapping[str, CodeList]
    context: SourceContext
    attribute: Attribute


class Fixed(dict[str, str | tuple[str, ...]]):
    """Pieces that nobody can change, because one reading is remembered and handed to every record that has the text."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("the pieces of a standard value are shared: make another dict")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type[Fixed], tuple[dict[str, str | tuple[str, ...]]]]:
        """Pickled as a whole: putting members into an empty one is refused."""
        return Fixed, (dict(self),)


NO_PARTS = Fixed()


class Standard(NamedTuple):
    """A value made comparable: ``findings`` are (rule, severity); ``status`` was cut out of the text."""

    value: Json
    parts: Parts = NO_PARTS
    findings: tuple[tuple[str, str], ...] = ()
    status: str | None = None


Kind: TypeAlias = Callable[[str, Env], Standard]
"""A value kind: turns clean text into its standard value; never raises for bad input."""

ABSENT = Standard(None)
"""What every kind answers for a text that holds no value."""


def rejected(rule: str, severity: str = "warning") -> Standard:
    """No value can be read from the text, and ``rule`` says why."""
    return Standard(None, findings=((rule, severity),))


def kept(value: Json, rule: str, parts: Parts | None = None, severity: str = "warning") -> Standard:
    """The value stays as it came although it breaks ``rule``."""
    return Standard(value, parts or NO_PARTS, ((rule, severity),))
