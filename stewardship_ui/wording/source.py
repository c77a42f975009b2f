"""Words of source systems, of files on their way in, and of rows that were not taken."""

from __future__ import annotations

from flask_babel import lazy_gettext

from stewardship_ui.wording.say import say

_SOURCE_KINDS = {
    "ERP": lazy_gettext("ERP (resource planning)"),
    "MES": lazy_gettext("MES (production)"),
    "PLM": lazy_gettext("PLM (product life cycle)"),
    "QMS": lazy_gettext("QMS (quality)"),
    "LIMS": lazy_gettext("LIMS (laboratory)"),
    "CRM": lazy_gettext("CRM (customers)"),
    "UDI": lazy_gettext("UDI (device identification)"),
    "CMMS": lazy_gettext("CMMS (maintenance)"),
    "FA": lazy_gettext("FA (fixed assets)"),
    "OTHER": lazy_gettext("Other"),
}

_FLAWS = {
    "missing_id": lazy_gettext("It has no key."),
    "column_count": lazy_gettext("It has too many or too few cells."),
    "repeated_id": lazy_gettext("Its key came before with other content."),
    "undecodable": lazy_gettext("It holds characters that are no text."),
    "too_large": lazy_gettext("A cell, the key or the row is too long."),
    "not_json": lazy_gettext("It is not one JSON value."),
    "not_an_object": lazy_gettext("It is JSON, but not an object."),
    "duplicate_key": lazy_gettext("The same name occurs twice in it."),
    "too_deep": lazy_gettext("It is nested too deeply."),
    "number_range": lazy_gettext("It holds a number out of range."),
}

_UPLOADS = {
    "received": lazy_gettext("waits for its mapping"),
    "loading": lazy_gettext("is being loaded"),
    "loaded": lazy_gettext("loaded"),
    "failed": lazy_gettext("failed"),
}

_STEPS = {
    "read": lazy_gettext("reading the file"),
    "standardise": lazy_gettext("standardising the rows"),
    "write": lazy_gettext("writing"),
}

_WHY_MAPPED = {
    "profile": lazy_gettext("as in a known profile"),
    "label": lazy_gettext("by its name"),
    "content": lazy_gettext("by its content"),
    "alike": lazy_gettext("by a similar name"),
}

_UNDONE_RECORDS = {
    "retired": lazy_gettext("goes out of use"),
    "restored": lazy_gettext("gets its earlier content"),
    "left": lazy_gettext("is left alone: it changed since"),
}


def source_kind(code: str) -> str:
    """What sort of source system it is."""
    return say(_SOURCE_KINDS, code)


def flaw(code: str) -> str:
    """Why a row of an extract was not taken."""
    return say(_FLAWS, code)


def upload(code: str) -> str:
    """Where an import stands."""
    return say(_UPLOADS, code)


def upload_step(code: str) -> str:
    """What a load is doing."""
    return say(_STEPS, code)


def why_mapped(code: str) -> str:
    """What a suggested mapping rests on."""
    return say(_WHY_MAPPED, code)


def undone_record(code: str) -> str:
    """What becomes of a record when its load is taken back."""
    return say(_UNDONE_RECORDS, code)
