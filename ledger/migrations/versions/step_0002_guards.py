"""Triggers in PostgreSQL too; from here on alembic keeps the version of the schema."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

POSTGRESQL_GUARDS = (
    """CREATE FUNCTION entries_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'ledger entries are never altered or removed'; END $$""",
    """CREATE FUNCTION entries_are_appended() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM entries) THEN
        RAISE EXCEPTION 'ledger entries are only appended';
      END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE ON entries
    FOR EACH ROW EXECUTE FUNCTION entries_are_kept()""",
    """CREATE TRIGGER entries_remain BEFORE TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION entries_are_kept()""",
    """CREATE TRIGGER entries_follow BEFORE INSERT ON entries
    FOR EACH ROW EXECUTE FUNCTION entries_are_appended()""",
)


def upgrade() -> None:
    """Add the triggers and drop the table with the version number."""
    if op.get_bind().dialect.name == "postgresql":
        for guard in POSTGRESQL_GUARDS:
            op.execute(guard)
    op.drop_table("schema_version")


def downgrade() -> None:
    """Refuse, because entries are never removed."""
    raise NotImplementedError("the ledger's schema cannot be downgraded")
