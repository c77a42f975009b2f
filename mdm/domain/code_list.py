"""Code lists: the allowed codes of an attribute and every spelling by which sources mean them.

Invariant: a spelling names at most one code, unless its list says that spellings are shared (two cities with
one pinyin); then ``resolve`` stays silent and ``candidates`` tells all.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from mdm.domain.errors import DictionaryError, InvalidInputError
from mdm.domain.toml_table import TomlTable, read_toml

_LIST_KEYS = {"version", "owner", "zh", "en", "source", "shared_synonyms", "entries"}
_ENTRY_KEYS = {"code", "zh", "en", "synonyms", "parent"}


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One code with its names and spellings; ``parent`` is its group (class, province)."""

    code: str
    zh: str = ""
    en: str = ""
    synonyms: tuple[str, ...] = ()
    parent: str = ""

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every text that means this entry: names first, then synonyms, without the code itself."""
        return tuple(dict.fromkeys(text for text in (self.zh, self.en) if text)) + self.synonyms

    def label(self, language: str) -> str:
        """The name in ``zh`` or ``en``, the other language or the code where it has none."""
        names = (self.zh, self.en) if language == "zh" else (self.en, self.zh)
        return names[0] or names[1] or self.code


@dataclass(frozen=True)  # no slots: the lookup is built once, on first use, into the instance
class CodeList:
    """A versioned list of codes; two lists are equal when version and entries are."""

    name: str
    version: str
    owner: str
    entries: tuple[CodeEntry, ...]
    zh: str = ""
    en: str = ""
    shared_synonyms: bool = False

    @cached_property
    def by_code(self) -> Mapping[str, CodeEntry]:
        """Code to entry, in the order of the list."""
        return {entry.code: entry for entry in self.entries}

    @cached_property
    def content(self) -> str:
        """Everything but name and version, as canonical JSON."""
        held = asdict(self)
        del held["name"], held["version"]
        return json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @cached_property
    def content_hash(self) -> str:
        """sha256 of the content: equal when nothing but the version differs."""
        return hashlib.sha256(self.content.encode()).hexdigest()

    @cached_property
    def _codes_by_key(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        for entry in self.entries:
            for text in entry.spellings:
                found.setdefault(lookup_key(text), {})[entry.code] = None
        # A code as written always means itself, whatever else spells the same.
        return {key: tuple(codes) for key, codes in found.items()} | {
            lookup_key(entry.code): (entry.code,) for entry in self.entries
        }

    def resolve(self, text: str) -> str | None:
        """The one code that ``text`` means, else None; width, case and spaces do not count."""
        codes = self.candidates(text)
        return codes[0] if len(codes) == 1 else None

    def candidates(self, text: str) -> tuple[str, ...]:
        """Every code that ``text`` may mean, in the order of the list."""
        return self._codes_by_key.get(lookup_key(text), ())

    def label(self, code: str, language: str) -> str:
        """What people call ``code`` in ``zh`` or ``en``; an unknown code is shown as it is."""
        entry = self.by_code.get(code)
        return entry.label(language) if entry else code


@dataclass(frozen=True, slots=True)
class CodeEdit:
    """What is to become of one code; a name that is None stays, ``drop`` takes the code out of the list."""

    code: str
    zh: str | None = None
    en: str | None = None
    parent: str | None = None
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    drop: bool = False


def edit_code_list(codes: CodeList, edits: Sequence[CodeEdit]) -> CodeList:
    """The list with the edits made; raises DictionaryError when a spelling would mean two codes, or a code nothing."""
    entries = dict(codes.by_code)
    for edit in edits:
        if edit.drop:
            entries.pop(edit.code, None)
        else:
            entries[edit.code] = _edited(entries.get(edit.code, CodeEntry(edit.code)), edit)
    made = replace(codes, entries=tuple(entries.values()))
    faults = code_list_faults(made)
    faults += [
        f"{codes.name}: {entry.code!r} has no name" for entry in made.entries if _nameless(entry, codes)
    ]
    if faults:
        raise DictionaryError("; ".join(faults[:20]), faults=faults, field="code")
    return made


def check_edit(edit: CodeEdit) -> None:
    """Raise InvalidInputError for a text that people cannot see in full: it would spell what no source ever sends."""
    texts = {
        "code": (edit.code,),
        "zh": (edit.zh,),
        "en": (edit.en,),
        "parent": (edit.parent,),
        "add": edit.add,
    }
    for field, held in texts.items():
        for text in held:
            hidden = next((char for char in text or "" if _is_invisible(char)), None)
            if hidden is not None:
                raise InvalidInputError(
                    f"{field}: {text!r} holds an invisible character (U+{ord(hidden):04X}).", field=field
                )


def check_groups(codes: CodeList, edits: Sequence[CodeEdit], lists: Iterable[CodeList]) -> None:
    """Raise InvalidInputError for a parent that is neither a code nor a group of the list.

    Where every group of the list is a code of another of ``lists``, all codes of that one are groups.
    """
    groups = {entry.parent for entry in codes.entries if entry.parent}
    known = groups | set(codes.by_code) | {edit.code for edit in edits}
    for other in lists:
        if groups and groups <= other.by_code.keys():
            known |= other.by_code.keys()
    for edit in edits:
        if edit.parent and edit.parent not in known:
            raise InvalidInputError(
                f"parent: {codes.name} knows no group {edit.parent!r}.",
                field="parent",
                known=sorted(groups)[:50],
            )


def _is_invisible(char: str) -> bool:
    """Control, format, private and unassigned characters, line breaks, and spaces that do not look like one."""
    kind = unicodedata.category(char)
    return kind[0] == "C" or kind in {"Zl", "Zp"} or (kind == "Zs" and char not in " \u3000")


def _nameless(entry: CodeEntry, before: CodeList) -> bool:
    """Whether people would have no word for a code; old ones may do with a spelling."""
    named = entry.zh or entry.en
    return not (named or entry.code in before.by_code) or not entry.spellings


def edits_between(old: CodeList, new: CodeList) -> tuple[CodeEdit, ...]:
    """The edits that lead from one list to the other."""
    edits = []
    for entry in new.entries:
        held = old.by_code.get(entry.code, CodeEntry(entry.code))
        if entry != held or entry.code not in old.by_code:
            edits.append(
                CodeEdit(
                    entry.code,
                    _differing(held.zh, entry.zh),
                    _differing(held.en, entry.en),
                    _differing(held.parent, entry.parent),
                    tuple(text for text in entry.synonyms if text not in held.synonyms),
                    tuple(text for text in held.synonyms if text not in entry.synonyms),
                )
            )
    gone = [CodeEdit(code, drop=True) for code in old.by_code if code not in new.by_code]
    return (*edits, *gone)


def lookup_key(text: str) -> str:
    """The form in which spellings are compared: NFKC, case folded, spaces collapsed."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def parse_code_list(name: str, text: str, faults: list[str]) -> CodeList:
    """The list written in TOML ``text``; what does not fit is added to ``faults``."""
    table = read_toml(f"codes/{name}.toml", text, faults)
    table.refuse_others(_LIST_KEYS)
    return CodeList(
        name=name,
        version=table.text("version", needed=True),
        owner=table.text("owner", needed=True),
        entries=tuple(_entry(table.place, row) for row in table.tables("entries")),
        zh=table.text("zh"),
        en=table.text("en"),
        shared_synonyms=table.flag("shared_synonyms", default=False),
    )


def code_list_from_json(name: str, version: str, content: str) -> CodeList:
    """The list whose ``content`` was stored; ``Any``: JSON of that shape."""
    held: dict[str, Any] = json.loads(content)
    entries = tuple(
        CodeEntry(**{**entry, "synonyms": tuple(entry["synonyms"])}) for entry in held.pop("entries")
    )
    return CodeList(name, version, entries=entries, **held)


def merge_code_lists(lists: Sequence[CodeList]) -> CodeList:
    """Lists of one name as one: new codes add, a repeated one gains synonyms and the later names."""
    first = lists[0]
    if len(lists) == 1:
        return first
    merged: dict[str, CodeEntry] = {}
    for entry in (entry for code_list in lists for entry in code_list.entries):
        merged[entry.code] = _joined(merged[entry.code], entry) if entry.code in merged else entry
    return replace(
        first,
        version="+".join(code_list.version for code_list in lists),
        entries=tuple(merged.values()),
        shared_synonyms=any(code_list.shared_synonyms for code_list in lists),
    )


def code_list_faults(code_list: CodeList) -> list[str]:
    """Codes that appear twice, and spellings that mean two codes in a list that does not share spellings.

    Two codes that differ in width, case or spaces only are one: the later would take every text of the earlier.
    """
    place = f"codes/{code_list.name}.toml"
    keys = [lookup_key(entry.code) for entry in code_list.entries]
    twice = set(_repeated(keys))
    faults = [
        f"{place}: code {entry.code!r} appears twice"
        for entry, key in zip(code_list.entries, keys, strict=True)
        if key in twice
    ]
    if code_list.shared_synonyms:
        return faults
    owner_of = {lookup_key(entry.code): entry.code for entry in code_list.entries}
    for entry in code_list.entries:
        for text in entry.spellings:
            owner = owner_of.setdefault(lookup_key(text), entry.code)
            if owner != entry.code:
                faults.append(f"{place}: {text!r} means both {owner!r} and {entry.code!r}")
    return faults


def _entry(place: str, row: TomlTable) -> CodeEntry:
    row = row.placed(f"{place}: {row.values.get('code', row.place)}")
    row.refuse_others(_ENTRY_KEYS)
    return CodeEntry(
        code=row.text("code", needed=True),
        zh=row.text("zh"),
        en=row.text("en"),
        synonyms=row.texts("synonyms"),
        parent=row.text("parent"),
    )


def _edited(held: CodeEntry, edit: CodeEdit) -> CodeEntry:
    kept = tuple(text for text in held.synonyms if text not in edit.remove)
    return CodeEntry(
        held.code,
        held.zh if edit.zh is None else edit.zh,
        held.en if edit.en is None else edit.en,
        tuple(dict.fromkeys((*kept, *edit.add))),
        held.parent if edit.parent is None else edit.parent,
    )


def _differing(was: str, becomes: str) -> str | None:
    return None if was == becomes else becomes


def _joined(old: CodeEntry, new: CodeEntry) -> CodeEntry:
    return CodeEntry(
        code=old.code,
        zh=new.zh or old.zh,
        en=new.en or old.en,
        synonyms=tuple(dict.fromkeys(old.synonyms + new.synonyms)),
        parent=new.parent or old.parent,
    )


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]
