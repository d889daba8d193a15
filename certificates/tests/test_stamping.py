"""Time stamps that come later: the paper is issued without one, and the sweep asks the authority again."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.db import connection
from django.utils import timezone

from certificates.models import Certificate, CertificateEvent, CertificateFile
from certificates.paper.examining import examine_pdf
from certificates.services.checking import Finding, check_file
from certificates.services.integrity import verify_certificates
from certificates.services.keys import paper_roots
from certificates.services.resigning import sign_survivors
from certificates.services.rotation import disown_key
from certificates.services.stamping import stamp_pending
from certificates.tests.factories import ISSUED_AT, make_person
from certificates.tests.register import browser, issue_for, open_school
from certificates.tests.storing import stored
from certificates.tests.test_paper_signing import STAMPED_AT, served, time_authority  # noqa: F401 - fixtures
from core import frozen_rows
from core.tests.racing import AT_ONCE, at_once

pytestmark = pytest.mark.django_db
LATER = ISSUED_AT + timedelta(days=1)
WITHOUT, WITH = "B-B, later", "B-T"


@pytest.fixture
def authority(request, settings, tmp_path):
    """One that is down when certificates are issued; each test says when it is up."""
    open_school(settings, tmp_path / "keys")
    found = request.getfixturevalue("time_authority")
    settings.SIGNING_TSA_URL, found.behavior = found.url, "refuses"
    return found


def up(authority):
    authority.behavior, authority.asked = "stamps", 0


def papers():
    """The further papers: number and level."""
    return list(CertificateFile.objects.filter(role="paper").values_list("n", "level"))


def stamped_at(content):
    check = examine_pdf(content, paper_roots())
    assert check.ours_unchanged
    return check.timestamped_at


def test_an_authority_that_is_down_holds_up_no_certificate_and_its_stamp_comes_with_the_sweep(authority):
    certificate = issue_for(make_person())
    assert (certificate.paper_level, stamped_at(certificate.read_pdf())) == (WITHOUT, None)
    up(authority)
    assert stamp_pending(at=LATER) == 1
    file = CertificateFile.objects.get(role="paper")
    assert (file.n, file.level, file.key, file.made_at) == (1, WITH, certificate.paper_key, LATER)
    assert stamped_at(file.read()) == STAMPED_AT
    event = CertificateEvent.objects.get(what="timestamped")
    assert (event.certificate, event.at) == (certificate, LATER)
    assert Certificate.objects.get().read_pdf() == certificate.read_pdf()


def test_from_then_on_the_stamped_paper_is_handed_out_and_both_are_recognized(authority):
    certificate = issue_for(make_person())
    up(authority)
    stamp_pending()
    stamped = CertificateFile.objects.get(role="paper").read()
    assert browser(certificate.learner).get(f"/certificates/{certificate.serial}.pdf").content == stamped
    assert stamped != certificate.read_pdf()
    answers = [check_file(one, at=timezone.now()).finding for one in (certificate.read_pdf(), stamped)]
    assert answers == [Finding.ISSUED, Finding.ISSUED]
    assert [one.faults for one in verify_certificates(Certificate.objects.all())] == [[]]


def test_a_second_run_asks_nobody_and_changes_nothing(authority):
    issue_for(make_person())
    up(authority)
    assert (stamp_pending(), stamp_pending()) == (1, 0)
    assert (papers(), authority.asked) == ([(1, WITH)], 1)
    assert CertificateEvent.objects.filter(what="timestamped").count() == 1


def test_while_it_is_still_down_it_is_asked_once_and_nothing_is_kept(authority):
    for title in ("One", "Two", "Three"):
        issue_for(make_person(f"{title}@example.com"), title)
    before, authority.asked = stored(), 0
    assert stamp_pending() == 0
    assert (authority.asked, papers(), stored()) == (1, [], before)


def test_what_was_stamped_at_issue_waits_for_nothing(authority):
    up(authority)
    certificate = issue_for(make_person())
    assert (certificate.paper_level, stamp_pending(), authority.asked) == (WITH, 0, 1)


def test_a_school_without_an_authority_owes_no_stamps(authority, settings):
    settings.SIGNING_TSA_URL = ""
    assert issue_for(make_person()).paper_level == "B-B"
    up(authority)
    settings.SIGNING_TSA_URL = authority.url
    assert (stamp_pending(), authority.asked) == (0, 0)


def test_a_paper_that_was_signed_again_without_a_stamp_gets_one_too(authority):
    certificate = issue_for(make_person())
    disown_key(kid=certificate.paper_key.kid)
    assert sign_survivors().renewed == 1
    up(authority)
    assert stamp_pending() == 1
    assert papers() == [(1, WITHOUT), (2, WITH)]
    newest = CertificateFile.objects.get(role="paper", n=2)
    assert (newest.key, stamped_at(newest.read())) == (CertificateFile.objects.get(role="paper", n=1).key, STAMPED_AT)
    assert [one.faults for one in verify_certificates(Certificate.objects.all())] == [[]]
    assert stamp_pending() == 0


def test_a_paper_that_is_gone_holds_up_no_other(authority):
    lost = issue_for(make_person(), "One")
    issue_for(make_person("bo@example.com"), "Two", at=LATER)
    storages["private"].delete(lost.pdf)
    up(authority)
    assert stamp_pending(limit=1) == 1
    assert CertificateFile.objects.get(role="paper").certificate.title == "Two"


def test_one_run_stamps_so_many_and_the_oldest_first(authority):
    made = [
        issue_for(make_person(f"{day}@example.com"), f"Day {day}", at=ISSUED_AT + timedelta(days=day))
        for day in (2, 0, 1)
    ]
    up(authority)
    assert stamp_pending(limit=2) == 2
    stamped = CertificateFile.objects.filter(role="paper").order_by("pk").values_list("certificate", flat=True)
    assert list(stamped) == [made[1].pk, made[2].pk]


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
class TestSeveralSweepsAtOnce:
    def test_one_file_is_kept_and_none_is_left_behind(self, authority):
        issue_for(make_person())
        before = stored()
        up(authority)
        assert sorted(at_once(stamp_pending)) == [0] * (AT_ONCE - 1) + [1]
        assert papers() == [(1, WITH)]
        assert stored() - before == {CertificateFile.objects.get(role="paper").path}
        assert CertificateEvent.objects.filter(what="timestamped").count() == 1

    def test_control_without_the_constraint_the_race_is_real(self, authority, monkeypatch):
        issue_for(make_person())
        up(authority)
        constraint = next(c for c in CertificateFile._meta.constraints if c.name == "certificates_file_number_once")
        monkeypatch.setattr(CertificateFile._meta, "constraints", [])  # SQLite builds the table anew from these
        with connection.schema_editor() as editor:
            editor.remove_constraint(CertificateFile, constraint)
        try:
            at_once(stamp_pending)
            assert CertificateFile.objects.filter(role="paper").count() > 1
        finally:
            CertificateFile.objects.filter(role="paper")._raw_delete(using="default")
            monkeypatch.undo()
            with connection.schema_editor() as editor:
                editor.add_constraint(CertificateFile, constraint)
            frozen_rows.install(connection)  # SQLite built the table anew, and its triggers went with the old one
