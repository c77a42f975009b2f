"""Search inside names and keys: which short runs of characters a text holds.

Two Chinese characters already say much, of other writing three do; ``恒瑞`` is found in ``苏州恒瑞精密机械``, which the
trigrams of full-text engines cannot.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise


def fold(text: str) -> str:
    """The text as it is searched: one width, one case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def grams(folded: str) -> frozenset[str]:
    """Pairs of Chinese characters and triples of others, of a folded text."""
    pairs = {one + other for one, other in pairwise(folded) if _is_han(one) and _is_han(other)}
    runs = (folded[at : at + 3] for at in range(len(folded) - 2))
    triples = {run for run in runs if not any(_is_han(sign) or sign.isspace() for sign in run)}
    return frozenset(pairs | triples)


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\U00020000" <= character <= "\U0003ffff"
