"""Where a record stands in its life: a code of the list, or yes and no to what the column's name asks.

A column 禁用状态 or "Blocked?" that holds 否 or No says that the record is in use: the word in its name is the status
that the value affirms or denies.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from mdm.domain.standardise.kind import Env, Kind, Standard
from mdm.domain.standardise.same import Same
from mdm.domain.standardise.scalar import code, flag
from mdm.domain.standardise.text import comparison_key, has_han

IN_USE, OUT_OF_USE = "active", "inactive"
"""What the denial of any other status means, and that of being in use."""


def status(value: str, env: Env) -> Standard:
    """A code of the attribute's list; a yes or no counts for the status that the column asks about."""
    column = env.context.columns.get(env.attribute.name, "")
    codes = env.codes.get(env.attribute.code_list)
    told = flag(value, env).value if column and codes else None
    asked = _asked(column, Same(codes)) if codes and isinstance(told, bool) else None
    if asked is None:
        return code(value, env)
    denied = OUT_OF_USE if asked == IN_USE else IN_USE
    return code(asked if told else denied, env)


@lru_cache(maxsize=1024)
def _asked(column: str, same: Same) -> str | None:
    """The status whose longest spelling stands in a column's name; single characters and short words do not count."""
    name = comparison_key(column)
    found = [
        (len(word), entry.code)
        for entry in same.codes.entries
        for word in map(comparison_key, (entry.code, *entry.spellings))
        if len(word) >= (2 if has_han(word) else 4) and word in name
    ]
    return max(found)[1] if found else None


KINDS: Mapping[str, Kind] = {"status": status}
