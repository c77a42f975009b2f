"""Workbench: a narrow line per open task to filter and count, who holds a task, comments, saved views, single keys."""

import sqlalchemy as sa
from alembic import op

from mdm.storage.trigger import create_triggers, drop_triggers

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    drop_triggers(op.get_bind())
    op.add_column(
        "user_account", sa.Column("shortcuts", sa.Boolean(), nullable=False, server_default=sa.text("true"))
    )
    _create_lines()
    op.create_table(
        "task_holder",
        sa.Column("task_id", RowId, autoincrement=False, nullable=False),
        sa.Column("holder", sa.String(200), nullable=False),
        sa.Column("since", sa.String(27), nullable=False),
        sa.Column("lease_until", sa.String(27)),
        sa.Column("given_by", sa.String(200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", name="pk_task_holder"),
    )
    op.create_index("ix_task_holder_holder", "task_holder", ["holder"])
    op.create_table(
        "task_comment",
        sa.Column("comment_id", sa.String(26), nullable=False),
        sa.Column("task_id", RowId, nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["review_task.task_id"], name="fk_task_comment_task_id"),
        sa.PrimaryKeyConstraint("comment_id", name="pk_task_comment"),
    )
    op.create_index("ix_task_comment_task_id", "task_comment", ["task_id"])
    op.create_table(
        "task_mention",
        sa.Column("login_key", sa.String(100), nullable=False),
        sa.Column("comment_id", sa.String(26), nullable=False),
        sa.Column("task_id", RowId, nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["task_comment.comment_id"], name="fk_task_mention_comment_id"
        ),
        sa.ForeignKeyConstraint(["task_id"], ["review_task.task_id"], name="fk_task_mention_task_id"),
        sa.PrimaryKeyConstraint("login_key", "comment_id", name="pk_task_mention"),
    )
    op.create_table(
        "saved_view",
        sa.Column("view_id", sa.String(26), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("view_id", name="pk_saved_view"),
        sa.UniqueConstraint("owner", "name", name="uq_saved_view_owner_name"),
    )
    create_triggers(op.get_bind())


def _create_lines() -> None:
    """``mdm init`` fills the lines of tasks that are open already: they need dictionary and rules."""
    op.create_table(
        "queue_line",
        sa.Column("task_id", RowId, autoincrement=False, nullable=False),
        sa.Column("entity", sa.String(60), nullable=False),
        sa.Column("sources", sa.String(130), nullable=False),
        sa.Column("band", sa.String(5), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("languages", sa.String(5), nullable=False),
        sa.Column("risk", sa.String(6), nullable=False),
        sa.Column("opened_on", sa.String(10), nullable=False),
        sa.Column("due_on", sa.String(10), nullable=False),
        sa.Column("priority", sa.Float(), nullable=False),
        sa.Column("pattern", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["review_task.task_id"], name="fk_queue_line_task_id"),
        sa.PrimaryKeyConstraint("task_id", name="pk_queue_line"),
    )
    op.create_index(
        "ix_queue_line_facets",
        "queue_line",
        ["entity", "sources", "band", "reason", "languages", "risk", "opened_on", "due_on"],
    )
    op.create_index("ix_queue_line_value", "queue_line", ["priority", "task_id"])
    op.create_index("ix_queue_line_entity_value", "queue_line", ["entity", "priority", "task_id"])
    op.create_index("ix_queue_line_age", "queue_line", ["opened_on", "task_id"])
    op.create_index("ix_queue_line_due", "queue_line", ["due_on", "task_id"])
    op.create_index("ix_queue_line_pattern", "queue_line", ["pattern"])
    op.create_table(
        "queue_gram",
        sa.Column("gram", sa.String(3), nullable=False),
        sa.Column("task_id", RowId, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("gram", "task_id", name="pk_queue_gram"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_queue_gram_task", "queue_gram", ["task_id"])


def downgrade() -> None:
    drop_triggers(op.get_bind())
    for name in ("saved_view", "task_mention", "task_comment", "task_holder", "queue_gram", "queue_line"):
        op.drop_table(name)
    with op.batch_alter_table("user_account") as table:
        table.drop_column("shortcuts")
    create_triggers(op.get_bind())
