"""Everything that can go wrong, named for its cause; doors translate each error once.

Every error carries a stable ``code`` (never translated, never reworded) and, where a caller can point at the
place, the ``details`` that name it: row, field, value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class MdmError(Exception):
    """Root of the tree; ``code`` is stable, ``details`` is JSON-able and free of secrets."""

    code: ClassVar[str] = "mdm.error"

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details: Mapping[str, object] = details


class InvalidInputError(MdmError):
    """A value that a caller sent does not fit; ``details`` names the field."""

    code = "input.invalid"


class DamagedRecordError(MdmError):
    """What is stored of a record cannot be read; ``details['record_id']`` names it."""

    code = "record.damaged"


class DictionaryError(MdmError):
    """The dictionary contradicts itself or a rule file; the message names file, entity and attribute."""

    code = "dictionary.invalid"


class UnknownEntityError(MdmError):
    """The dictionary has no such entity type."""

    code = "entity.unknown"


class UnknownAttributeError(MdmError):
    """The dictionary has no such attribute of this entity type."""

    code = "attribute.unknown"


class RuleError(MdmError):
    """A rule file does more than declare, or names something the dictionary does not know."""

    code = "rule.invalid"


class ProfileError(MdmError):
    """A source profile names an unknown attribute, lacks its id column or contradicts itself."""

    code = "profile.invalid"


class UnreadableFileError(MdmError):
    """A file is broken as a whole (encoding, header, archive, markup); nothing of it was stored."""

    code = "file.unreadable"


class UnwritableFileError(MdmError):
    """A file cannot be written where it was asked for; what was there before is untouched."""

    code = "file.unwritable"


class EngineError(MdmError):
    """A matching engine that was asked for is not installed or could not start."""

    code = "engine.unavailable"


class UnknownSourceError(MdmError):
    """No source system is registered under this code."""

    code = "source.unknown"


class UnknownLoadError(MdmError):
    """No load has this id."""

    code = "load.unknown"


class UnknownRecordError(MdmError):
    """No source record has this key."""

    code = "record.unknown"


class UnknownGoldenIdError(MdmError):
    """This golden ID was never issued."""

    code = "golden.unknown"


class UnknownTaskError(MdmError):
    """No review task has this id."""

    code = "task.unknown"


class UnknownViewError(MdmError):
    """This person has no saved view of this id."""

    code = "view.unknown"


class UnknownDecisionError(MdmError):
    """No decision has this id."""

    code = "decision.unknown"


class TaskNotOpenError(MdmError):
    """The task was decided, superseded or expired before; ``details['state']`` is its present state."""

    code = "task.not_open"


class TaskHeldError(MdmError):
    """Somebody else works on the task; ``details['state']`` says who, and until when."""

    code = "task.held"


class StaleVersionError(MdmError):
    """Someone changed the object since it was read; ``details['state']`` is its present state."""

    code = "version.stale"


class ContradictingVerdictError(MdmError):
    """The verdict contradicts verdicts in force, directly or through others; ``details`` lists them."""

    code = "verdict.contradiction"


class DecisionNotUndoableError(MdmError):
    """The decision was undone before or is itself an undo."""

    code = "decision.not_undoable"


class UnknownProposalError(MdmError):
    """No match proposal has this id."""

    code = "proposal.unknown"


class ProposalOpenError(MdmError):
    """A match across a regulated veto was proposed already and waits for a second person."""

    code = "proposal.open"


class ProposalClosedError(MdmError):
    """The proposal was confirmed, rejected, withdrawn or superseded before."""

    code = "proposal.closed"


class UntrainedLevelError(MdmError):
    """A comparison level has no trained weight, so the model may not be used; ``details`` names it."""

    code = "model.untrained_level"


class ForbiddenError(MdmError):
    """The actor lacks the permission."""

    code = "access.forbidden"


class AuthenticationError(MdmError):
    """The credentials are missing, wrong, expired or revoked; the message never says which."""

    code = "access.unauthenticated"


class ActorMissingError(MdmError):
    """A write without actor and reason."""

    code = "audit.actor_missing"


class IdempotencyConflictError(MdmError):
    """The idempotency key was used before with another request."""

    code = "idempotency.conflict"


class LoginTakenError(MdmError):
    """The login belongs, or once belonged, to an account; logins are never used again."""

    code = "access.login_taken"


class UnknownUserError(MdmError):
    """No account has this login."""

    code = "access.user_unknown"


class UnknownClientError(MdmError):
    """No API client has this id."""

    code = "access.client_unknown"


class NotInitialisedError(MdmError):
    """The database is empty or stands at another version's schema."""

    code = "hub.not_initialised"


class WriteConflictError(MdmError):
    """Another transaction wrote the same at the same moment; nothing was changed, trying again is safe."""

    code = "write.conflict"


class UnknownUploadError(MdmError):
    """No upload has this id."""

    code = "upload.unknown"


class UploadStateError(MdmError):
    """The upload is being loaded, or was loaded before."""

    code = "upload.state"


class UnknownChangeError(MdmError):
    """No change request has this id."""

    code = "change.unknown"


class UnknownCodeListError(MdmError):
    """The dictionary has no such code list."""

    code = "code_list.unknown"


class ChangeStateError(MdmError):
    """The change request does not stand where this step starts; ``details['state']`` is its present state."""

    code = "change.state"


class FourEyesError(MdmError):
    """Somebody would decide what they proposed themselves."""

    code = "change.four_eyes"


class StaleReportError(MdmError):
    """The change request has no report, or one that was made for another state of the hub."""

    code = "change.report_stale"


class AuditForkedError(MdmError):
    """A place outside the database vouches for another audit trail than the database holds; nothing was added to it."""

    code = "audit.forked"


class AuditAlteredError(MdmError):
    """Verification found entries or rows that were altered; the message names them."""

    code = "audit.altered"


class InvariantBrokenError(MdmError):
    """The database holds what must never be; the message names it."""

    code = "invariant.broken"
