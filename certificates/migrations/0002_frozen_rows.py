"""The database itself refuses to change what was issued, whoever asks and by whatever door.

`status` is left out: it will say later that a certificate was revoked or replaced. Deletion is refused by the model and by
PROTECT only, because a flush of the tests deletes row by row on SQLite. A later change of the table on SQLite drops the
trigger with the old table: a test notices.
"""

from django.db import migrations

TABLE = "certificates_certificate"
FROZEN = (
    "uuid, serial, learner_id, enrollment_id, credit_key, kind, facts, facts_sha256, issued_at, completed_on, pdf, pdf_sha256"
)
WORDS = "A certificate is frozen on the day of issue."
MAKE = {
    "sqlite": [
        f"CREATE TRIGGER certificates_frozen BEFORE UPDATE OF {FROZEN} ON {TABLE} "
        f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
    ],
    "postgresql": [
        "CREATE FUNCTION certificates_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"CREATE TRIGGER certificates_frozen BEFORE UPDATE OF {FROZEN} ON {TABLE} "
        "FOR EACH ROW EXECUTE FUNCTION certificates_refuse()",
    ],
}
UNMAKE = {
    "sqlite": ["DROP TRIGGER certificates_frozen"],
    "postgresql": [f"DROP TRIGGER certificates_frozen ON {TABLE}", "DROP FUNCTION certificates_refuse()"],
}


def make(apps, schema_editor):
    for statement in MAKE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def unmake(apps, schema_editor):
    for statement in UNMAKE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("certificates", "0001_initial")]
    operations = [migrations.RunPython(make, unmake)]
