"""The first schema: sources, records, matching, golden records, review, access, audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mdm.storage.trigger import create_triggers, drop_triggers

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "audit_event",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("fact_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("table_name", sa.String(length=60), nullable=False),
        sa.Column("operation", sa.String(length=6), nullable=False),
        sa.Column("row_key", sa.String(length=300), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_event_fact_id"), "audit_event", ["fact_id"], unique=False)
    op.create_index("ix_audit_event_row", "audit_event", ["table_name", "row_key"], unique=False)
    op.create_table(
        "candidate_key",
        sa.Column("entity", sa.String(length=60), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "record_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("entity", "key", "record_id", name=op.f("pk_candidate_key")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_candidate_key_record", "candidate_key", ["record_id"], unique=False)
    op.create_table(
        "commit_counter",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_commit_counter")),
    )
    op.create_table(
        "dictionary_version",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_dictionary_version")),
        sa.UniqueConstraint("content_hash", name=op.f("uq_dictionary_version_content_hash")),
    )
    op.create_table(
        "fact",
        sa.Column("fact_id", sa.String(length=26), nullable=False),
        sa.Column("commit_seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("fact_id", name=op.f("pk_fact")),
        sa.UniqueConstraint("commit_seq", name=op.f("uq_fact_commit_seq")),
    )
    op.create_table(
        "golden_record",
        sa.Column("golden_id", sa.String(length=32), nullable=False),
        sa.Column("entity", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("released", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("site", sa.String(length=60), server_default="", nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("changed_at", sa.String(length=27), nullable=False),
        sa.CheckConstraint(
            "status in ('active', 'merged', 'split', 'retired')", name=op.f("ck_golden_record_status")
        ),
        sa.PrimaryKeyConstraint("golden_id", name=op.f("pk_golden_record")),
    )
    op.create_index(op.f("ix_golden_record_entity"), "golden_record", ["entity"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("client_id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_table(
        "job_run",
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("slot", sa.String(length=27), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("worker", sa.String(length=100), nullable=False),
        sa.Column("lease_until", sa.String(length=27), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("job", "slot", name=op.f("pk_job_run")),
    )
    op.create_table(
        "landing_file",
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("file_hash", name=op.f("pk_landing_file")),
    )
    op.create_table(
        "login_attempt",
        sa.Column("login_key", sa.String(length=100), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("login_key", name=op.f("pk_login_attempt")),
    )
    op.create_table(
        "match_pair",
        sa.Column("entity", sa.String(length=60), nullable=False),
        sa.Column(
            "left_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "right_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("match_weight", sa.Float(), nullable=False),
        sa.Column("match_probability", sa.Float(), nullable=False),
        sa.Column("levels", sa.String(length=200), nullable=False),
        sa.CheckConstraint("left_id < right_id", name=op.f("ck_match_pair_ordered")),
        sa.PrimaryKeyConstraint("left_id", "right_id", name=op.f("pk_match_pair")),
    )
    op.create_index(op.f("ix_match_pair_entity"), "match_pair", ["entity"], unique=False)
    op.create_index("ix_match_pair_right", "match_pair", ["right_id"], unique=False)
    op.create_table(
        "match_run",
        sa.Column("run_id", sa.String(length=26), nullable=False),
        sa.Column("entity", sa.String(length=60), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("rule_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("model_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("started_at", sa.String(length=27), nullable=False),
        sa.Column("finished_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_match_run")),
    )
    op.create_index(op.f("ix_match_run_entity"), "match_run", ["entity"], unique=False)
    op.create_table(
        "rule_set",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("entity", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_rule_set")),
    )
    op.create_table(
        "source_system",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("site", sa.String(length=60), server_default="", nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_source_system")),
    )
    op.create_table(
        "user_account",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("login", sa.String(length=100), nullable=False),
        sa.Column("login_key", sa.String(length=100), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("roles", sa.String(length=200), nullable=False),
        sa.Column("site", sa.String(length=60), server_default="", nullable=False),
        sa.Column("password_hash", sa.String(length=300), nullable=True),
        sa.Column("language", sa.String(length=10), server_default="", nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("login_key", name=op.f("uq_user_account_login_key")),
    )
    op.create_table(
        "api_client",
        sa.Column("client_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("scopes", sa.String(length=300), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("expires_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["source"], ["source_system.code"], name=op.f("fk_api_client_source")),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_api_client")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_client_token_hash")),
    )
    op.create_table(
        "audit_leaf",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("leaf_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name=op.f("fk_audit_leaf_event_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_leaf")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_leaf_event_id")),
    )
    op.create_table(
        "event",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fact_id", sa.String(length=26), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("entity", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("delivered_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["fact_id"], ["fact.fact_id"], name=op.f("fk_event_fact_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_fact_id"), "event", ["fact_id"], unique=False)
    op.create_index(op.f("ix_event_subject"), "event", ["subject"], unique=False)
    op.create_table(
        "golden_redirect",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("from_id", sa.String(length=32), nullable=False),
        sa.Column("to_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("valid_from", sa.String(length=27), nullable=False),
        sa.Column("valid_to", sa.String(length=27), nullable=True),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_golden_redirect_no_loop")),
        sa.ForeignKeyConstraint(
            ["from_id"], ["golden_record.golden_id"], name=op.f("fk_golden_redirect_from_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["golden_record.golden_id"], name=op.f("fk_golden_redirect_to_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_golden_redirect")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_golden_redirect_from_id"), "golden_redirect", ["from_id"], unique=False)
    op.create_index(op.f("ix_golden_redirect_to_id"), "golden_redirect", ["to_id"], unique=False)
    op.create_table(
        "golden_search",
        sa.Column("golden_id", sa.String(length=32), nullable=False),
        sa.Column("entity", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["golden_id"], ["golden_record.golden_id"], name=op.f("fk_golden_search_golden_id")
        ),
        sa.PrimaryKeyConstraint("golden_id", name=op.f("pk_golden_search")),
    )
    op.create_index(op.f("ix_golden_search_entity"), "golden_search", ["entity"], unique=False)
    op.create_table(
        "golden_version",
        sa.Column("golden_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("members", sa.Text(), nullable=False),
        sa.Column("rule_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.String(length=27), nullable=False),
        sa.Column("fact_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["golden_id"], ["golden_record.golden_id"], name=op.f("fk_golden_version_golden_id")
        ),
        sa.PrimaryKeyConstraint("golden_id", "version", name=op.f("pk_golden_version")),
    )
    op.create_table(
        "load",
        sa.Column("load_id", sa.String(length=26), nullable=False),
        sa.Column("entity", sa.String(length=60), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("profile_version", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=300), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("content_root", sa.String(length=64), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.CheckConstraint("received = accepted + unchanged + rejected", name=op.f("ck_load_balance")),
        sa.ForeignKeyConstraint(["source"], ["source_system.code"], name=op.f("fk_load_source")),
        sa.PrimaryKeyConstraint("load_id", name=op.f("pk_load")),
    )
    op.create_table(
        "match_model",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("entity", sa.String(length=60), nullable=False),
        sa.Column("rule_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_fingerprint"], ["rule_set.fingerprint"], name=op.f("fk_match_model_rule_fingerprint")
        ),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_match_model")),
    )
    op.create_index(
        "uq_match_model_active",
        "match_model",
        ["entity"],
        unique=True,
        sqlite_where=sa.text("active"),
        postgresql_where=sa.text("active"),
    )
    op.create_table(
        "source_profile",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("entity", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source_system.code"], name=op.f("fk_source_profile_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_profile")),
        sa.UniqueConstraint(
            "source", "entity", "version", name=op.f("uq_source_profile_source_entity_version")
        ),
    )
    op.create_table(
        "source_record",
        sa.Column(
            "record_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("entity", sa.String(length=60), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("source_key", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("site", sa.String(length=60), server_default="", nullable=False),
        sa.Column("changed_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source_system.code"], name=op.f("fk_source_record_source")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_source_record")),
        sa.UniqueConstraint(
            "entity", "source", "source_key", name=op.f("uq_source_record_entity_source_source_key")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "user_invitation",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("expires_at", sa.String(length=27), nullable=False),
        sa.Column("used_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.user_id"], name=op.f("fk_user_invitation_user_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_user_invitation")),
    )
    op.create_index(op.f("ix_user_invitation_user_id"), "user_invitation", ["user_id"], unique=False)
    op.create_table(
        "user_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.user_id"], name=op.f("fk_user_session_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_user_session")),
    )
    op.create_index(op.f("ix_user_session_user_id"), "user_session", ["user_id"], unique=False)
    op.create_table(
        "golden_override",
        sa.Column("override_id", sa.String(length=26), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attribute", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.String(length=26), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["source_record.record_id"], name=op.f("fk_golden_override_record_id")
        ),
        sa.PrimaryKeyConstraint("override_id", name=op.f("pk_golden_override")),
    )
    op.create_index(op.f("ix_golden_override_record_id"), "golden_override", ["record_id"], unique=False)
    op.create_table(
        "load_reject",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("load_id", sa.String(length=26), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=300), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["load_id"], ["load.load_id"], name=op.f("fk_load_reject_load_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_load_reject")),
    )
    op.create_index(op.f("ix_load_reject_load_id"), "load_reject", ["load_id"], unique=False)
    op.create_table(
        "quality_finding",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attribute", sa.String(length=60), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["source_record.record_id"], name=op.f("fk_quality_finding_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_finding")),
    )
    op.create_index(op.f("ix_quality_finding_record_id"), "quality_finding", ["record_id"], unique=False)
    op.create_table(
        "review_task",
        sa.Column(
            "task_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("entity", sa.String(length=60), nullable=False),
        sa.Column("left_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("right_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("left_version", sa.Integer(), nullable=False),
        sa.Column("right_version", sa.Integer(), nullable=False),
        sa.Column("match_weight", sa.Float(), nullable=False),
        sa.Column("match_probability", sa.Float(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("previous_decision", sa.String(length=26), nullable=True),
        sa.Column("site", sa.String(length=60), server_default="", nullable=False),
        sa.Column("opened_at", sa.String(length=27), nullable=False),
        sa.Column("closed_at", sa.String(length=27), nullable=True),
        sa.Column("closed_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status = 'open' or closed_reason is not null", name=op.f("ck_review_task_closed_with_reason")
        ),
        sa.CheckConstraint(
            "status in ('open', 'decided', 'superseded', 'expired')", name=op.f("ck_review_task_status")
        ),
        sa.CheckConstraint("left_id <> right_id", name=op.f("ck_review_task_two_records")),
        sa.ForeignKeyConstraint(
            ["left_id"], ["source_record.record_id"], name=op.f("fk_review_task_left_id")
        ),
        sa.ForeignKeyConstraint(
            ["right_id"], ["source_record.record_id"], name=op.f("fk_review_task_right_id")
        ),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_review_task")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_review_task_left_id"), "review_task", ["left_id"], unique=False)
    op.create_index("ix_review_task_queue", "review_task", ["entity", "status", "match_weight"], unique=False)
    op.create_index(op.f("ix_review_task_right_id"), "review_task", ["right_id"], unique=False)
    op.create_index(
        "uq_review_task_open",
        "review_task",
        ["left_id", "right_id"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "source_version",
        sa.Column(
            "record_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("load_id", sa.String(length=26), nullable=True),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("mapped", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("fact_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["source_record.record_id"], name=op.f("fk_source_version_record_id")
        ),
        sa.PrimaryKeyConstraint("record_id", "version", name=op.f("pk_source_version")),
    )
    op.create_table(
        "standard_record",
        sa.Column(
            "record_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("entity", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("standardiser", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("features", sa.Text(), nullable=False),
        sa.Column("matched", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["source_record.record_id"], name=op.f("fk_standard_record_record_id")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_standard_record")),
    )
    op.create_index(op.f("ix_standard_record_entity"), "standard_record", ["entity"], unique=False)
    op.create_table(
        "xref",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("golden_id", sa.String(length=32), nullable=False),
        sa.Column("valid_from", sa.String(length=27), nullable=False),
        sa.Column("valid_to", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["golden_id"], ["golden_record.golden_id"], name=op.f("fk_xref_golden_id")),
        sa.ForeignKeyConstraint(["record_id"], ["source_record.record_id"], name=op.f("fk_xref_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_xref")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_xref_golden_id"), "xref", ["golden_id"], unique=False)
    op.create_index(op.f("ix_xref_record_id"), "xref", ["record_id"], unique=False)
    op.create_index(
        "uq_xref_current",
        "xref",
        ["record_id"],
        unique=True,
        sqlite_where=sa.text("valid_to is null"),
        postgresql_where=sa.text("valid_to is null"),
    )
    op.create_table(
        "decision",
        sa.Column("decision_id", sa.String(length=26), nullable=False),
        sa.Column("entity", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=True),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("undoes", sa.String(length=26), nullable=True),
        sa.Column("undone_by", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["review_task.task_id"], name=op.f("fk_decision_task_id")),
        sa.ForeignKeyConstraint(["undoes"], ["decision.decision_id"], name=op.f("fk_decision_undoes")),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decision")),
        sa.UniqueConstraint("undoes", name=op.f("uq_decision_undoes")),
    )
    op.create_index(op.f("ix_decision_entity"), "decision", ["entity"], unique=False)
    op.create_index(
        "uq_decision_task",
        "decision",
        ["task_id"],
        unique=True,
        sqlite_where=sa.text("task_id is not null and verdict <> 'unsure'"),
        postgresql_where=sa.text("task_id is not null and verdict <> 'unsure'"),
    )
    op.create_table(
        "pair_constraint",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("entity", sa.String(length=60), nullable=False),
        sa.Column("left_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("right_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("must_link", sa.Boolean(), nullable=False),
        sa.Column("decision_id", sa.String(length=26), nullable=False),
        sa.Column("left_values", sa.String(length=64), nullable=False),
        sa.Column("right_values", sa.String(length=64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("left_id < right_id", name=op.f("ck_pair_constraint_ordered")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.decision_id"], name=op.f("fk_pair_constraint_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["left_id"], ["source_record.record_id"], name=op.f("fk_pair_constraint_left_id")
        ),
        sa.ForeignKeyConstraint(
            ["right_id"], ["source_record.record_id"], name=op.f("fk_pair_constraint_right_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair_constraint")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pair_constraint_decision_id"), "pair_constraint", ["decision_id"], unique=False)
    op.create_index(op.f("ix_pair_constraint_entity"), "pair_constraint", ["entity"], unique=False)
    op.create_index(op.f("ix_pair_constraint_left_id"), "pair_constraint", ["left_id"], unique=False)
    op.create_index(op.f("ix_pair_constraint_right_id"), "pair_constraint", ["right_id"], unique=False)
    op.create_index(
        "uq_pair_constraint_active",
        "pair_constraint",
        ["left_id", "right_id"],
        unique=True,
        sqlite_where=sa.text("active"),
        postgresql_where=sa.text("active"),
    )
    op.execute("insert into commit_counter (name, value) values ('event', 0), ('fact', 0)")
    create_triggers(op.get_bind())


def downgrade() -> None:
    drop_triggers(op.get_bind())

    op.drop_index(
        "uq_pair_constraint_active",
        table_name="pair_constraint",
        sqlite_where=sa.text("active"),
        postgresql_where=sa.text("active"),
    )
    op.drop_index(op.f("ix_pair_constraint_right_id"), table_name="pair_constraint")
    op.drop_index(op.f("ix_pair_constraint_left_id"), table_name="pair_constraint")
    op.drop_index(op.f("ix_pair_constraint_entity"), table_name="pair_constraint")
    op.drop_index(op.f("ix_pair_constraint_decision_id"), table_name="pair_constraint")
    op.drop_table("pair_constraint")
    op.drop_index(
        "uq_decision_task",
        table_name="decision",
        sqlite_where=sa.text("task_id is not null and verdict <> 'unsure'"),
        postgresql_where=sa.text("task_id is not null and verdict <> 'unsure'"),
    )
    op.drop_index(op.f("ix_decision_entity"), table_name="decision")
    op.drop_table("decision")
    op.drop_index(
        "uq_xref_current",
        table_name="xref",
        sqlite_where=sa.text("valid_to is null"),
        postgresql_where=sa.text("valid_to is null"),
    )
    op.drop_index(op.f("ix_xref_record_id"), table_name="xref")
    op.drop_index(op.f("ix_xref_golden_id"), table_name="xref")
    op.drop_table("xref")
    op.drop_index(op.f("ix_standard_record_entity"), table_name="standard_record")
    op.drop_table("standard_record")
    op.drop_table("source_version")
    op.drop_index(
        "uq_review_task_open",
        table_name="review_task",
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.drop_index(op.f("ix_review_task_right_id"), table_name="review_task")
    op.drop_index("ix_review_task_queue", table_name="review_task")
    op.drop_index(op.f("ix_review_task_left_id"), table_name="review_task")
    op.drop_table("review_task")
    op.drop_index(op.f("ix_quality_finding_record_id"), table_name="quality_finding")
    op.drop_table("quality_finding")
    op.drop_index(op.f("ix_load_reject_load_id"), table_name="load_reject")
    op.drop_table("load_reject")
    op.drop_index(op.f("ix_golden_override_record_id"), table_name="golden_override")
    op.drop_table("golden_override")
    op.drop_index(op.f("ix_user_session_user_id"), table_name="user_session")
    op.drop_table("user_session")
    op.drop_index(op.f("ix_user_invitation_user_id"), table_name="user_invitation")
    op.drop_table("user_invitation")
    op.drop_table("source_record")
    op.drop_table("source_profile")
    op.drop_index(
        "uq_match_model_active",
        table_name="match_model",
        sqlite_where=sa.text("active"),
        postgresql_where=sa.text("active"),
    )
    op.drop_table("match_model")
    op.drop_table("load")
    op.drop_table("golden_version")
    op.drop_index(op.f("ix_golden_search_entity"), table_name="golden_search")
    op.drop_table("golden_search")
    op.drop_index(op.f("ix_golden_redirect_to_id"), table_name="golden_redirect")
    op.drop_index(op.f("ix_golden_redirect_from_id"), table_name="golden_redirect")
    op.drop_table("golden_redirect")
    op.drop_index(op.f("ix_event_subject"), table_name="event")
    op.drop_index(op.f("ix_event_fact_id"), table_name="event")
    op.drop_table("event")
    op.drop_table("audit_leaf")
    op.drop_table("api_client")
    op.drop_table("user_account")
    op.drop_table("source_system")
    op.drop_table("rule_set")
    op.drop_index(op.f("ix_match_run_entity"), table_name="match_run")
    op.drop_table("match_run")
    op.drop_index("ix_match_pair_right", table_name="match_pair")
    op.drop_index(op.f("ix_match_pair_entity"), table_name="match_pair")
    op.drop_table("match_pair")
    op.drop_table("login_attempt")
    op.drop_table("landing_file")
    op.drop_table("job_run")
    op.drop_table("idempotency_key")
    op.drop_index(op.f("ix_golden_record_entity"), table_name="golden_record")
    op.drop_table("golden_record")
    op.drop_table("fact")
    op.drop_table("dictionary_version")
    op.drop_table("commit_counter")
    op.drop_index("ix_candidate_key_record", table_name="candidate_key")
    op.drop_table("candidate_key")
    op.drop_index("ix_audit_event_row", table_name="audit_event")
    op.drop_index(op.f("ix_audit_event_fact_id"), table_name="audit_event")
    op.drop_table("audit_event")
