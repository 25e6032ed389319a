"""The database refuses to change or to delete a line of the audit trail, whoever asks and however."""

from django.db import migrations

POSTGRESQL = [
    # of the class of broken constraints, so that callers read the same IntegrityError on both databases
    """
    CREATE FUNCTION kit_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'The audit trail is append-only: % refused.', TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END
    $$
    """,
    """
    CREATE TRIGGER kit_entry_append_only BEFORE UPDATE OR DELETE ON kit_entry
        FOR EACH ROW EXECUTE FUNCTION kit_entry_append_only()
    """,
    # in a session that plays the replica too
    "ALTER TABLE kit_entry ENABLE ALWAYS TRIGGER kit_entry_append_only",
]
POSTGRESQL_BACK = [
    "DROP TRIGGER kit_entry_append_only ON kit_entry",
    "DROP FUNCTION kit_entry_append_only()",
]
SQLITE = [
    """
    CREATE TRIGGER kit_entry_no_update BEFORE UPDATE ON kit_entry
    BEGIN SELECT RAISE(ABORT, 'The audit trail is append-only: UPDATE refused.'); END
    """,
    """
    CREATE TRIGGER kit_entry_no_delete BEFORE DELETE ON kit_entry
    BEGIN SELECT RAISE(ABORT, 'The audit trail is append-only: DELETE refused.'); END
    """,
    # REPLACE deletes the old row without a word to the trigger above
    """
    CREATE TRIGGER kit_entry_no_replace BEFORE INSERT ON kit_entry
    WHEN EXISTS (SELECT 1 FROM kit_entry WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'The audit trail is append-only: REPLACE refused.'); END
    """,
]
SQLITE_BACK = [
    "DROP TRIGGER kit_entry_no_update",
    "DROP TRIGGER kit_entry_no_delete",
    "DROP TRIGGER kit_entry_no_replace",
]


def lay(apps, schema_editor):
    for statement in {"postgresql": POSTGRESQL, "sqlite": SQLITE}[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def lift(apps, schema_editor):
    for statement in {"postgresql": POSTGRESQL_BACK, "sqlite": SQLITE_BACK}[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('kit', '0003_trail_order'),
    ]

    operations = [
        migrations.RunPython(lay, lift),
    ]
