"""What a company name says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CompanyName:
    """The pieces of one company name; a piece it does not have is empty.

    ``region``: codes of every place it may mean (Suzhou names two cities).
    ``trade``: comparison key of the trade name. ``industry``: concept codes in order.
    ``branch``: place or number of the branch, or ``branch``.
    ``remainder``: words after the trade name that no list knows.
    """

    trade: str = ""
    trade_pinyin: str = ""
    region: tuple[str, ...] = ()
    industry: tuple[str, ...] = ()
    legal_form: str = ""
    branch: str = ""
    former: tuple[str, ...] = ()
    core: str = ""
    remainder: str = ""
