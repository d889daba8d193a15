"""Several processes finish one certificate at the same moment: the database decides, and a control shows it must."""

import pytest
from django.db import connection

from certificates.models import Certificate, CertificateEvent, CertificateFile, CertificateRequest
from certificates.services import issue
from certificates.tests.factories import make_finished, make_person, set_up_school
from certificates.tests.storing import stored
from core import frozen_rows
from core.tests.racing import AT_ONCE, at_once
from notifications.models import Mail

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture
def request_row(transactional_db):
    set_up_school()
    return CertificateRequest.objects.create(enrollment=make_finished(make_person()))


def test_eight_at_once_issue_one_certificate_and_one_mail_and_leave_no_file(request_row):
    before = stored()
    results = at_once(lambda: issue(request_row))
    certificate = Certificate.objects.get()
    assert results == [certificate] * AT_ONCE
    assert list(Mail.objects.values_list("key", flat=True)) == [f"certificate-{certificate.serial}"]
    assert certificate.read_pdf().startswith(b"%PDF")
    assert stored() - before == {certificate.pdf, certificate.files.get().path}
    assert (certificate.status_list.n, certificate.status_index is None) == (1, False)
    request_row.refresh_from_db()
    assert (request_row.state, request_row.attempts) == ("issued", 1)


def test_control_without_the_constraint_the_race_is_real(request_row):
    constraint = next(c for c in Certificate._meta.constraints if c.name == "certificates_one_in_force_per_credit")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Certificate, constraint)
    try:
        at_once(lambda: issue(request_row))
        assert Certificate.objects.count() > 1
    finally:
        for model in (CertificateEvent, CertificateFile, Certificate):
            model._base_manager.all()._raw_delete(using="default")
        with connection.schema_editor() as editor:
            editor.add_constraint(Certificate, constraint)
        frozen_rows.install(connection)  # SQLite built the table anew, and its triggers went with the old one
