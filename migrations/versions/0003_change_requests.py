"""Change requests with their reports, and the versions of matching and code lists that govern."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mdm.storage.trigger import create_triggers, drop_triggers

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    drop_triggers(op.get_bind())
    op.create_table(
        "change_request",
        sa.Column("change_id", sa.String(length=26), nullable=False),
        sa.Column("entity", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("report_hash", sa.String(length=64), nullable=True),
        sa.Column("basis", sa.String(length=64), nullable=True),
        sa.Column("examined_state", sa.String(length=64), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decided_reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.String(length=27), nullable=True),
        sa.Column("activated_by", sa.String(length=200), nullable=True),
        sa.Column("activated_at", sa.String(length=27), nullable=True),
        sa.CheckConstraint(
            "kind in ('model', 'rules', 'threshold', 'code_list')", name=op.f("ck_change_request_kind")
        ),
        sa.CheckConstraint(
            "state in ('proposed', 'examined', 'approved', 'rejected', 'activated', 'withdrawn')",
            name=op.f("ck_change_request_state"),
        ),
        sa.CheckConstraint(
            "decided_by is null or (lower(decided_by) <> lower(author) "
            "and lower(decided_by) <> 'cli:' || lower(author) "
            "and lower(author) <> 'cli:' || lower(decided_by))",
            name=op.f("ck_change_request_four_eyes"),
        ),
        sa.CheckConstraint(
            "state not in ('approved', 'activated') or (report_hash is not null and decided_by is not null)",
            name=op.f("ck_change_request_approved_on_report"),
        ),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_change_request")),
    )
    op.create_index(op.f("ix_change_request_state"), "change_request", ["state"])
    op.create_index(op.f("ix_change_request_fingerprint"), "change_request", ["fingerprint"])
    op.create_table(
        "change_report",
        sa.Column("change_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("report_hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change_request.change_id"], name=op.f("fk_change_report_change_id")
        ),
        sa.PrimaryKeyConstraint("change_id", "number", name=op.f("pk_change_report")),
    )
    op.create_table(
        "matching_version",
        sa.Column("entity", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("weights", sa.Text(), nullable=False),
        sa.Column("weights_hash", sa.String(length=64), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("change_id", sa.String(length=26), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_fingerprint"], ["rule_set.fingerprint"], name=op.f("fk_matching_version_rule_fingerprint")
        ),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change_request.change_id"], name=op.f("fk_matching_version_change_id")
        ),
        sa.PrimaryKeyConstraint("entity", "version", name=op.f("pk_matching_version")),
    )
    op.create_table(
        "code_list_version",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("change_id", sa.String(length=26), nullable=True),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change_request.change_id"], name=op.f("fk_code_list_version_change_id")
        ),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_code_list_version")),
    )
    op.execute("insert into commit_counter (name, value) values ('governed', 0)")
    create_triggers(op.get_bind())


def downgrade() -> None:
    drop_triggers(op.get_bind())
    op.execute("delete from commit_counter where name = 'governed'")
    op.drop_table("code_list_version")
    op.drop_table("matching_version")
    op.drop_table("change_report")
    op.drop_table("change_request")
    create_triggers(op.get_bind())
