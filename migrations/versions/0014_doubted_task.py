"""Doubts by task: the next task of a steward is none that they were unsure of."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    doubted = sa.text("verdict = 'unsure'")
    op.create_index(
        "ix_decision_doubt", "decision", ["task_id", "actor"], sqlite_where=doubted, postgresql_where=doubted
    )


def downgrade() -> None:
    op.drop_index("ix_decision_doubt", "decision")
