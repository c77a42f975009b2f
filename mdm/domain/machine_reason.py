"""Reasons that the machine gives: a code with values, told to each reader in his own language.

They are stored where the reasons of people stand, ``match.full {"entity": "supplier"}``; what people wrote, and what
the machine wrote before there were codes, is shown as it was written.
"""

from __future__ import annotations

import json
import re
from enum import StrEnum
from typing import NamedTuple

from mdm.domain.reason import Words

LONGEST = 300
"""Characters of a value that a reason names."""


class ReasonCode(StrEnum):
    """Why the machine did something."""

    STANDARDISED = "standardise.run"
    MATCHED = "match.changed"
    MATCHED_IN_FULL = "match.full"
    RECORD_CAME = "record.received"
    FILE_CAME = "load.file"
    NEWER_FILES = "setup.newer_files"
    VERDICTS_LEARNED = "model.verdicts"
    VERDICT_SHOWS_NAMES = "alias.verdict"
    RECORD_GONE = "task.record_gone"
    IN_ONE = "task.in_one"
    ANSWERED_ELSEWHERE = "task.answered_elsewhere"
    PAIR_CHANGED = "task.pair_changed"
    PAIR_DECIDED = "task.pair_decided"


class MachineReason(NamedTuple):
    """A reason taken apart."""

    code: ReasonCode
    values: dict[str, str]


_WORDS = {
    ReasonCode.STANDARDISED: Words("Standardising: {entity}", "标准化：{entity}"),
    ReasonCode.MATCHED: Words("Matching what is new or changed: {entity}", "匹配新增或变更的记录：{entity}"),
    ReasonCode.MATCHED_IN_FULL: Words("Matching everything: {entity}", "全量匹配：{entity}"),
    ReasonCode.RECORD_CAME: Words("Source record received: {record}", "收到源记录：{record}"),
    ReasonCode.FILE_CAME: Words("File loaded: {file}", "导入文件：{file}"),
    ReasonCode.NEWER_FILES: Words("The files of a newer version say so.", "新版本的文件如此规定。"),
    ReasonCode.VERDICTS_LEARNED: Words(
        "Learned from {verdicts} verdicts of stewards.", "由数据管家的 {verdicts} 次判定学得。"
    ),
    ReasonCode.VERDICT_SHOWS_NAMES: Words(
        "A verdict shows that these names are one: decision {decision}.",
        "判定表明这些名称属于同一主体：决定 {decision}。",
    ),
    ReasonCode.RECORD_GONE: Words("A record is no longer current.", "其中一条记录已停用。"),
    ReasonCode.IN_ONE: Words("Both records are in one golden record now.", "两条记录现已属于同一黄金记录。"),
    ReasonCode.ANSWERED_ELSEWHERE: Words(
        "Another pair or the blind check asks the same, a verdict answers it, or the evidence changed.",
        "另一对记录或盲检提出了同样的问题，或已有判定给出答案，或证据已变化。",
    ),
    ReasonCode.PAIR_CHANGED: Words("The records or the evidence changed.", "记录或证据已变化。"),
    ReasonCode.PAIR_DECIDED: Words("A verdict on the pair answers it.", "对这一对的判定已给出答案。"),
}


_FORM = re.compile(r"([a-z_]+\.[a-z_]+)(?: (\{.*\}))?", re.DOTALL)


def machine_reason(code: ReasonCode, **values: str) -> str:
    """The reason as it is stored."""
    if not values:
        return code.value
    told = {name: value[:LONGEST] for name, value in values.items()}
    return f"{code.value} {json.dumps(told, ensure_ascii=False)}"


def read_reason(text: str) -> MachineReason | None:
    """The parts of a stored reason; None for what a person wrote."""
    form = _FORM.fullmatch(text)
    if form is None or form[1] not in set(ReasonCode):
        return None
    try:
        values = json.loads(form[2] or "{}")
    except ValueError:
        return None
    return MachineReason(ReasonCode(form[1]), {str(name): str(value) for name, value in values.items()})


def in_words(text: str, entity: Words | None = None) -> Words:
    """A stored reason in both languages; ``entity``: what the entity type it names is called, else its name.

    What a person wrote, and a reason without a value it should have, stays as it is.
    """
    found = read_reason(text)
    if found is None:
        return Words(text, text)
    named = entity or Words(*[found.values.get("entity", "")] * 2)
    try:
        en, zh = (
            words.format_map({**found.values, "entity": name})
            for words, name in zip(_WORDS[found.code], named, strict=True)
        )
    except KeyError:
        return Words(text, text)
    return Words(en, zh)
