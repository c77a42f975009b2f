"""Blind sample: tasks drawn at random to measure the machine, and an order of the queue by what a verdict is worth."""

import sqlalchemy as sa
from alembic import op

from mdm.storage.trigger import create_triggers, drop_triggers

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    drop_triggers(op.get_bind())
    op.add_column(
        "review_task", sa.Column("priority", sa.Float(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column(
        "review_task", sa.Column("settles", sa.Integer(), nullable=False, server_default=sa.text("1"))
    )
    op.execute("update review_task set priority = match_weight / 1000.0")
    op.drop_index("ix_review_task_queue", table_name="review_task")
    op.create_index("ix_review_task_queue", "review_task", ["entity", "status", "priority"])
    op.drop_index("uq_review_task_open", table_name="review_task")
    _one_open("uq_review_task_open", "status = 'open' and reason <> 'audit'")
    _one_open("uq_review_task_audit", "status = 'open' and reason = 'audit'")
    op.create_table(
        "sample",
        sa.Column("sample_id", sa.String(26), nullable=False),
        sa.Column("entity", sa.String(60), nullable=False),
        sa.Column("model_fingerprint", sa.String(64), nullable=False),
        sa.Column("seed", sa.String(32), nullable=False),
        sa.Column("drawn_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("sample_id", name="pk_sample"),
    )
    op.create_index("ix_sample_entity", "sample", ["entity"])
    op.create_table(
        "sample_pair",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("sample_id", sa.String(26), nullable=False),
        sa.Column("task_id", RowId, nullable=False),
        sa.Column("stratum", sa.String(20), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.CheckConstraint("drawn between 1 and population", name=op.f("ck_sample_pair_drawn")),
        sa.ForeignKeyConstraint(["sample_id"], ["sample.sample_id"], name="fk_sample_pair_sample_id"),
        sa.ForeignKeyConstraint(["task_id"], ["review_task.task_id"], name="fk_sample_pair_task_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sample_pair"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sample_pair_sample_id", "sample_pair", ["sample_id"])
    op.create_index("ix_sample_pair_task_id", "sample_pair", ["task_id"])
    create_triggers(op.get_bind())


def downgrade() -> None:
    drop_triggers(op.get_bind())
    op.drop_table("sample_pair")
    op.drop_table("sample")
    op.execute(
        "update review_task set status = 'expired', closed_reason = 'the hub went back to a version without it', "
        "closed_at = opened_at where status = 'open' and reason = 'audit'"
    )
    op.drop_index("uq_review_task_audit", table_name="review_task")
    op.drop_index("uq_review_task_open", table_name="review_task")
    _one_open("uq_review_task_open", "status = 'open'")
    op.drop_index("ix_review_task_queue", table_name="review_task")
    op.create_index("ix_review_task_queue", "review_task", ["entity", "status", "match_weight"])
    with op.batch_alter_table("review_task") as table:
        table.drop_column("settles")
        table.drop_column("priority")
    create_triggers(op.get_bind())


def _one_open(name: str, where: str) -> None:
    """At most one open task per pair."""
    op.create_index(
        name,
        "review_task",
        ["left_id", "right_id"],
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
