"""The person behind each API client, and reports of changes audited as they come in."""

import sqlalchemy as sa
from alembic import op

from mdm.storage.trigger import create_triggers, drop_triggers

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    drop_triggers(op.get_bind())
    op.add_column(
        "api_client", sa.Column("owner", sa.String(200), nullable=False, server_default=sa.text("''"))
    )
    # Who added a client answers for it; the trail has known since the client was added.
    op.execute(
        "update api_client set owner = coalesce((select actor from audit_event "
        "where table_name = 'api_client' and operation = 'insert' and row_key = api_client.client_id "
        "order by id limit 1), '')"
    )
    create_triggers(op.get_bind())


def downgrade() -> None:
    drop_triggers(op.get_bind())
    with op.batch_alter_table("api_client") as table:
        table.drop_column("owner")
    create_triggers(op.get_bind())
