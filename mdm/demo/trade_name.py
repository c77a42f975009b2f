"""Invented trade names: Chinese characters with their pinyin, Latin brands with their transliteration.

Names come once, except the few that are meant to be popular.
"""

from __future__ import annotations

from random import Random

from mdm.demo.vocabulary import words

Trade = tuple[str, tuple[str, ...]]
"""Characters and their pinyin, one syllable each."""

_POPULAR = 0.02


class TradeNames:
    """Coins names and remembers them."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self._taken: set[str] = set()
        self._trades: list[Trade] = []

    @property
    def count(self) -> int:
        """How many names were coined so far."""
        return len(self._taken)

    def new_trade(self) -> Trade:
        """A Chinese trade name of two or three syllables; once in fifty cases one that exists already."""
        if self._trades and self.rng.random() < _POPULAR:
            return self.rng.choice(self._trades)
        sounds = words("companies")["sounds"]
        while True:
            # Two-syllable names run out in large worlds; then three syllables it is.
            chosen = tuple(self.rng.sample(_sound_list(), 2 if self.rng.random() < 0.6 else 3))
            if self._claim("".join(chosen)):
                made = "".join(self.rng.choice(sounds[sound]) for sound in chosen), chosen
                self._trades.append(made)
                return made

    def new_brand(self) -> tuple[str, str]:
        """A Latin brand and its transliteration; of three syllables once the short ones run out."""
        for _ in range(40):
            made = coin_brand(self.rng)
            if self._claim(made[0]):
                return made
        while True:
            middle, middle_zh = self.rng.choice(words("companies")["brand"]["head"])
            (head, head_zh), (tail, tail_zh) = _brand_parts(self.rng)
            brand = head + middle.lower() + tail
            if self._claim(brand) or self.rng.random() < 0.01:
                return brand, head_zh + middle_zh + tail_zh

    def new_japanese(self) -> tuple[str, str, tuple[str, str, str]]:
        """A Japanese family name in Latin and in kanji, with its line of business (Latin, Japanese, English)."""
        names = words("companies")["japan"]
        while True:
            (head, head_kanji), (tail, tail_kanji) = (
                self.rng.choice(names["heads"]),
                self.rng.choice(names["tails"]),
            )
            trade: tuple[str, str, str] = tuple(self.rng.choice(names["trades"]))
            if self._claim(f"{head}{tail} {trade[0]}") or self.rng.random() < 0.01:
                return head + tail, head_kanji + tail_kanji, trade

    def _claim(self, name: str) -> bool:
        fresh = name not in self._taken
        self._taken.add(name)
        return fresh


def coin_brand(rng: Random) -> tuple[str, str]:
    """Any Latin brand and its transliteration, new or not."""
    (head, head_zh), (tail, tail_zh) = _brand_parts(rng)
    return head + tail, head_zh + tail_zh


def _brand_parts(rng: Random) -> tuple[tuple[str, str], tuple[str, str]]:
    brand = words("companies")["brand"]
    return rng.choice(brand["head"]), rng.choice(brand["tail"])


def _sound_list() -> list[str]:
    return list(words("companies")["sounds"])
