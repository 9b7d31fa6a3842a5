"""The first schema: entries in SQLite or PostgreSQL, protected by triggers in SQLite, with a version number."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

GUARDS = (
    """CREATE TRIGGER entries_stay BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'ledger entries are never altered'); END""",
    """CREATE TRIGGER entries_remain BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'ledger entries are never removed'); END""",
    """CREATE TRIGGER entries_follow BEFORE INSERT ON entries
    WHEN new.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM entries)
      OR EXISTS (SELECT 1 FROM entries WHERE key = new.key)
    BEGIN SELECT RAISE(ABORT, 'ledger entries are only appended'); END""",
)


def upgrade() -> None:
    """Create the tables."""
    text = sa.Text()
    op.create_table(
        "entries",
        sa.Column("sequence", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("digest", text, nullable=False),
        sa.Column("previous", text, nullable=False),
        sa.Column("key", text, nullable=False, unique=True),
        sa.Column("year", sa.Integer(), nullable=False, index=True),
        sa.Column("at", text, nullable=False),
        sa.Column("system_user", text, quote=True, nullable=False),
        sa.Column("body", text, nullable=False),
    )
    versions = op.create_table("schema_version", sa.Column("version", sa.Integer(), nullable=False))
    if op.get_bind().dialect.name == "sqlite":
        for guard in GUARDS:
            op.execute(guard)
    op.bulk_insert(versions, [{"version": 1}])


def downgrade() -> None:
    """Refuse, because entries are never removed."""
    raise NotImplementedError("the ledger's schema cannot be downgraded")
