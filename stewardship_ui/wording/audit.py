"""Words of the audit trail: tables and what was done to a row."""

from __future__ import annotations

from flask_babel import lazy_gettext

from stewardship_ui.wording.say import say

_TABLES = {
    "dictionary_version": lazy_gettext("dictionary"),
    "rule_set": lazy_gettext("matching rules"),
    "match_model": lazy_gettext("match model"),
    "change_request": lazy_gettext("change request"),
    "change_report": lazy_gettext("report on a change"),
    "audit_review": lazy_gettext("review of the audit trail"),
    "matching_version": lazy_gettext("matching in force"),
    "code_list_version": lazy_gettext("code list"),
    "source_system": lazy_gettext("source system"),
    "source_profile": lazy_gettext("mapping of a source"),
    "source_record": lazy_gettext("source record"),
    "load": lazy_gettext("load"),
    "golden_record": lazy_gettext("golden record"),
    "xref": lazy_gettext("cross-reference"),
    "golden_redirect": lazy_gettext("redirect of a golden ID"),
    "golden_override": lazy_gettext("value set by hand"),
    "golden_comment": lazy_gettext("comment on a golden record"),
    "review_task": lazy_gettext("review task"),
    "task_holder": lazy_gettext("claim of a task"),
    "task_comment": lazy_gettext("comment on a task"),
    "saved_view": lazy_gettext("saved view"),
    "sample": lazy_gettext("blind sample"),
    "sample_pair": lazy_gettext("pair of a blind sample"),
    "decision": lazy_gettext("decision"),
    "match_proposal": lazy_gettext("proposed match"),
    "pair_constraint": lazy_gettext("binding of a pair"),
    "user_account": lazy_gettext("account"),
    "user_invitation": lazy_gettext("invitation"),
    "api_client": lazy_gettext("API client"),
}

_OPERATIONS = {
    "insert": lazy_gettext("added"),
    "update": lazy_gettext("changed"),
    "delete": lazy_gettext("deleted"),
}


def audited_table(name: str) -> str:
    """What a row of an audited table is."""
    return say(_TABLES, name)


def audited_operation(name: str) -> str:
    """What was done to a row."""
    return say(_OPERATIONS, name)
