"""Which attempt at loading an upload is under way, so that one that died can be taken up and a twin undoes itself."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("upload", sa.Column("attempt", sa.Integer(), nullable=False, server_default=sa.text("0")))


def downgrade() -> None:
    with op.batch_alter_table("upload") as table:
        table.drop_column("attempt")
