"""E-mail addresses and websites, and the domain by which both name a firm.

A domain of a public mail service says nothing about the firm, so it is marked and kept out of ``domain``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from mdm.domain.standardise.kind import ABSENT, Env, Kind, Standard, kept
from mdm.domain.standardise.text import clean

FREE_MAIL = frozenset(
    [
        "126.com",
        "139.com",
        "163.com",
        "188.com",
        "189.cn",
        "21cn.com",
        "aliyun.com",
        "aol.com",
        "foxmail.com",
        "gmail.com",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "live.cn",
        "mail.com",
        "mail.ru",
        "me.com",
        "msn.com",
        "outlook.com",
        "qq.com",
        "sina.cn",
        "sina.com",
        "sina.com.cn",
        "sohu.com",
        "tom.com",
        "vip.163.com",
        "vip.qq.com",
        "vip.sina.com",
        "wo.cn",
        "web.de",
        "yahoo.cn",
        "yahoo.co.jp",
        "yahoo.com",
        "yahoo.com.cn",
        "yandex.ru",
        "yeah.net",
        "t-online.de",
        "naver.com",
    ]
)
_EMAIL = re.compile(r"[^\s@<>;,:()]+@[^\s@<>;,:()]+\.[^\s@<>;,:().]{2,}")
_SCHEME = re.compile(r"^(?:mailto:|[a-z]+:/{0,2})?(?:www\d?\.)?")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_SECOND_LEVEL = frozenset(["com", "net", "org", "gov", "edu", "co", "ac", "or", "ne", "go"])


@lru_cache(maxsize=65536)
def _emails(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_EMAIL.findall(text.lower().replace("mailto:", ""))))


def email(text: str, env: Env) -> Standard:
    """Lower-case addresses joined by "; "; parts domain (own domains only), stem and free ("1" or "0")."""
    shown = clean(text)
    found = _emails(shown)
    if not found:
        return kept(shown, "email_format") if shown else ABSENT
    hosts = tuple(dict.fromkeys(address.rpartition("@")[2] for address in found))
    own = tuple(host for host in hosts if host not in FREE_MAIL)
    parts: dict[str, str | tuple[str, ...]] = {
        "key": found,
        "domain": tuple(dict.fromkeys(registered_domain(host) for host in own)),
        "stem": tuple(dict.fromkeys(stem(host) for host in own)),
        "free": "0" if own else "1",
    }
    return Standard("; ".join(found), parts)


def website(text: str, env: Env) -> Standard:
    """The host without scheme and www, with its path; parts domain and stem."""
    shown = _SCHEME.sub("", clean(text).lower().replace(" ", "")).rstrip("/")
    if not shown:
        return ABSENT
    host = re.split(r"[/:?#]", shown)[0]
    if not _HOST.fullmatch(host):
        return kept(shown, "website_format")
    return Standard(shown, {"domain": registered_domain(host), "stem": stem(host)})


@lru_cache(maxsize=65536)
def registered_domain(host: str) -> str:
    """The part of a host that a firm registers: mail.acme.com.cn and www.acme.com.cn are acme.com.cn."""
    labels = host.strip(".").split(".")
    keep = 3 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL and len(labels[-1]) == 2 else 2
    return ".".join(labels[-keep:])


def stem(host: str) -> str:
    """The name inside a domain: acme.com.cn and acme.de are acme."""
    return registered_domain(host).split(".")[0]


KINDS: Mapping[str, Kind] = {"email": email, "website": website}
