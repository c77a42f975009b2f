"""One machine of a demo world, before any system writes it down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mdm.demo.dirt import Date
from mdm.demo.makers import Maker


@dataclass(frozen=True, slots=True)
class Machine:
    """A physical machine: what it is, who made it, where it stands, which numbers it carries."""

    kind: dict[str, Any]  # one machine type of the vocabulary, as it stands there
    maker: Maker
    model: str
    serial: str
    site: dict[str, Any]  # one site of the vocabulary
    area: tuple[str, str, str]  # code, English, Chinese
    line: int
    tag: str
    order: int  # the running number in the tag
    asset: str
    since: Date
    year: int
    value: str
    cost_center: str
    due: Date
    certificate: str
    parent: str = ""
    former_tag: str = ""
    retired: bool = False
    moved_from: Machine | None = None  # where and under which tag it stood before
