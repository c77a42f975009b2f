"""All value kinds by the name under which the dictionary calls them."""

from __future__ import annotations

from collections.abc import Mapping

from mdm.domain.entity_type import KINDS as _ALL
from mdm.domain.standardise import (
    address,
    company,
    date,
    equipment,
    grade,
    identifier,
    internet,
    material_text,
    part,
    phone,
    place,
    scalar,
    status,
)
from mdm.domain.standardise.kind import Kind

KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(_ALL, scalar.text),
    **scalar.KINDS,
    **status.KINDS,
    **identifier.KINDS,
    **phone.KINDS,
    **internet.KINDS,
    **place.KINDS,
    **address.KINDS,
    **date.KINDS,
    **company.KINDS,
    **grade.KINDS,
    **material_text.KINDS,
    **part.KINDS,
    **equipment.KINDS,
}
"""Kind name -> function; an attribute's kind is one of these."""
