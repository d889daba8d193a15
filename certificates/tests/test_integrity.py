"""What was issued stays as it was: the database refuses, the files are read back, and both say what is wrong."""

import hashlib
import json
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, models, transaction
from django.db.models.signals import post_migrate

from certificates.models import (
    FROZEN_ROWS,
    Certificate,
    CertificateEvent,
    CertificateFile,
    PublishedDesign,
    SigningKey,
    StatusList,
    Transcript,
)
from certificates.services import revoke
from certificates.services.integrity import verify_slice
from certificates.services.status import sign_status_lists, status_document
from certificates.tests.factories import ISSUED_AT, make_person
from certificates.tests.signing import issued, key_of, run_keys, use_keys_of
from core import frozen_rows
from core.serials import EXAMPLE_FORM
from enrollments.models import Enrollment

pytestmark = pytest.mark.django_db
ALL_COLUMNS = [(one, column) for one in FROZEN_ROWS for column in one.columns]


def ask(command, *arguments, capsys):
    """Exit status, and the lines that name a fault."""
    capsys.readouterr()
    try:
        call_command(command, *arguments)
        status = 0
    except SystemExit as left:
        status = left.code
    lines = capsys.readouterr().out.splitlines()
    return status, lines


def verify(*arguments, capsys):
    return ask("verify_certificates", *arguments, capsys=capsys)


def integrity(*arguments, capsys):
    """Exit status, and the rules that do not hold."""
    status, lines = ask("check_integrity", *arguments, capsys=capsys)
    return status, [line.removeprefix("FAIL ") for line in lines if line.startswith("FAIL")]


def damage(table, values, pk):
    """As somebody would who has the database: past the triggers."""
    quote = connection.ops.quote_name
    trigger = f"{table}_frozen"
    with connection.cursor() as cursor:
        cursor.execute(
            f"DROP TRIGGER {quote(trigger)}" + ("" if connection.vendor == "sqlite" else f" ON {quote(table)}")
        )
        for column, value in values.items():
            cursor.execute(f"UPDATE {quote(table)} SET {quote(column)} = %s WHERE id = %s", [value, pk])  # noqa: S608
    frozen_rows.install(connection)


def overwrite(path, content):
    storages["private"].delete(path)
    assert storages["private"].save(path, ContentFile(content)) == path


# -- the database refuses --------------------------------------------------------------------------------------------
def rows_of_each():
    """One row in each frozen table."""
    certificate = issued()
    design = PublishedDesign.objects.create(number=77, content={}, sha256="0" * 64)
    transcript = Transcript.objects.create(
        serial="CST-T",
        learner=certificate.learner,
        facts={},
        facts_sha256="0" * 64,
        pdf="a",
        pdf_sha256="0" * 64,
        public_pdf="b",
        public_pdf_sha256="0" * 64,
        issued_at=ISSUED_AT,
    )
    rows = (certificate, design, certificate.events.get(), certificate.files.get(), transcript)
    return {row._meta.db_table: row.pk for row in rows}


@pytest.mark.both_databases
def test_the_database_refuses_a_raw_update_of_every_frozen_column():
    rows, quote = rows_of_each(), connection.ops.quote_name
    answers = {}
    for one, column in ALL_COLUMNS:
        table, name = quote(one.table), quote(column)
        with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {name} = {name} WHERE id = %s", [rows[one.table]])  # noqa: S608
        answers[one.table, column] = str(refused.value).splitlines()[0]
    assert answers == {(one.table, column): one.words for one, column in ALL_COLUMNS}
    assert set(rows) == {one.table for one in FROZEN_ROWS}


def test_every_column_of_a_frozen_table_is_frozen_or_says_why_not():
    """A column that is added later must be put on one side or the other."""
    free = {
        "certificates_certificate": {"id", "status", "ended_at", "reason_class", "public_note", "is_shared"},
    }
    for one in FROZEN_ROWS:
        model = next(model for model in apps.get_models() if model._meta.db_table == one.table)
        columns = {field.column for field in model._meta.local_concrete_fields}
        assert columns - set(one.columns) == free.get(one.table, {"id"})


@pytest.mark.both_databases
def test_what_becomes_of_a_certificate_may_be_written():
    certificate = issued()
    assert Certificate.objects.filter(pk=certificate.pk).end(status="revoked", at=ISSUED_AT) == 1
    assert Certificate.objects.filter(pk=certificate.pk).share(on=True) == 1


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_trigger_that_a_migration_lost_comes_back_at_its_end(capsys):
    with altered_table():
        assert frozen_rows.missing(connection) == ["certificates_certificatefile_frozen"]
        assert integrity(capsys=capsys) == (1, ["guards of frozen rows"])
        send_after_migrating()
        assert (frozen_rows.missing(connection), integrity(capsys=capsys)) == ([], (0, []))
    file = issued().files.get()
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("UPDATE certificates_certificatefile SET level = 'B-B' WHERE id = %s", [file.pk])


@contextmanager
def altered_table():
    """A wider column: SQLite makes the table anew, without its trigger; PostgreSQL wants the trigger dropped first."""
    field = CertificateFile._meta.get_field("level")
    wider = models.CharField(max_length=20, blank=True)
    wider.set_attributes_from_name("level")
    wider.model = CertificateFile
    _alter(field, wider)
    try:
        yield
    finally:
        _alter(wider, field)
        send_after_migrating()


def _alter(old, new):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP TRIGGER certificates_certificatefile_frozen ON certificates_certificatefile")
        else:
            cursor.execute("PRAGMA foreign_keys = OFF")
    try:
        with connection.schema_editor() as editor:
            editor.alter_field(CertificateFile, old, new, strict=False)
    finally:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA foreign_keys = ON")


def send_after_migrating():
    """What `migrate` sends at its end."""
    post_migrate.send(
        sender=apps.get_app_config("certificates"),
        app_config=apps.get_app_config("certificates"),
        verbosity=0,
        interactive=False,
        using="default",
        apps=apps,
        plan=[],
    )


# -- everything that was issued is read back --------------------------------------------------------------------------
class TestVerify:
    def test_all_is_well(self, capsys):
        one, two = issued("One"), issued("Two")
        revoke(certificate=two, by=make_person("s@example.com"), reason_class="error", reason="x", at=ISSUED_AT)
        status_document(1)
        sign_status_lists()
        assert one.status_list_id is not None
        assert verify(capsys=capsys) == (0, ["All is well: 3 verified."])

    def test_all_is_well_after_a_key_got_out(self, settings, tmp_path, capsys):
        use_keys_of(settings, tmp_path / "keys")
        run_keys("make", capsys=capsys)
        issued("One")
        ended = issued("Two")
        revoke(certificate=ended, by=make_person("s@example.com"), reason_class="error", reason="x", at=ISSUED_AT)
        for use in ("badge", "paper"):
            run_keys("compromised", key_of(use).kid, "--yes", capsys=capsys)
        sign_status_lists()
        assert verify(capsys=capsys) == (0, ["All is well: 3 verified."])

    def test_what_still_waits_to_be_signed_again_is_named(self, settings, tmp_path, capsys):
        use_keys_of(settings, tmp_path / "keys")
        run_keys("make", capsys=capsys)
        certificate, key = issued(), key_of("paper")
        SigningKey.objects.filter(pk=key.pk).update(compromised_at=ISSUED_AT)
        words = "is still signed with a compromised key: run manage.py certificate_keys compromised"
        assert verify(capsys=capsys)[1][0] == f"{certificate.serial}: PDF: {words} {key.kid}"
        run_keys("compromised", key.kid, "--yes", capsys=capsys)
        assert verify(capsys=capsys)[0] == 0

    @pytest.mark.parametrize(
        ("column", "value", "fault"),
        [
            ("facts", '{"serial": "CST", "name": "Eve"}', "the stored facts are not the ones that were issued"),
            ("pdf_sha256", "0" * 64, "PDF: the file was changed"),
            ("pdf", "certificates/nothing.pdf", "PDF: the file cannot be read (FileNotFoundError)"),
            ("status_index", 5, "Open Badge 1: it names another place in the status list"),
        ],
    )
    def test_a_changed_row_is_named(self, capsys, column, value, fault):
        certificate = issued()
        damage("certificates_certificate", {column: value}, certificate.pk)
        status, lines = verify(capsys=capsys)
        assert (status, f"{certificate.serial}: {fault}" in lines) == (1, True)

    def test_changed_bytes_of_a_pdf_break_its_digest_and_its_signature(self, capsys):
        certificate = issued()
        overwrite(certificate.pdf, certificate.read_pdf().replace(b"/CreationDate", b"/CreationData", 1))
        status, lines = verify(capsys=capsys)
        assert (status, lines) == (
            1,
            [
                f"{certificate.serial}: PDF: the file was changed",
                f"{certificate.serial}: PDF: the signature does not hold",
                "1 of 2 do not verify.",
            ],
        )

    def test_a_forged_badge_whose_digest_was_mended_too_is_found_by_its_proof(self, capsys):
        certificate = issued()
        file = certificate.files.get()
        badge = json.loads(file.read())
        badge["description"] = "Sixty hours of surgery"
        content = json.dumps(badge).encode()
        overwrite(file.path, content)
        damage("certificates_certificatefile", {"sha256": hashlib.sha256(content).hexdigest()}, file.pk)
        status, lines = verify(capsys=capsys)
        assert (status, [line.split(": ")[1] for line in lines[:-1]]) == (1, ["PDF", "Open Badge 1"])
        assert "its proof does not hold" in lines[1]
        assert lines[0] == f"{certificate.serial}: PDF: the badge inside is not the one on record"

    def test_a_badge_of_another_certificate_is_found(self, capsys):
        one, two = issued("One"), issued("Two", person=make_person("bo@example.com", name="Bo Ek"))
        other = two.files.get()
        damage("certificates_certificatefile", {"path": other.path, "sha256": other.sha256}, one.files.get().pk)
        _, lines = verify("--serial", one.serial, capsys=capsys)
        told = {line.removeprefix(f"{one.serial}: Open Badge 1: ") for line in lines if "Open Badge 1" in line}
        assert told == {
            "it carries another number",
            "it names another person",
            "it names another place in the status list",
        }

    def test_documents_of_a_throw_away_key_do_not_verify_in_production(self, settings, tmp_path, capsys):
        certificate = issued()
        use_keys_of(settings, tmp_path / "keys")
        run_keys("make", capsys=capsys)
        _, lines = verify(capsys=capsys)
        assert lines[:2] == [
            f"{certificate.serial}: PDF: it is signed with a key that is not the school's",
            f"{certificate.serial}: Open Badge 1: it is signed with a key that is not the school's",
        ]

    def test_a_bit_that_no_certificate_has_is_found(self, capsys):
        issued()
        status_document(1)
        row = StatusList.objects.get()
        Certificate.objects.all().end(status="revoked", at=ISSUED_AT)
        assert verify(capsys=capsys)[1][0] == "Status list 1: its bits are not those of the certificates"
        StatusList.objects.update(is_stale=True)
        assert verify(capsys=capsys)[1][0] == "Status list 1: waits to be signed: run manage.py sweep"
        sign_status_lists()
        assert verify(capsys=capsys)[0] == 0
        StatusList.objects.filter(pk=row.pk).update(document=row.document)
        assert verify(capsys=capsys)[1][:2] == [
            "Status list 1: the stored list was changed",
            "Status list 1: its bits are not those of the certificates",
        ]

    def test_one_by_its_number_as_people_type_it(self, capsys):
        one, two = issued("One"), issued("Two")
        damage("certificates_certificate", {"pdf_sha256": "0" * 64}, two.pk)
        assert verify("--serial", one.serial.lower().replace("-", " "), capsys=capsys)[0] == 0
        assert verify("--serial", two.serial, capsys=capsys)[0] == 1

    def test_a_number_that_nobody_has_is_another_exit_status(self):
        with pytest.raises(CommandError) as caught:
            call_command("verify_certificates", "--serial", EXAMPLE_FORM)
        assert (caught.value.returncode, str(caught.value)) == (2, f"There is no certificate {EXAMPLE_FORM}.")

    def test_since_leaves_the_older_out(self, capsys):
        certificate = issued()
        damage("certificates_certificate", {"issued_at": datetime(2020, 1, 1, tzinfo=UTC), "pdf": "x"}, certificate.pk)
        assert verify("--since", "2020-01-02", capsys=capsys) == (0, ["All is well: 1 verified."])
        assert verify("--since", "2020-01-01", capsys=capsys)[0] == 1

    def test_ten_cost_as_many_queries_as_two(self, capsys, django_assert_max_num_queries):
        for number in range(2):
            issued(f"Course {number}")
        with django_assert_max_num_queries(40) as few:
            verify(capsys=capsys)
        for number in range(2, 5):
            issued(f"Course {number}")
        with django_assert_max_num_queries(len(few.captured_queries)):
            verify(capsys=capsys)


class TestEachNight:
    NIGHT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)

    @pytest.fixture(autouse=True)
    def _fresh(self, db):
        cache.clear()

    def test_a_few_at_a_time_and_all_of_them_once_a_night(self):
        for number in range(3):
            issued(f"Course {number}")
        done = [verify_slice(at=self.NIGHT, limit=2) for _ in range(4)]
        assert done == [2, 1, 0, 0]
        assert verify_slice(at=self.NIGHT.replace(day=21), limit=2) == 2

    def test_nothing_by_day(self):
        issued()
        assert verify_slice(at=self.NIGHT.replace(hour=12)) == 0

    def test_what_is_wrong_stands_in_the_log_with_its_number(self, caplog):
        certificate = issued()
        damage("certificates_certificate", {"pdf_sha256": "0" * 64}, certificate.pk)
        verify_slice(at=self.NIGHT)
        errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
        assert errors == [f"certificate {certificate.serial} does not verify: PDF: the file was changed"]


# -- the rules that no single constraint can state ---------------------------------------------------------------------
@pytest.mark.both_databases
class TestCheckIntegrity:
    def test_all_of_it_holds(self, capsys):
        rows = issued()
        status, lines = ask("check_integrity", capsys=capsys)
        assert (status, {line[:5] for line in lines}, len(lines)) == (0, {"ok   "}, 9)
        assert rows.status == "issued"

    def test_a_missing_guard(self, capsys):
        on = "" if connection.vendor == "sqlite" else " ON certificates_certificateevent"
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER certificates_certificateevent_frozen{on}")
        try:
            status, lines = ask("check_integrity", capsys=capsys)
        finally:
            frozen_rows.install(connection)
        wanted = "guards of frozen rows: certificates_certificateevent_frozen is missing: run manage.py migrate"
        assert (status, lines[0].strip()) == (1, wanted)

    @pytest.mark.parametrize(
        ("column", "value", "rule"),
        [
            ("facts_sha256", "0" * 64, "frozen facts"),
            ("pdf", "certificates/nothing.pdf", "private files"),
            ("status", "superseded", "ends of certificates"),
            ("credit_key", "another", "certificates of requests"),
        ],
    )
    def test_a_damaged_certificate(self, capsys, column, value, rule):
        certificate = issued()
        assert certificate.enrollment.certificate_requests.get().state == "issued"
        damage("certificates_certificate", {column: value}, certificate.pk)
        assert integrity(capsys=capsys) == (1, [rule])

    def test_a_missing_badge_file(self, capsys):
        certificate = issued()
        path = certificate.files.get().path
        storages["private"].delete(path)
        status, lines = ask("check_integrity", capsys=capsys)
        assert (status, f"     private files: {certificate.serial}: {path} is missing" in lines) == (1, True)

    def test_places_that_were_never_given(self, capsys):
        issued()
        StatusList.objects.update(used=0)
        assert integrity(capsys=capsys) == (1, ["places in status lists"])

    @pytest.mark.parametrize("change", [{"completed_on": None}, {"done": 3}], ids=["no date", "more than on record"])
    def test_an_enrollment_that_does_not_add_up(self, capsys, change):
        issued()
        Enrollment.objects.update(**change)
        assert integrity(capsys=capsys) == (1, ["enrollments"])

    def test_many_faults_of_one_rule_are_counted_and_shown_on_demand(self, capsys):
        certificate = issued()
        for number in range(2, 24):
            CertificateFile.objects.create(
                certificate=certificate, role="public", n=number, path=f"gone-{number}", sha256="0" * 64
            )
        _, lines = ask("check_integrity", capsys=capsys)
        assert [line.strip() for line in lines if "more" in line] == ["private files: and 2 more"]
        _, lines = ask("check_integrity", "--all", capsys=capsys)
        assert sum("is missing" in line for line in lines) == 22


def test_the_log_and_the_keys_are_not_touched_by_looking(capsys):
    issued()
    before = (CertificateEvent.objects.count(), list(SigningKey.objects.values()), list(StatusList.objects.values()))
    verify(capsys=capsys)
    integrity(capsys=capsys)
    after = (CertificateEvent.objects.count(), list(SigningKey.objects.values()), list(StatusList.objects.values()))
    assert before == after
