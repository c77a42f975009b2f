"""How people and systems spoil values on their way into a source: typing, cutting, notes, spreadsheets.

Every function takes the random source first and changes one text; none of them touches what a record *is*.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import TypeVar

from opencc import OpenCC

T = TypeVar("T")

NULLS = ("-", "/", "N/A", "无", "待定", "TBD", "   ", "0", "暂无", "NULL")
NOTES_ZH = (
    "(停用)",
    "（停用）",
    "(作废)",
    "【勿用】",
    "(重复)",
    "（临时）",
    "(旧)",
    " -旧",
    "(新)",
    "（报废）",
    "(备用)",
    "-1",
    "*",
)
NOTES_EN = (
    " - DO NOT USE",
    " (INACTIVE)",
    " OBSOLETE",
    " (OLD)",
    "*",
    " #",
    " (dup)",
    " - NEW",
    " - DECOMMISSIONED",
)
SOUND_ALIKE = {
    "限": "线现",
    "司": "斯思",
    "制": "治质",
    "精": "经京",
    "密": "蜜",
    "械": "戒",
    "胶": "交",
    "件": "建",
    "测": "侧",
    "器": "气",
    "科": "可",
    "技": "计",
    "材": "才",
    "料": "科",
    "医": "衣",
    "疗": "辽",
    "包": "饱",
    "装": "妆",
    "电": "店",
    "钉": "丁",
    "螺": "罗",
    "钢": "刚",
    "圈": "卷",
    "管": "官",
    "板": "版",
    "机": "积",
    "仪": "议",
    "箱": "相",
    "注": "住",
    "射": "社",
    "无": "物",
    "菌": "均",
    "新": "欣",
    "华": "花",
    "元": "员",
    "诺": "洛",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


class Pen:
    """Writes one record: its random source, and whether this record is one of the sparse ones."""

    def __init__(self, rng: Random, *, sparse: bool = False) -> None:
        self.rng = rng
        self.sparse = sparse

    def maybe(self, share: float, value: str) -> str:
        """The value in this share of the records (half of it in sparse ones), else nothing or a hidden null."""
        if self.rng.random() < (share * 0.45 if self.sparse else share):
            return value
        return self.rng.choice(NULLS) if self.rng.random() < 0.004 else ""

    def chance(self, share: float) -> bool:
        """True in this share of the calls."""
        return self.rng.random() < share


def weighted(rng: Random, options: Sequence[tuple[T, float]]) -> T:
    """One of ``(value, weight)``."""
    return rng.choices([value for value, _ in options], [weight for _, weight in options])[0]


def mistype_han(rng: Random, text: str) -> str:
    """One Chinese character replaced by one that sounds alike, or lost."""
    spots = [index for index, char in enumerate(text) if char in SOUND_ALIKE]
    if spots and rng.random() < 0.75:
        spot = rng.choice(spots)
        return text[:spot] + rng.choice(SOUND_ALIKE[text[spot]]) + text[spot + 1 :]
    han = [index for index, char in enumerate(text) if "一" <= char <= "鿿"]
    if len(han) < 4:
        return text
    spot = rng.choice(han[1:])
    return text[:spot] + text[spot + 1 :]


def mistype_latin(rng: Random, text: str) -> str:
    """One letter lost, doubled or swapped with its neighbour; digits are left alone."""
    spots = [
        i
        for i in range(1, len(text) - 1)
        if text[i].isascii() and text[i].isalpha() and text[i + 1].isalpha()
    ]
    if not spots:
        return text
    spot = rng.choice(spots)
    return rng.choice(
        (
            text[:spot] + text[spot + 1 :],
            text[:spot] + text[spot] + text[spot:],
            text[:spot] + text[spot + 1] + text[spot] + text[spot + 2 :],
        )
    )


def full_width(text: str) -> str:
    """ASCII as full-width forms, as an input method left on Chinese writes it."""
    return text.translate(_WIDE)


@cache
def _converter() -> OpenCC:
    return OpenCC("s2t")


@cache
def _traditional_char(char: str) -> str:
    return str(_converter().convert(char))


def traditional(text: str) -> str:
    """Traditional script, character by character (enough for names, and quick)."""
    return "".join(_traditional_char(char) for char in text)


def brackets(rng: Random, text: str) -> str:
    """Brackets in half or full width."""
    if rng.random() < 0.45:
        return text.replace("（", "(").replace("）", ")")
    return text


def spoil_name(rng: Random, text: str, share: float = 1.0) -> str:
    """A name as typed: now and then a typing error, a status note, wide or spaced characters, a stray end."""
    roll = rng.random() / share
    han = any("一" <= char <= "鿿" for char in text)
    if roll < 0.022:
        return mistype_han(rng, text) if han else mistype_latin(rng, text)
    if roll < 0.044:
        return text + rng.choice(NOTES_ZH if han else NOTES_EN)
    if roll < 0.050:
        return text + " "
    if roll < 0.054:
        return " ".join(text) if han and text.isalpha() else full_width(text)
    if roll < 0.062:
        return traditional(text)
    return text + "。" if roll < 0.064 and han else text


def spoil_code(rng: Random, code: str, share: float = 1.0) -> str:
    """An identifier as typed or exported: case, width, separators, a stray mark, letter O for zero."""
    roll = rng.random() / share
    if not code or roll > 0.16:
        return code
    changes = (
        (0.035, code.lower()),
        (0.055, full_width(code)),
        (0.070, code + " "),
        (0.082, "'" + code),
        (0.092, code + rng.choice("*#.")),
        (0.112, code.replace("-", "")),
        (0.127, code.replace("-", rng.choice((" ", "_", "/", ".")))),
        (0.137, code.replace("0", "O", 1)),
        (0.142, code.replace("1", "I", 1)),
        (0.150, code + rng.choice((" (新)", "（旧）", "(old)"))),
    )
    for limit, changed in changes:
        if roll < limit:
            return changed
    return _slip(rng, code)


def _slip(rng: Random, code: str) -> str:
    """Two neighbouring digits swapped or one digit lost: wrong for good."""
    spots = [i for i in range(len(code) - 1) if code[i].isdigit() and code[i + 1].isdigit()]
    if not spots:
        return code
    spot = rng.choice(spots)
    if rng.random() < 0.5:
        return code[:spot] + code[spot + 1] + code[spot] + code[spot + 2 :]
    return code[:spot] + code[spot + 1 :]


def spreadsheet_number(code: str) -> str:
    """A long number as a spreadsheet destroys it (``9.1320E+17``): the value is lost."""
    digits = "".join(char for char in code if char.isdigit())
    return f"{digits[0]}.{digits[1:5]}E+{len(code) - 1}"


Date = tuple[int, int, int]
"""Year, month, day (1 to 28)."""


def random_date(rng: Random, first: int, last: int) -> Date:
    """A day between two years, both included."""
    return rng.randint(first, last), rng.randint(1, 12), rng.randint(1, 28)


def later(rng: Random, date: Date, years: int) -> Date:
    """Another day in the same or one of the following years."""
    return date[0] + rng.randint(0, years), rng.randint(1, 12), rng.randint(1, 28)


def sap_date(date: Date) -> str:
    """YYYYMMDD."""
    return f"{date[0]:04}{date[1]:02}{date[2]:02}"


def iso_date(date: Date) -> str:
    """YYYY-MM-DD."""
    return f"{date[0]:04}-{date[1]:02}-{date[2]:02}"


def u8_date(date: Date) -> str:
    """A day as Yonyou's database export writes it."""
    return f"{iso_date(date)} 00:00:00.000"


def k3_date(rng: Random, date: Date) -> str:
    """A day as people let a spreadsheet show it."""
    return iso_date(date) if rng.random() < 0.5 else f"{date[0]}/{date[1]}/{date[2]}"


def ledger_date(rng: Random, date: Date) -> str:
    """A day as kept by hand in a ledger, three styles mixed."""
    return f"{date[0]}年{date[1]}月{date[2]}日" if rng.random() < 0.34 else k3_date(rng, date)


def english_date(date: Date) -> str:
    """DD-Mon-YYYY."""
    return f"{date[2]:02}-{_MONTHS[date[1] - 1]}-{date[0]}"


def american_date(date: Date) -> str:
    """MM/DD/YYYY."""
    return f"{date[1]:02}/{date[2]:02}/{date[0]}"
