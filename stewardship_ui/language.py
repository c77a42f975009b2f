"""Which language a page speaks, and how it writes times, ages and numbers.

Invariant: the order is the person's own choice, then ``?lang=`` of the address, then the browser's wish.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from flask import request, session
from flask_babel import format_datetime, format_decimal, format_timedelta, get_locale, gettext

from mdm.domain.source import Json

LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
"""Short name, as the dictionary and the address use it -> Babel's name."""

TAGS = {"zh": "zh-Hans", "en": "en"}
"""Short name -> what the ``lang`` attribute of a page says."""

SESSION_KEY = "language"


def choose_locale() -> str:
    """Babel's name of the language of this request."""
    for wish in (session.get(SESSION_KEY), request.args.get("lang", "")[:2].lower()):
        if wish in LOCALES:
            return LOCALES[wish]
    best = request.accept_languages.best_match(["en", "zh-Hans-CN", "zh-CN", "zh"], default="en")
    return LOCALES[best[:2]]


def language() -> str:
    """``zh`` or ``en``."""
    locale = get_locale()
    return "zh" if locale is not None and locale.language == "zh" else "en"


def language_of(text: object) -> str:
    """The ``lang`` tag of a value that is not in the language of the page, else ''."""
    han = any("\u3400" <= character <= "\u9fff" for character in str(text))
    spoken = "zh" if han else "en"
    return TAGS["zh"] if han and spoken != language() else ""


def moment(text: str | datetime | None) -> datetime | None:
    """The time written in ISO 8601, aware; None for an empty or unreadable one."""
    if isinstance(text, datetime):
        return text if text.tzinfo else text.replace(tzinfo=UTC)
    try:
        parsed = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def show_time(text: str | datetime | None) -> str:
    """Date, time and zone as people read them in the language of the page."""
    at = moment(text)
    if at is None:
        return ""
    pattern = "y年M月d日 HH:mm" if language() == "zh" else "d MMM y, HH:mm"
    return f"{format_datetime(at, pattern, rebase=False)} UTC"


def show_age(text: str | datetime | None, now: datetime) -> str:
    """How long ago, in the largest unit that says something."""
    at = moment(text)
    if at is None:
        return ""
    if now - at < timedelta(minutes=1):
        return str(gettext("just now"))
    shown: str = format_timedelta(at - now, granularity="minute", threshold=1.1, add_direction=True)
    return shown


def show_number(value: float | Decimal) -> str:
    """A number with the group and decimal signs of the language."""
    shown: str = format_decimal(value)
    return shown


def show_bits(weight: float) -> str:
    """Evidence in bits, always with its sign, one decimal."""
    sign = "+" if weight > 0.0499 else "−" if weight < -0.0499 else "±"
    return f"{sign}{abs(weight):.1f}"


def show_share(share: float) -> str:
    """A measured share, 0 to 1, to a tenth of a percent."""
    return f"{share * 100:.1f} %"


def show_percent(probability: float) -> str:
    """A probability that never claims certainty: at least 0.1 %, at most 99.9 %."""
    percent = min(max(probability * 100, 0.1), 99.9)
    return f"{percent:.1f} %" if percent < 1 or percent >= 98.95 else f"{percent:.0f} %"


def is_empty(value: Json) -> bool:
    """Whether there is nothing to show."""
    return value is None or value in ("", [], {}, ())
