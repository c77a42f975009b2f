"""Features in the form the scorer reads; the next match run fills it, for records count as standardised otherwise."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "packed_record",
        sa.Column(
            "record_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.record_id"],
            name=op.f("fk_packed_record_record_id_source_record"),
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_packed_record")),
    )
    op.execute("update standard_record set standardiser = ''")


def downgrade() -> None:
    op.drop_table("packed_record")
