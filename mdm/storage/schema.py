"""Every table of the hub, the same on SQLite and PostgreSQL.

Times are UTC text (``2026-11-23T08:00:00.000000Z``), so they sort and compare the same on both databases. JSON is
canonical text kept verbatim. Tables in ``GOVERNED`` are written only inside a unit of work: database triggers record
old and new values in ``audit_event`` and refuse a write without actor and reason. Tables in ``APPEND_ONLY`` refuse
update and delete. Derived tables (standard records, candidate keys, pairs) carry no trigger: they can be rebuilt.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

RowId = BigInteger().with_variant(Integer, "sqlite")
"""A row number that people never see; SQLite needs INTEGER to number rows itself."""
Time = String(27)
Ulid = String(26)
GoldenId = String(32)

# -- facts, events, audit -------------------------------------------------------------------------------------

commit_counter = Table(
    "commit_counter",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

fact = Table(
    "fact",
    metadata,
    Column("fact_id", Ulid, primary_key=True),
    Column("commit_seq", BigInteger, nullable=False, unique=True),
    Column("kind", String(60), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Time, nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("fact_id", Ulid, ForeignKey("fact.fact_id"), nullable=False, index=True),
    Column("type", String(60), nullable=False),
    Column("entity", String(60), nullable=False),
    Column("subject", String(400), nullable=False, index=True),
    Column("payload", Text, nullable=False),
    Column("at", Time, nullable=False),
    Column("delivered_at", Time),
)

audit_event = Table(
    "audit_event",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("fact_id", Ulid, nullable=False, index=True),
    Column("at", Time, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("table_name", String(60), nullable=False),
    Column("operation", String(6), nullable=False),
    Column("row_key", String(300), nullable=False),
    Column("content", Text, nullable=False),
    Index("ix_audit_event_row", "table_name", "row_key"),
    sqlite_autoincrement=True,
)

audit_leaf = Table(
    "audit_leaf",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", BigInteger, ForeignKey("audit_event.id"), nullable=False, unique=True),
    Column("leaf_hash", String(64), nullable=False),
)

audit_review = Table(
    "audit_review",
    metadata,
    Column("review_id", Ulid, primary_key=True),
    Column("narrowed", Text, nullable=False),
    Column("first_entry", BigInteger, nullable=False),
    Column("last_entry", BigInteger, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("objection", Boolean, nullable=False),
    Column("finding", Text, nullable=False),
    Column("reviewer", String(200), nullable=False),
    Column("at", Time, nullable=False),
)
"""``narrowed``: the filter the entries were looked at by, JSON; ``finding``: what the reviewer says of them."""

# -- dictionary, rules, models --------------------------------------------------------------------------------

dictionary_version = Table(
    "dictionary_version",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
    Column("content_hash", String(64), nullable=False, unique=True),
    Column("created_at", Time, nullable=False),
)

rule_set = Table(
    "rule_set",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("entity", String(60), nullable=False),
    Column("version", String(40), nullable=False),
    Column("content", Text, nullable=False),
    Column("created_at", Time, nullable=False),
)

match_model = Table(
    "match_model",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("entity", String(60), nullable=False),
    Column("rule_fingerprint", String(64), ForeignKey("rule_set.fingerprint"), nullable=False),
    Column("content", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", Time, nullable=False),
    Index(
        "uq_match_model_active",
        "entity",
        unique=True,
        sqlite_where=text("active"),
        postgresql_where=text("active"),
    ),
)

change_request = Table(
    "change_request",
    metadata,
    Column("change_id", Ulid, primary_key=True),
    Column("entity", String(60), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("state", String(12), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("fingerprint", String(64), nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("author", String(200), nullable=False),
    Column("created_at", Time, nullable=False),
    Column("report_hash", String(64)),
    Column("basis", String(64)),
    Column("examined_state", String(64)),
    Column("decided_by", String(200)),
    Column("decided_reason", Text),
    Column("decided_at", Time),
    Column("activated_by", String(200)),
    Column("activated_at", Time),
    CheckConstraint("kind in ('model', 'rules', 'threshold', 'code_list')", name="kind"),
    CheckConstraint(
        "state in ('proposed', 'examined', 'approved', 'rejected', 'activated', 'withdrawn')", name="state"
    ),
    CheckConstraint(
        "decided_by is null or (lower(decided_by) <> lower(author) "
        "and lower(decided_by) <> 'cli:' || lower(author) and lower(author) <> 'cli:' || lower(decided_by))",
        name="four_eyes",
    ),
    CheckConstraint(
        "state not in ('approved', 'activated') or (report_hash is not null and decided_by is not null)",
        name="approved_on_report",
    ),
)
"""A proposed change of matching or of a code list; ``content`` is canonical JSON, ``fingerprint`` its sha256."""

change_report = Table(
    "change_report",
    metadata,
    Column("change_id", Ulid, ForeignKey("change_request.change_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("report_hash", String(64), nullable=False),
    Column("content", Text, nullable=False),
    Column("created_at", Time, nullable=False),
)
"""Every report that a change was examined by; the latest counts."""

matching_version = Table(
    "matching_version",
    metadata,
    Column("entity", String(60), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("rule_fingerprint", String(64), ForeignKey("rule_set.fingerprint"), nullable=False),
    Column("weights", Text, nullable=False),
    Column("weights_hash", String(64), nullable=False),
    Column("seed", String(64), nullable=False),
    Column("change_id", Ulid, ForeignKey("change_request.change_id"), nullable=False),
    Column("created_at", Time, nullable=False),
)
"""Rules and weights that an approved change put in force; the highest version of an entity governs.

``weights`` is empty where the next full run trains without labels; ``seed`` names the files of that moment.
"""

code_list_version = Table(
    "code_list_version",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("seed", String(64), nullable=False),
    Column("change_id", Ulid, ForeignKey("change_request.change_id")),
    Column("created_at", Time, nullable=False),
)
"""Code lists; the highest version of a name governs, ``seed`` names the files it was made over."""

match_run = Table(
    "match_run",
    metadata,
    Column("run_id", Ulid, primary_key=True),
    Column("entity", String(60), nullable=False, index=True),
    Column("mode", String(20), nullable=False),
    Column("rule_fingerprint", String(64), nullable=False),
    Column("model_fingerprint", String(64), nullable=False),
    Column("result", Text, nullable=False),
    Column("started_at", Time, nullable=False),
    Column("finished_at", Time, nullable=False),
)

# -- sources and their records --------------------------------------------------------------------------------

source_system = Table(
    "source_system",
    metadata,
    Column("code", String(60), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("name", String(200), nullable=False),
    Column("site", String(60), nullable=False, server_default=""),
    Column("created_at", Time, nullable=False),
)

source_profile = Table(
    "source_profile",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("source", String(60), ForeignKey("source_system.code"), nullable=False),
    Column("entity", String(60), nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("created_at", Time, nullable=False),
    UniqueConstraint("source", "entity", "version"),
)

load = Table(
    "load",
    metadata,
    Column("load_id", Ulid, primary_key=True),
    Column("entity", String(60), nullable=False),
    Column("source", String(60), ForeignKey("source_system.code"), nullable=False),
    Column("profile_version", Integer, nullable=False),
    Column("file_name", String(300), nullable=False),
    Column("file_hash", String(64), nullable=False),
    Column("content_root", String(64), nullable=False),
    Column("received", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    Column("created_at", Time, nullable=False),
    CheckConstraint("received = accepted + unchanged + rejected", name="balance"),
)

load_reject = Table(
    "load_reject",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("load_id", Ulid, ForeignKey("load.load_id"), nullable=False, index=True),
    Column("row_number", Integer, nullable=False),
    Column("field", String(300), nullable=False),
    Column("reason", String(300), nullable=False),
    Column("raw", Text, nullable=False),
)

landing_file = Table(
    "landing_file",
    metadata,
    Column("file_hash", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
"""The files as they came, zlib-compressed; ``size`` counts the bytes before compression."""

upload = Table(
    "upload",
    metadata,
    Column("upload_id", Ulid, primary_key=True),
    Column("entity", String(60), nullable=False),
    Column("source", String(60), ForeignKey("source_system.code"), nullable=False),
    Column("file_name", String(300), nullable=False),
    Column("file_hash", String(64), nullable=False),
    Column("profile", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("step", String(20), nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    Column("load_id", Ulid),
    Column("fault", Text, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("created_at", Time, nullable=False),
    Column("changed_at", Time, nullable=False, index=True),
    CheckConstraint("state in ('received', 'loading', 'loaded', 'failed')", name="state"),
)
"""A file that a person sent, on its way to a load: mapping (``profile``, JSON), progress and how it ended.

The bytes are kept in ``landing_file``; what counts for ever is the load.
"""

source_record = Table(
    "source_record",
    metadata,
    Column("record_id", RowId, primary_key=True, autoincrement=True),
    Column("entity", String(60), nullable=False),
    Column("source", String(60), ForeignKey("source_system.code"), nullable=False),
    Column("source_key", String(300), nullable=False),
    Column("version", Integer, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("status", String(10), nullable=False),
    Column("site", String(60), nullable=False, server_default=""),
    Column("changed_at", Time, nullable=False),
    UniqueConstraint("entity", "source", "source_key"),
    sqlite_autoincrement=True,
)

source_version = Table(
    "source_version",
    metadata,
    Column("record_id", RowId, ForeignKey("source_record.record_id"), primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("load_id", Ulid),
    Column("cells", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("mapped", Boolean, nullable=False),
    Column("revives", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", Time, nullable=False),
    Column("fact_id", Ulid, nullable=False),
)
"""``cells``: the row as it came, column -> text; ``mapped``: keys are attributes already (single-record API)."""

standard_record = Table(
    "standard_record",
    metadata,
    Column("record_id", RowId, ForeignKey("source_record.record_id"), primary_key=True, autoincrement=False),
    Column("entity", String(60), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("standardiser", String(64), nullable=False),
    Column("content", Text, nullable=False),
    Column("features", Text, nullable=False),
    Column("matched", Boolean, nullable=False),
)
"""``content``: raw, values, parts; ``standardiser``: hash of code version, dictionary, rule features and profile."""

packed_record = Table(
    "packed_record",
    metadata,
    Column("record_id", RowId, ForeignKey("source_record.record_id"), primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)
"""The features of a standard record as the scorer reads them (``mdm/linkage/packed.py``): small rows, many a page."""

quality_finding = Table(
    "quality_finding",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("record_id", RowId, ForeignKey("source_record.record_id"), nullable=False, index=True),
    Column("attribute", String(60), nullable=False),
    Column("rule", String(60), nullable=False),
    Column("value", Text, nullable=False),
    Column("severity", String(10), nullable=False),
)

# -- matching -------------------------------------------------------------------------------------------------

candidate_key = Table(
    "candidate_key",
    metadata,
    Column("entity", String(60), primary_key=True),
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("record_id", RowId, primary_key=True, autoincrement=False),
    Index("ix_candidate_key_record", "record_id"),
    sqlite_with_rowid=False,
)

match_pair = Table(
    "match_pair",
    metadata,
    Column("entity", String(60), nullable=False, index=True),
    Column("left_id", RowId, primary_key=True, autoincrement=False),
    Column("right_id", RowId, primary_key=True, autoincrement=False),
    Column("match_weight", Float, nullable=False),
    Column("match_probability", Float, nullable=False),
    Column("levels", String(200), nullable=False),
    Index("ix_match_pair_right", "right_id"),
    CheckConstraint("left_id < right_id", name="ordered"),
)

# -- golden records -------------------------------------------------------------------------------------------

golden_record = Table(
    "golden_record",
    metadata,
    Column("golden_id", GoldenId, primary_key=True),
    Column("entity", String(60), nullable=False, index=True),
    Column("status", String(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("released", Boolean, nullable=False, server_default=text("false")),
    Column("site", String(60), nullable=False, server_default=""),
    Column("created_at", Time, nullable=False),
    Column("changed_at", Time, nullable=False),
    CheckConstraint("status in ('active', 'merged', 'split', 'retired')", name="status"),
)

golden_version = Table(
    "golden_version",
    metadata,
    Column("golden_id", GoldenId, ForeignKey("golden_record.golden_id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("status", String(10), nullable=False),
    Column("title", String(400), nullable=False),
    Column("attributes", Text, nullable=False),
    Column("provenance", Text, nullable=False),
    Column("members", Text, nullable=False),
    Column("rule_fingerprint", String(64), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("valid_from", Time, nullable=False),
    Column("fact_id", Ulid, nullable=False),
)
"""``provenance``: attribute -> [record id, record version, rule]; ``members``: record ids in source-key order."""

golden_search = Table(
    "golden_search",
    metadata,
    Column("golden_id", GoldenId, ForeignKey("golden_record.golden_id"), primary_key=True),
    Column("entity", String(60), nullable=False, index=True),
    Column("text", Text, nullable=False),
)
"""Comparison keys of all values and source keys, for substring search that finds two Chinese characters."""

xref = Table(
    "xref",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("record_id", RowId, ForeignKey("source_record.record_id"), nullable=False, index=True),
    Column("golden_id", GoldenId, ForeignKey("golden_record.golden_id"), nullable=False, index=True),
    Column("valid_from", Time, nullable=False),
    Column("valid_to", Time),
    Index(
        "uq_xref_current",
        "record_id",
        unique=True,
        sqlite_where=text("valid_to is null"),
        postgresql_where=text("valid_to is null"),
    ),
    sqlite_autoincrement=True,
)

golden_redirect = Table(
    "golden_redirect",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("from_id", GoldenId, ForeignKey("golden_record.golden_id"), nullable=False, index=True),
    Column("to_id", GoldenId, ForeignKey("golden_record.golden_id"), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("valid_from", Time, nullable=False),
    Column("valid_to", Time),
    CheckConstraint("from_id <> to_id", name="no_loop"),
    sqlite_autoincrement=True,
)

golden_override = Table(
    "golden_override",
    metadata,
    Column("override_id", Ulid, primary_key=True),
    Column("record_id", RowId, ForeignKey("source_record.record_id"), nullable=False, index=True),
    Column("attribute", String(60), nullable=False),
    Column("value", Text, nullable=False),
    Column("decision_id", Ulid, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", Time, nullable=False),
)
"""A steward's value for the golden record that holds ``record_id``; it follows the record through merges."""

golden_comment = Table(
    "golden_comment",
    metadata,
    Column("comment_id", Ulid, primary_key=True),
    Column("golden_id", GoldenId, ForeignKey("golden_record.golden_id"), nullable=False, index=True),
    Column("author", String(200), nullable=False),
    Column("at", Time, nullable=False),
    Column("text", Text, nullable=False),
)

golden_mention = Table(
    "golden_mention",
    metadata,
    Column("login_key", String(100), primary_key=True),
    Column("comment_id", Ulid, ForeignKey("golden_comment.comment_id"), primary_key=True),
    Column("golden_id", GoldenId, ForeignKey("golden_record.golden_id"), nullable=False),
)
"""Who is named in a comment; derived from its text."""

# -- review ---------------------------------------------------------------------------------------------------

review_task = Table(
    "review_task",
    metadata,
    Column("task_id", RowId, primary_key=True, autoincrement=True),
    Column("entity", String(60), nullable=False),
    Column("left_id", RowId, ForeignKey("source_record.record_id"), nullable=False, index=True),
    Column("right_id", RowId, ForeignKey("source_record.record_id"), nullable=False, index=True),
    Column("left_version", Integer, nullable=False),
    Column("right_version", Integer, nullable=False),
    Column("match_weight", Float, nullable=False),
    Column("match_probability", Float, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("reason", String(40), nullable=False),
    Column("status", String(12), nullable=False),
    Column("version", Integer, nullable=False),
    Column("previous_decision", Ulid),
    Column("site", String(60), nullable=False, server_default=""),
    Column("opened_at", Time, nullable=False),
    Column("closed_at", Time),
    Column("closed_reason", Text),
    Column("priority", Float, nullable=False, server_default=text("0")),
    Column("settles", Integer, nullable=False, server_default=text("1")),
    CheckConstraint("left_id <> right_id", name="two_records"),
    CheckConstraint("status in ('open', 'decided', 'superseded', 'expired')", name="status"),
    CheckConstraint("status = 'open' or closed_reason is not null", name="closed_with_reason"),
    Index("ix_review_task_queue", "entity", "status", "priority"),
    Index(
        "uq_review_task_open",
        "left_id",
        "right_id",
        unique=True,
        sqlite_where=text("status = 'open' and reason <> 'audit'"),
        postgresql_where=text("status = 'open' and reason <> 'audit'"),
    ),
    Index(
        "uq_review_task_audit",
        "left_id",
        "right_id",
        unique=True,
        sqlite_where=text("status = 'open' and reason = 'audit'"),
        postgresql_where=text("status = 'open' and reason = 'audit'"),
    ),
    sqlite_autoincrement=True,
)
"""``priority``: what a verdict is worth, the queue's order; ``settles``: pairs of records that one verdict answers."""

queue_line = Table(
    "queue_line",
    metadata,
    Column("task_id", RowId, ForeignKey("review_task.task_id"), primary_key=True, autoincrement=False),
    Column("entity", String(60), nullable=False),
    Column("sources", String(130), nullable=False),
    Column("band", String(5), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("languages", String(5), nullable=False),
    Column("risk", String(6), nullable=False),
    Column("opened_on", String(10), nullable=False),
    Column("due_on", String(10), nullable=False),
    Column("priority", Float, nullable=False),
    Column("pattern", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Index(
        "ix_queue_line_facets",
        "entity",
        "sources",
        "band",
        "reason",
        "languages",
        "risk",
        "opened_on",
        "due_on",
    ),
    Index("ix_queue_line_value", "priority", "task_id"),
    Index("ix_queue_line_entity_value", "entity", "priority", "task_id"),
    Index("ix_queue_line_age", "opened_on", "task_id"),
    Index("ix_queue_line_due", "due_on", "task_id"),
    Index("ix_queue_line_pattern", "pattern"),
)
"""What an open task is filtered, counted and ordered by; derived, one narrow row per open task.

``sources``: both systems in alphabetical order; ``pattern`` names how all comparisons were judged, '' for a blind task;
``text``: names and keys of both records, folded for search.
"""

queue_gram = Table(
    "queue_gram",
    metadata,
    Column("gram", String(3), primary_key=True),
    Column("task_id", RowId, primary_key=True, autoincrement=False),
    Index("ix_queue_gram_task", "task_id"),
    sqlite_with_rowid=False,
)
"""Two Chinese or three other characters in a row -> open tasks whose text holds them."""

task_holder = Table(
    "task_holder",
    metadata,
    Column("task_id", RowId, primary_key=True, autoincrement=False),
    Column("holder", String(200), nullable=False, index=True),
    Column("since", Time, nullable=False),
    Column("lease_until", Time),
    Column("given_by", String(200), nullable=False),
    Column("note", Text, nullable=False),
)
"""Who works on an open task; without ``lease_until`` it was handed over and stays until the holder lets it go."""

task_comment = Table(
    "task_comment",
    metadata,
    Column("comment_id", Ulid, primary_key=True),
    Column("task_id", RowId, ForeignKey("review_task.task_id"), nullable=False, index=True),
    Column("author", String(200), nullable=False),
    Column("at", Time, nullable=False),
    Column("text", Text, nullable=False),
)

task_mention = Table(
    "task_mention",
    metadata,
    Column("login_key", String(100), primary_key=True),
    Column("comment_id", Ulid, ForeignKey("task_comment.comment_id"), primary_key=True),
    Column("task_id", RowId, ForeignKey("review_task.task_id"), nullable=False),
)
"""Who is named in a comment; derived from its text."""

saved_view = Table(
    "saved_view",
    metadata,
    Column("view_id", Ulid, primary_key=True),
    Column("owner", String(200), nullable=False),
    Column("name", String(60), nullable=False),
    Column("query", Text, nullable=False),
    Column("created_at", Time, nullable=False),
    UniqueConstraint("owner", "name"),
)
"""Filters of the queue that a person keeps under a name; ``query`` is JSON, filter -> value."""

sample = Table(
    "sample",
    metadata,
    Column("sample_id", Ulid, primary_key=True),
    Column("entity", String(60), nullable=False, index=True),
    Column("model_fingerprint", String(64), nullable=False),
    Column("seed", String(32), nullable=False),
    Column("drawn_at", Time, nullable=False),
)
"""One draw of the blind audit sample; ``seed`` draws it again from the same records."""

sample_pair = Table(
    "sample_pair",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("sample_id", Ulid, ForeignKey("sample.sample_id"), nullable=False, index=True),
    Column("task_id", RowId, ForeignKey("review_task.task_id"), nullable=False, index=True),
    Column("stratum", String(20), nullable=False),
    Column("population", Integer, nullable=False),
    Column("drawn", Integer, nullable=False),
    CheckConstraint("drawn between 1 and population", name="drawn"),
    sqlite_autoincrement=True,
)
"""A sampled pair and its task; its chance of being drawn was ``drawn`` / ``population`` of its stratum."""

decision = Table(
    "decision",
    metadata,
    Column("decision_id", Ulid, primary_key=True),
    Column("entity", String(60), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("verdict", String(12)),
    Column("task_id", RowId, ForeignKey("review_task.task_id")),
    Column("subject", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Time, nullable=False),
    Column("undoes", Ulid, ForeignKey("decision.decision_id"), unique=True),
    Column("undone_by", Ulid),
    Column("evidence_hash", String(64), nullable=False, server_default=""),
    Index(
        "uq_decision_task",
        "task_id",
        unique=True,
        sqlite_where=text("task_id is not null and verdict <> 'unsure'"),
        postgresql_where=text("task_id is not null and verdict <> 'unsure'"),
    ),
    Index(
        "ix_decision_doubt",
        "task_id",
        "actor",
        sqlite_where=text("verdict = 'unsure'"),
        postgresql_where=text("verdict = 'unsure'"),
    ),
)
"""One thing a person decided (review, merge, unmerge, split, override, undo); ``subject``: what it was about.

``evidence``: all that was on screen, with the features that give it again; ``evidence_hash`` names its text.
"""

match_proposal = Table(
    "match_proposal",
    metadata,
    Column("proposal_id", Ulid, primary_key=True),
    Column("entity", String(60), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("task_id", RowId, ForeignKey("review_task.task_id")),
    Column("subject", Text, nullable=False),
    Column("evidence_hash", String(64), nullable=False),
    Column("proposed_by", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("proposed_at", Time, nullable=False),
    Column("state", String(12), nullable=False, index=True),
    Column("closed_by", String(200)),
    Column("closed_reason", Text),
    Column("closed_at", Time),
    CheckConstraint("kind in ('review', 'merge')", name="kind"),
    CheckConstraint("state in ('open', 'confirmed', 'rejected', 'withdrawn', 'superseded')", name="state"),
    CheckConstraint(
        "state = 'open' or (closed_by is not null and closed_reason is not null)", name="closed_with_reason"
    ),
    CheckConstraint(
        "state not in ('confirmed', 'rejected') or (lower(closed_by) <> lower(proposed_by) "
        "and lower(closed_by) <> 'cli:' || lower(proposed_by) "
        "and lower(proposed_by) <> 'cli:' || lower(closed_by))",
        name="second_person",
    ),
    Index(
        "uq_match_proposal_open",
        "task_id",
        unique=True,
        sqlite_where=text("state = 'open' and task_id is not null"),
        postgresql_where=text("state = 'open' and task_id is not null"),
    ),
)
"""A match across a regulated veto that waits for a second person; it binds nothing until that person confirms it."""

pair_constraint = Table(
    "pair_constraint",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("entity", String(60), nullable=False, index=True),
    Column("left_id", RowId, ForeignKey("source_record.record_id"), nullable=False, index=True),
    Column("right_id", RowId, ForeignKey("source_record.record_id"), nullable=False, index=True),
    Column("must_link", Boolean, nullable=False),
    Column("decision_id", Ulid, ForeignKey("decision.decision_id"), nullable=False, index=True),
    Column("left_values", String(64), nullable=False),
    Column("right_values", String(64), nullable=False),
    Column("active", Boolean, nullable=False),
    CheckConstraint("left_id < right_id", name="ordered"),
    Index(
        "uq_pair_constraint_active",
        "left_id",
        "right_id",
        unique=True,
        sqlite_where=text("active"),
        postgresql_where=text("active"),
    ),
    sqlite_autoincrement=True,
)
"""Must-link or cannot-link in force; ``*_values`` hash the features it rested on, so a change re-opens the question."""

# -- access ---------------------------------------------------------------------------------------------------

user_account = Table(
    "user_account",
    metadata,
    Column("user_id", Ulid, primary_key=True),
    Column("login", String(100), nullable=False),
    Column("login_key", String(100), nullable=False, unique=True),
    Column("display_name", String(200), nullable=False),
    Column("roles", String(200), nullable=False),
    Column("site", String(60), nullable=False, server_default=""),
    Column("password_hash", String(300)),
    Column("language", String(10), nullable=False, server_default=""),
    Column("active", Boolean, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("shortcuts", Boolean, nullable=False, server_default=text("true")),
)

login_attempt = Table(
    "login_attempt",
    metadata,
    Column("login_key", String(100), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Time),
)

user_invitation = Table(
    "user_invitation",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", Ulid, ForeignKey("user_account.user_id"), nullable=False, index=True),
    Column("expires_at", Time, nullable=False),
    Column("used_at", Time),
)

user_session = Table(
    "user_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", Ulid, ForeignKey("user_account.user_id"), index=True),
    Column("content", Text, nullable=False),
    Column("expires_at", Time, nullable=False),
)

api_client = Table(
    "api_client",
    metadata,
    Column("client_id", Ulid, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("source", String(60), ForeignKey("source_system.code"), nullable=False),
    Column("owner", String(200), nullable=False, server_default=""),
    Column("scopes", String(300), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("active", Boolean, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("expires_at", Time),
)

idempotency_key = Table(
    "idempotency_key",
    metadata,
    Column("client_id", Ulid, primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("request_hash", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Time, nullable=False),
)

dashboard_snapshot = Table(
    "dashboard_snapshot",
    metadata,
    Column("entity", String(60), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("content", Text, nullable=False),
    Column("taken_at", Time, nullable=False),
)
"""The stock of one day as the dashboard counted it (JSON): derived, kept for trends."""

job_run = Table(
    "job_run",
    metadata,
    Column("job", String(60), primary_key=True),
    Column("slot", Time, primary_key=True),
    Column("status", String(20), nullable=False),
    Column("worker", String(100), nullable=False),
    Column("lease_until", Time, nullable=False),
    Column("result", Text),
)

GOVERNED: tuple[str, ...] = (
    "dictionary_version",
    "rule_set",
    "match_model",
    "change_request",
    "matching_version",
    "code_list_version",
    "source_system",
    "source_profile",
    "load",
    "golden_record",
    "xref",
    "golden_redirect",
    "golden_override",
    "golden_comment",
    "review_task",
    "task_holder",
    "task_comment",
    "saved_view",
    "sample",
    "sample_pair",
    "decision",
    "match_proposal",
    "pair_constraint",
    "user_account",
    "user_invitation",
    "api_client",
)
"""Audited row by row by triggers on insert, update and delete."""

GOVERNED_ON_CHANGE: tuple[str, ...] = ("source_record",)
"""Inserted in bulk under the root of their hashes (one audited ``load`` row); updates and deletes row by row."""

GOVERNED_ON_INSERT: tuple[str, ...] = ("change_report", "audit_review")
"""Append-only, and each insert audited: what a person approves by or signs off must have come in by their name."""

APPEND_ONLY: tuple[str, ...] = (
    "audit_event",
    "audit_leaf",
    "audit_review",
    "fact",
    "source_version",
    "golden_version",
    "landing_file",
    "load_reject",
    "change_report",
)
"""Rows that nobody may change or delete."""
