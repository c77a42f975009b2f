"""Matches across a regulated veto wait for a second person; a decision names the evidence that was on screen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mdm.storage.trigger import create_triggers, drop_triggers

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    drop_triggers(op.get_bind())
    op.add_column(
        "decision", sa.Column("evidence_hash", sa.String(length=64), nullable=False, server_default="")
    )
    op.create_table(
        "match_proposal",
        sa.Column("proposal_id", sa.String(length=26), nullable=False),
        sa.Column("entity", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("evidence_hash", sa.String(length=64), nullable=False),
        sa.Column("proposed_by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.String(length=27), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("closed_by", sa.String(length=200), nullable=True),
        sa.Column("closed_reason", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.String(length=27), nullable=True),
        sa.CheckConstraint("kind in ('review', 'merge')", name=op.f("ck_match_proposal_kind")),
        sa.CheckConstraint(
            "state in ('open', 'confirmed', 'rejected', 'withdrawn', 'superseded')",
            name=op.f("ck_match_proposal_state"),
        ),
        sa.CheckConstraint(
            "state = 'open' or (closed_by is not null and closed_reason is not null)",
            name=op.f("ck_match_proposal_closed_with_reason"),
        ),
        sa.CheckConstraint(
            "state not in ('confirmed', 'rejected') or (lower(closed_by) <> lower(proposed_by) "
            "and lower(closed_by) <> 'cli:' || lower(proposed_by) "
            "and lower(proposed_by) <> 'cli:' || lower(closed_by))",
            name=op.f("ck_match_proposal_second_person"),
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["review_task.task_id"], name=op.f("fk_match_proposal_task_id_review_task")
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_match_proposal")),
    )
    op.create_index(op.f("ix_match_proposal_state"), "match_proposal", ["state"], unique=False)
    op.create_index(
        "uq_match_proposal_open",
        "match_proposal",
        ["task_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open' and task_id is not null"),
        postgresql_where=sa.text("state = 'open' and task_id is not null"),
    )
    create_triggers(op.get_bind())


def downgrade() -> None:
    drop_triggers(op.get_bind())
    op.drop_table("match_proposal")
    op.drop_column("decision", "evidence_hash")
    create_triggers(op.get_bind())
