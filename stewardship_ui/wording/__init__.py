"""Sentences of the pages that depend on a code: bands, reasons, verdicts, statuses, errors and quick reasons.

Each is a text of the catalogue; a code without a sentence is shown as it is.
"""

from stewardship_ui.wording.audit import audited_operation, audited_table
from stewardship_ui.wording.change import (
    alias_outcome,
    change_kind,
    change_part,
    change_state,
    example,
    outcome,
    owner,
)
from stewardship_ui.wording.golden import deed, fact, kin, kind, refusal, rule, status
from stewardship_ui.wording.machine import told
from stewardship_ui.wording.quality import against, finding, judged_figure, quality
from stewardship_ui.wording.queue import due, facet, facet_order, facet_value, order, pair
from stewardship_ui.wording.review import (
    BANDS,
    Preset,
    band,
    decided,
    left_out,
    presets,
    reason,
    tie,
    verdict,
    why,
)
from stewardship_ui.wording.source import flaw, source_kind, undone_record, upload, upload_step, why_mapped

__all__ = [
    "BANDS",
    "Preset",
    "against",
    "alias_outcome",
    "audited_operation",
    "audited_table",
    "band",
    "change_kind",
    "change_part",
    "change_state",
    "decided",
    "deed",
    "due",
    "example",
    "facet",
    "facet_order",
    "facet_value",
    "fact",
    "finding",
    "flaw",
    "judged_figure",
    "kin",
    "kind",
    "left_out",
    "order",
    "outcome",
    "owner",
    "pair",
    "presets",
    "quality",
    "reason",
    "refusal",
    "rule",
    "source_kind",
    "status",
    "tie",
    "told",
    "undone_record",
    "upload",
    "upload_step",
    "verdict",
    "why",
    "why_mapped",
]
