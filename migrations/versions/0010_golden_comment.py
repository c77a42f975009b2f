"""Comments beside golden records, and who is named in them."""

import sqlalchemy as sa
from alembic import op

from mdm.storage.trigger import create_triggers, drop_triggers

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    drop_triggers(op.get_bind())
    op.create_table(
        "golden_comment",
        sa.Column("comment_id", sa.String(26), nullable=False),
        sa.Column("golden_id", sa.String(32), nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["golden_id"], ["golden_record.golden_id"], name="fk_golden_comment_golden_id"
        ),
        sa.PrimaryKeyConstraint("comment_id", name="pk_golden_comment"),
    )
    op.create_index("ix_golden_comment_golden_id", "golden_comment", ["golden_id"])
    op.create_table(
        "golden_mention",
        sa.Column("login_key", sa.String(100), nullable=False),
        sa.Column("comment_id", sa.String(26), nullable=False),
        sa.Column("golden_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["golden_comment.comment_id"], name="fk_golden_mention_comment_id"
        ),
        sa.ForeignKeyConstraint(
            ["golden_id"], ["golden_record.golden_id"], name="fk_golden_mention_golden_id"
        ),
        sa.PrimaryKeyConstraint("login_key", "comment_id", name="pk_golden_mention"),
    )
    create_triggers(op.get_bind())


def downgrade() -> None:
    drop_triggers(op.get_bind())
    op.drop_table("golden_mention")
    op.drop_table("golden_comment")
    create_triggers(op.get_bind())
