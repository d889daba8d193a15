"""Keys: where they lie, which of them sign, what a rotation keeps alive and what a compromise ends."""

import json
import stat

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.core.management.base import CommandError

from certificates.checks import keys_can_sign
from certificates.credentials.checking import check
from certificates.models import Certificate, CertificateEvent, CertificateFile, SigningKey
from certificates.paper.examining import examine_pdf
from certificates.services.keys import NoKeys, did_document_of_school, paper_roots, paper_signers, school_did, signing
from certificates.services.resigning import newest_documents
from certificates.tests.factories import ISSUED_AT
from certificates.tests.signing import issued, key_of, run_keys, use_keys_of
from core.tests.racing import AT_ONCE, at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def directory(settings, tmp_path):
    return use_keys_of(settings, tmp_path / "keys")


@pytest.fixture
def keys(directory, capsys, db):
    run_keys("make", capsys=capsys)
    return directory


def refusal(*arguments):
    with pytest.raises(CommandError) as caught:
        call_command("certificate_keys", *arguments)
    return str(caught.value)


class TestWhereTheyLie:
    def test_make_writes_files_that_nobody_else_may_read_and_rows_without_a_secret(self, directory, capsys):
        run_keys("make", capsys=capsys)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}
        rows = {row.use: row for row in SigningKey.objects.all()}
        names = [f"{rows['badge'].kid}.pem", f"{rows['paper'].kid}.pem"]
        authority = next(name for name in modes if name.startswith("authority-"))
        assert modes == dict.fromkeys([*names, authority], 0o600)
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        stored = json.dumps(list(SigningKey.objects.values_list()), default=str)
        assert ("PRIVATE" in stored, stored.count("BEGIN PUBLIC KEY"), stored.count("BEGIN CERTIFICATE")) == (
            False,
            2,
            2,
        )

    def test_they_sign(self, keys):
        now = signing()
        assert (now.badge.kid, now.is_demo) == (key_of("badge").kid, False)
        assert now.badge_row == key_of("badge")
        assert now.paper_row == key_of("paper")
        assert now.certificate.public_key() == now.paper.public_key()
        assert now.certificate.issuer == now.authority.subject

    def test_signing_costs_one_query(self, keys, django_assert_num_queries):
        with django_assert_num_queries(1):
            signing()

    def test_a_file_that_others_may_read_is_refused_with_the_command_that_mends_it(self, keys):
        path = keys / f"{key_of('badge').kid}.pem"
        path.chmod(0o640)
        with pytest.raises(NoKeys) as caught:
            signing()
        assert str(caught.value) == f"Other users of this machine may read {path}. Run: chmod 600 {path}"

    def test_a_file_with_another_key_is_refused(self, keys):
        badge, paper = key_of("badge"), key_of("paper")
        (keys / f"{badge.kid}.pem").write_bytes((keys / f"{paper.kid}.pem").read_bytes())
        with pytest.raises(NoKeys, match=f"holds another key \\({paper.kid}\\)"):
            signing()

    def test_the_environment_takes_the_place_of_the_directory(self, settings, directory, capsys):
        directory.mkdir()
        said = run_keys("make", "--print", capsys=capsys)
        assert list(directory.iterdir()) == []
        settings.CERTIFICATE_KEYS_DIR = ""
        with pytest.raises(NoKeys, match="is not in CERTIFICATE_KEYS"):
            signing()
        settings.CERTIFICATE_KEYS = said.strip().splitlines()[-1]
        assert settings.CERTIFICATE_KEYS.count("\\n") > 8
        assert signing().badge_row == key_of("badge")

    def test_an_environment_without_a_pem_is_refused(self, settings, keys):
        settings.CERTIFICATE_KEYS_DIR, settings.CERTIFICATE_KEYS = "", "secret"
        with pytest.raises(NoKeys, match="CERTIFICATE_KEYS holds no PEM"):
            signing()

    def test_a_private_part_on_another_server_lets_the_older_key_go_on(self, keys, capsys):
        old = key_of("badge")
        run_keys("add", "--use", "badge", capsys=capsys)
        (keys / f"{key_of('badge').kid}.pem").unlink()
        assert signing().badge_row == old

    def test_make_is_for_the_first_keys(self, keys):
        before = SigningKey.objects.count()
        assert refusal("make").startswith("There are keys already.")
        assert SigningKey.objects.count() == before

    def test_without_a_directory_make_says_what_to_set(self, settings, directory):
        settings.CERTIFICATE_KEYS_DIR = ""
        assert refusal("make").startswith("Set CERTIFICATE_KEYS_DIR to a directory outside the site")
        assert SigningKey.objects.count() == 0


class TestRefusalToStart:
    def refusals(self):
        return [(error.id, error.msg) for error in keys_can_sign()]

    def test_no_keys(self, directory):
        assert self.refusals() == [
            ("certificates.E001", "There is no key for: Open Badge (Ed25519). Run: manage.py certificate_keys make")
        ]

    def test_nowhere_to_look_for_them(self, settings, directory):
        settings.CERTIFICATE_KEYS_DIR = ""
        assert self.refusals()[0][1].startswith("Set CERTIFICATE_KEYS_DIR to a directory outside the site, then run:")

    def test_keys_that_others_may_read(self, keys):
        (keys / f"{key_of('paper').kid}.pem").chmod(0o604)
        assert [words.split(". Run: ")[1][:9] for _, words in self.refusals()] == ["chmod 600"]

    def test_all_is_well(self, keys):
        assert self.refusals() == []

    def test_throw_away_keys_left_in_the_database(self, settings, keys):
        settings.CERTIFICATE_DEMO_KEYS = True
        kid = signing().badge_row.kid
        settings.CERTIFICATE_DEMO_KEYS = False
        assert ("certificates.E003", f"manage.py certificate_keys compromised {kid}") in [
            (number, words.split("Run: ")[1]) for number, words in self.refusals()
        ]

    def test_throw_away_keys_with_debug_off(self, settings):
        settings.CERTIFICATE_DEMO_KEYS = True
        assert [number for number, _ in self.refusals()] == ["certificates.E002"]

    def test_nothing_is_said_with_debug_on(self, settings):
        settings.DEBUG = True
        assert self.refusals() == []


class TestThrowAwayKeys:
    def test_they_sign_without_being_made_and_say_what_they_are(self, db):
        now = signing()
        assert (now.is_demo, now.badge.test, SigningKey.objects.filter(is_demo=True).count()) == (True, True, 2)
        assert "TEST" in now.certificate.subject.rfc4514_string()
        assert signing().certificate == now.certificate

    def test_production_neither_signs_with_them_nor_trusts_them(self, settings, keys):
        settings.CERTIFICATE_DEMO_KEYS = True
        throw_away = signing()
        settings.CERTIFICATE_DEMO_KEYS = False
        listed = [method["publicKeyMultibase"] for method in did_document_of_school()["verificationMethod"]]
        assert sorted(listed) == sorted([key_of("badge").kid, key_of("paper").kid])
        assert signing().badge_row != throw_away.badge_row
        assert (len(paper_roots()), len(paper_signers())) == (1, 1)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_throw_away_keys_of_eight_processes_are_the_same_rows():
    made = at_once(signing)
    assert SigningKey.objects.count() == 2
    assert [(one.badge_row.pk, one.certificate) for one in made] == [
        (made[0].badge_row.pk, made[0].certificate)
    ] * AT_ONCE


def answer(certificate):
    """What a stranger finds of the newest credential and of the newest PDF."""
    newest = newest_documents(certificate)
    badge = json.loads(newest["credential"].content)
    asked = check(badge, did_document=did_document_of_school(), status_list=None, at=ISSUED_AT)
    paper = examine_pdf(newest["paper"].content, paper_roots())
    return (
        asked.proof.good,
        paper.ours_unchanged and paper.signer_sha256 in paper_signers(),
        paper.attached_credential == newest["credential"].content,
    )


class TestRotation:
    def test_an_added_key_signs_and_the_older_one_goes_on_verifying(self, keys, capsys):
        before, old = issued("Before"), key_of("badge")
        run_keys("add", capsys=capsys)
        after = issued("After")
        assert after.files.get().key == key_of("badge") != old
        assert after.paper_key == key_of("paper") != before.paper_key
        assert (answer(before), answer(after)) == ((True,) * 3, (True,) * 3)

    def test_papers_of_both_lead_to_the_same_authority(self, keys, capsys):
        root = paper_roots()
        run_keys("add", "--use", "paper", capsys=capsys)
        assert (paper_roots(), len(paper_signers())) == (root, 2)

    def test_with_its_authority_locked_away_a_new_one_is_made_and_said(self, keys, capsys):
        next(keys.glob("authority-*.pem")).unlink()
        said = run_keys("add", "--use", "paper", capsys=capsys)
        assert (len(paper_roots()), "Its authority is new" in said) == (2, True)

    def test_a_retired_key_signs_nothing_more_and_is_still_trusted(self, keys, capsys):
        certificate, old = issued(), key_of("badge")
        run_keys("add", capsys=capsys)
        run_keys("retire", old.kid[:12], capsys=capsys)
        assert signing().badge_row != old
        assert answer(certificate) == (True, True, True)

    def test_the_only_key_of_its_use_is_not_retired(self, keys):
        kid = key_of("badge").kid
        assert refusal("retire", kid).endswith("Run first: manage.py certificate_keys add")
        assert key_of("badge").kid == kid

    def test_a_name_that_fits_no_key_or_several_is_refused(self, keys, capsys):
        run_keys("add", capsys=capsys)
        assert refusal("retire", "z6MkNothing").startswith("No key begins with z6MkNothing.")
        assert refusal("retire", "z6Mk").startswith("Several keys begin with z6Mk.")

    def test_the_list_says_what_became_of_each(self, keys, capsys):
        issued()
        run_keys("add", "--use", "badge", capsys=capsys)
        old, new = SigningKey.objects.filter(use="badge").order_by("pk")
        run_keys("retire", old.kid, capsys=capsys)
        (keys / f"{new.kid}.pem").unlink()
        lines = run_keys("list", capsys=capsys).splitlines()
        told = {lines[n]: lines[n + 1].split(", ", 2)[2] for n, line in enumerate(lines) if line.startswith("z6Mk")}
        assert told == {
            new.kid: "signs, its private part is not here, signed 0",
            old.kid: f"retired {old.made_at:%Y-%m-%d}, signed 1",
        }


class TestCompromise:
    def test_a_badge_key_that_got_out_is_dropped_and_what_stands_is_signed_again(self, keys, capsys):
        certificate, old, facts = issued(), key_of("badge"), Certificate.objects.get().facts
        paper_before, first = certificate.read_pdf(), json.loads(certificate.files.get().read())
        said = run_keys("compromised", old.kid, "--yes", capsys=capsys)
        assert "Signed again: 1." in said
        assert old.kid not in json.dumps(did_document_of_school())
        certificate = Certificate.objects.get()
        files = {(one.role, one.n): one.key for one in certificate.files.all()}
        assert files == {("credential", 1): old, ("credential", 2): key_of("badge"), ("paper", 1): key_of("paper")}
        assert answer(certificate) == (True, True, True)
        again = json.loads(certificate.files.get(role="credential", n=2).read())
        assert ({**again, "proof": None}, certificate.facts) == ({**first, "proof": None}, facts)
        assert (certificate.read_pdf(), certificate.paper_key) == (paper_before, key_of("paper"))
        assert list(certificate.events.values_list("what", flat=True)) == ["issued", "resigned"]

    def test_a_pdf_key_that_got_out_takes_its_authority_along_and_leaves_badges_alone(self, keys, capsys):
        certificate, old = issued(), key_of("paper")
        page, root, signer = certificate.read_pdf(), paper_roots(), paper_signers()
        said = run_keys("compromised", old.kid, "--yes", capsys=capsys)
        assert "Its authority is new" in said
        assert (set(root) & set(paper_roots()), signer & paper_signers()) == (set(), set())
        files = {(one.role, one.n) for one in certificate.files.all()}
        assert files == {("credential", 1), ("paper", 1)}
        assert answer(Certificate.objects.get()) == (True, True, True)
        assert certificate.files.get(role="paper").read()[:20_000] == page[:20_000]

    def test_a_second_run_changes_nothing(self, keys, capsys):
        issued()
        old = key_of("badge")
        run_keys("compromised", old.kid, "--yes", capsys=capsys)
        before = list(CertificateFile.objects.values_list("pk", flat=True))
        said = run_keys("compromised", old.kid, "--yes", capsys=capsys)
        assert ("Signed again: 0." in said, SigningKey.objects.count()) == (True, 3)
        assert list(CertificateFile.objects.values_list("pk", flat=True)) == before

    def test_what_was_stopped_half_way_goes_on_where_it_was(self, keys, capsys):
        one, two = issued("One"), issued("Two")
        path = one.files.get()
        hidden = path.read()
        storages["private"].delete(path.path)
        old = key_of("badge")
        with pytest.raises(SystemExit) as left:
            call_command("certificate_keys", "compromised", old.kid, "--yes")
        assert (left.value.code, one.serial in capsys.readouterr().err) == (1, True)
        assert answer(two) == (True, True, True)
        storages["private"].save(path.path, ContentFile(hidden))
        assert "Signed again: 1." in run_keys("compromised", old.kid, "--yes", capsys=capsys)
        assert answer(one) == (True, True, True)

    def test_what_no_longer_stands_is_not_signed_again(self, keys, capsys):
        certificate = issued()
        Certificate.objects.filter(pk=certificate.pk).end(status="revoked", at=ISSUED_AT)
        run_keys("compromised", key_of("badge").kid, "--yes", capsys=capsys)
        assert CertificateFile.objects.count() == 1

    def test_it_asks_first(self, keys, monkeypatch):
        monkeypatch.setattr("builtins.input", lambda _: "no")
        kid = key_of("badge").kid
        assert refusal("compromised", kid) == "Nothing was changed."
        assert SigningKey.objects.get(kid=kid).compromised_at is None
        assert CertificateEvent.objects.count() == 0


def test_the_school_is_known_by_the_host_of_its_site(settings):
    settings.SITE_URL = "https://school.example.org"
    assert school_did() == "did:web:school.example.org"
