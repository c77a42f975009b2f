"""Reviews of the audit trail: somebody looked through a stretch of it, and that is recorded like any other deed."""

from __future__ import annotations

from mdm.domain.access import Permission
from mdm.domain.audit import AuditFilter, AuditReview, check_filter
from mdm.domain.errors import InvalidInputError
from mdm.services import access
from mdm.services.unit_of_work import UnitOfWork
from mdm.storage import audit as audit_store

LONGEST = 4000


def record(
    uow: UnitOfWork, narrow: AuditFilter, first: int, last: int, finding: str, *, objection: bool
) -> AuditReview:
    """Record that the actor looked through the entries with these ids, both included, and what they found.

    Raises InvalidInputError when nothing passes the filter there, or nothing is said of it.
    """
    access.require(uow.actor, Permission.AUDIT_REVIEW)
    said = finding.strip()
    if not said or len(said) > LONGEST:
        raise InvalidInputError(f"A finding has 1 to {LONGEST:,} characters.", field="finding")
    count = audit_store.span(uow.connection, check_filter(narrow), first, last)
    if not count:
        raise InvalidInputError("There is no such entry to review.", field="last_entry")
    made = AuditReview(uow.hub.new_id(), narrow, first, last, count, objection, said, uow.actor.name, uow.at)
    audit_store.add_review(uow.connection, made)
    uow.record("audit.reviewed", "", made.review_id, {"entries": count, "objection": objection})
    return made


def list_reviews(uow: UnitOfWork, limit: int = 50) -> tuple[AuditReview, ...]:
    """Reviews, newest first."""
    access.require(uow.actor, Permission.AUDIT_READ)
    return audit_store.reviews(uow.connection, min(max(limit, 1), 500))
