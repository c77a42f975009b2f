"""Standardisation: values of any source made comparable without changing their meaning, by value kind."""

from __future__ import annotations

from mdm.domain.standardise.kind import Env, Kind, SourceContext, Standard
from mdm.domain.standardise.record import STANDARDISER_VERSION, standardise_record
from mdm.domain.standardise.registry import KINDS

__all__ = [
    "KINDS",
    "STANDARDISER_VERSION",
    "Env",
    "Kind",
    "SourceContext",
    "Standard",
    "standardise_record",
]
