"""Members of feature values: distinct texts, and the stable numbers that stand for them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Sequence

FeatureValue = str | Sequence[str] | float | None
"""A text, a set of texts, a number or nothing; as stored per record in JSON."""


def member_hash(text: str) -> int:
    """Stable 63-bit number of a text: the same on every machine and in every run."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def members_of(value: FeatureValue) -> tuple[str, ...]:
    """The distinct texts of a feature value, sorted; empty texts do not count."""
    return tuple(sorted(texts_of(value)))


def texts_of(value: FeatureValue) -> Collection[str]:
    """The distinct texts of a feature value in no order; empty texts do not count."""
    if value is None or isinstance(value, (int, float)):
        return ()
    if isinstance(value, str):
        return (value,) if value else ()
    return {text for text in value if text} if value else ()


def text_of(value: FeatureValue) -> str | None:
    """A text, also where a feature hands it over as the only member of a set."""
    texts = members_of(value)
    return texts[0] if len(texts) == 1 else None


def number_of(value: FeatureValue) -> float | None:
    """A number, also where a feature hands it over as text or as the only member of a set."""
    if not isinstance(value, (int, float)):
        texts = members_of(value)
        try:
            value = float(texts[0]) if len(texts) == 1 else math.nan
        except ValueError:
            return None
    return float(value) if math.isfinite(value) else None
