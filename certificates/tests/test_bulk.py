"""`manage.py issue_certificates`: everything that is due, at once, and again where it was stopped."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models.signals import post_save
from django.utils import timezone

from accounts.models import User
from certificates.models import Certificate, CertificateRequest
from certificates.tests.factories import make_course, make_edition, make_finished, make_person
from certificates.tests.register import open_school

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _school(db, settings, tmp_path):
    open_school(settings, tmp_path / "keys")


def run(*arguments, capsys):
    """Exit status, what it says, and the bar."""
    capsys.readouterr()
    try:
        call_command("issue_certificates", *arguments)
        status = 0
    except SystemExit as left:
        status = left.code
    said = capsys.readouterr()
    return status, said.out.splitlines(), said.err


def requests_for(many, title="Resting Hands"):
    """So many learners have finished one course."""
    page = make_course(title)
    edition = make_edition(page)
    have = User.objects.count()
    people = [make_person(f"{number}@example.com", name=f"Ada {number}") for number in range(have, have + many)]
    return [CertificateRequest.objects.create(enrollment=make_finished(one, page, of=edition)) for one in people]


def test_what_is_due_is_issued_with_a_bar(capsys):
    requests_for(3)
    status, said, bar = run(capsys=capsys)
    assert (status, said, bar) == (0, ["3 issued, 0 not yet."], f"\r[{'#' * 40}] 3 of 3\n")
    assert Certificate.objects.count() == 3


def test_nothing_due_is_no_fault(capsys):
    assert run(capsys=capsys) == (0, ["0 issued, 0 not yet."], "")


def test_only_one_course_s(capsys):
    requests_for(2)
    requests_for(1, "Ethics at Rest")
    assert run("--course", "ethics-at-rest", capsys=capsys)[:2] == (0, ["1 issued, 0 not yet."])
    assert list(Certificate.objects.values_list("enrollment__course__slug", flat=True)) == ["ethics-at-rest"]


def test_a_course_that_is_not_there_is_said_before_anything_is_issued():
    requests_for(1)
    with pytest.raises(CommandError, match=r"There is no course ethics\. Its slug is") as refused:
        call_command("issue_certificates", "--course", "ethics")
    assert (refused.value.returncode, Certificate.objects.count()) == (2, 0)


def test_what_waits_is_named_with_its_reason_and_the_others_are_issued(capsys):
    first, *_ = requests_for(3)
    User.objects.filter(pk=first.enrollment.user_id).update(legal_name="ᏣᎳᎩ")
    status, said, _ = run(capsys=capsys)
    assert (status, said[0]) == (1, "2 issued, 1 not yet.")
    assert len(said) == 2
    assert "Our certificate fonts have no sign for Ꮳ, Ꮃ, Ꭹ." in said[1]


def test_without_keys_nothing_is_tried_and_nothing_put_off(settings, tmp_path):
    (request,) = requests_for(1)
    settings.CERTIFICATE_KEYS_DIR = str(tmp_path / "elsewhere")
    with pytest.raises(CommandError, match="The private part of") as refused:
        call_command("issue_certificates")
    assert refused.value.returncode == 2
    request.refresh_from_db()
    assert (request.attempts, request.next_try_at <= timezone.now()) == (0, True)


def test_stopped_in_the_middle_it_goes_on_where_it_was(capsys):
    requests_for(4)

    def stop_at_the_third(**kwargs):
        if Certificate.objects.count() == 3:
            raise KeyboardInterrupt

    post_save.connect(stop_at_the_third, sender=Certificate)
    try:
        with pytest.raises(KeyboardInterrupt):
            run(capsys=capsys)
    finally:
        post_save.disconnect(stop_at_the_third, sender=Certificate)
    first = set(Certificate.objects.values_list("serial", flat=True))
    assert len(first) == 2
    assert run(capsys=capsys)[:2] == (0, ["2 issued, 0 not yet."])
    assert len(first & set(Certificate.objects.values_list("serial", flat=True))) == 2
    assert run(capsys=capsys)[:2] == (0, ["0 issued, 0 not yet."])
