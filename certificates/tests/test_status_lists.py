"""Status lists and the document of the issuer: places, bits that follow the records, two doors."""

import json
import threading

import pytest
from django.db import connection, transaction
from django.test import Client

from certificates.credentials.checking import check
from certificates.credentials.did import key_in
from certificates.credentials.proofs import key_name_of, verify
from certificates.credentials.status_list import SIZE, is_revoked
from certificates.models import Certificate, StatusList
from certificates.services import correct_name, revoke
from certificates.services.keys import NoKeys, did_document_of_school, school_did
from certificates.services.status import place_in_status_list, set_bits, sign_status_lists, status_document
from certificates.tests.factories import ISSUED_AT, make_person
from certificates.tests.signing import issued
from core.tests.racing import AT_ONCE, at_once

pytestmark = pytest.mark.django_db
COMMITTING = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def staff():
    return make_person("staff@example.com", name="Sam Staff")


def listed(n=1):
    return json.loads(status_document(n))


def bit(certificate):
    """What a verifier finds who follows the credential to its list."""
    return is_revoked(json.loads(certificate.files.get(role="credential").read())["credentialStatus"], listed())


class TestPlaces:
    def test_each_certificate_has_its_own_and_they_do_not_tell_the_order(self):
        placed = [place_in_status_list() for _ in range(50)]
        assert {row.n for row, _ in placed} == {1}
        indexes = [index for _, index in placed]
        assert (len(set(indexes)), min(indexes) >= 0, max(indexes) < SIZE) == (50, True, True)
        assert indexes not in (sorted(indexes), sorted(indexes, reverse=True))

    def test_a_full_list_is_followed_by_another_with_another_secret(self):
        place_in_status_list()
        StatusList.objects.update(used=SIZE - 1)
        assert [place_in_status_list()[0].n for _ in range(3)] == [1, 2, 2]
        assert len(set(StatusList.objects.values_list("secret", flat=True))) == 2
        assert list(StatusList.objects.values_list("used", flat=True)) == [SIZE, 2]

    def test_a_place_goes_back_with_the_transaction_that_took_it(self):
        with transaction.atomic():
            place_in_status_list()
            transaction.set_rollback(True)
        assert StatusList.objects.count() == 0


@pytest.mark.both_databases
@COMMITTING
class TestRaces:
    def test_eight_at_once_get_eight_places(self):
        placed = at_once(place_in_status_list)
        assert len({(row.n, index) for row, index in placed}) == AT_ONCE
        assert list(StatusList.objects.values_list("n", "used")) == [(1, AT_ONCE)]

    def test_eight_at_once_open_one_new_list_when_one_is_full(self):
        place_in_status_list()
        StatusList.objects.update(used=SIZE - 3)
        placed = at_once(place_in_status_list)
        assert len({(row.n, index) for row, index in placed}) == AT_ONCE
        assert list(StatusList.objects.values_list("n", "used")) == [(1, SIZE), (2, AT_ONCE - 3)]

    def test_control_without_the_lock_the_race_is_real(self):
        place_in_status_list()
        together = threading.Barrier(2)

        def take():
            """As the service does it, but without the lock: both read before either writes."""
            row = StatusList.objects.order_by("-n").first()
            together.wait(timeout=20)
            row.used += 1
            row.save(update_fields=["used"])
            return row.used

        assert at_once(take, times=2) == [2, 2]

    def test_a_bit_that_is_set_while_a_list_is_signed_is_signed_too(self):
        one, two, by = issued("One"), issued("Two"), staff()
        status_document(1)
        work = iter([lambda: revoke_it(one, by), lambda: revoke_it(two, by)])
        at_once(lambda: next(work)(), times=2)
        sign_status_lists()
        assert (bit(one), bit(two), StatusList.objects.get().is_stale) == (True, True, False)


def revoke_it(certificate, by):
    return revoke(certificate=certificate, by=by, reason_class="error", reason="A test.", at=ISSUED_AT)


class TestBits:
    @COMMITTING
    def test_a_revoked_certificate_has_its_bit_set_right_after_the_commit(self):
        certificate, other = issued("One"), issued("Two")
        assert (bit(certificate), bit(other)) == (False, False)
        revoke_it(certificate, staff())
        assert (bit(certificate), bit(other), StatusList.objects.get().is_stale) == (True, False, False)

    @COMMITTING
    def test_a_replaced_certificate_has_its_bit_set_and_the_one_in_its_place_has_not(self):
        certificate = issued()
        fresh = correct_name(certificate=certificate, legal_name="Ada Lind", by=certificate.learner, at=ISSUED_AT)
        assert (bit(certificate), bit(fresh)) == (True, False)

    def test_the_bits_are_those_of_the_certificates_and_of_nothing_else(self):
        certificates = [issued(title) for title in ("One", "Two", "Three")]
        row = StatusList.objects.get()
        assert set_bits(row) == []
        Certificate.objects.filter(pk=certificates[1].pk).end(status="revoked", at=ISSUED_AT)
        assert set_bits(row) == [certificates[1].status_index]

    def test_without_a_key_the_list_stays_stale_and_sweep_signs_it_later(self, settings):
        certificate = issued()
        status_document(1)
        revoke_it(certificate, staff())
        settings.CERTIFICATE_DEMO_KEYS, settings.CERTIFICATE_KEYS_DIR = False, "/nowhere"
        with pytest.raises(NoKeys):
            sign_status_lists()
        assert StatusList.objects.get().is_stale
        settings.CERTIFICATE_DEMO_KEYS = True
        assert (sign_status_lists(), sign_status_lists()) == (1, 0)
        assert bit(certificate)

    def test_the_list_is_signed_by_the_school(self):
        issued()
        document, did = listed(), did_document_of_school()
        verify(document, key_in(did, key_name_of(document)))
        assert document["issuer"] == did["id"] == school_did()

    def test_a_certificate_is_valid_and_then_revoked_to_a_stranger(self, client, django_capture_on_commit_callbacks):
        certificate = issued()
        badge = json.loads(certificate.files.get().read())

        def verdict():
            did = json.loads(client.get("/.well-known/did.json").content)
            path = badge["credentialStatus"]["statusListCredential"].removeprefix("http://localhost:8000")
            asked = check(
                badge, did_document=did, status_list=json.loads(client.get(path).content), at=certificate.issued_at
            )
            return asked.proof.good, asked.status.good

        assert verdict() == (True, True)
        with django_capture_on_commit_callbacks(execute=True):
            revoke_it(certificate, staff())
        assert verdict() == (True, False)


class TestDoors:
    @pytest.fixture
    def list_url(self):
        place_in_status_list()
        return "/credentials/status/1"

    @pytest.mark.parametrize(
        ("path", "content_type"),
        [("/.well-known/did.json", "application/did+json"), ("/credentials/status/1", "application/vc")],
    )
    def test_anybody_s_page_may_read_it_for_five_minutes(self, client, list_url, path, content_type):
        answer = client.get(path)
        names = ("Content-Type", "Cache-Control", "Access-Control-Allow-Origin")
        assert (answer.status_code, [answer[name] for name in names]) == (
            200,
            [content_type, "public, max-age=300", "*"],
        )
        assert "Set-Cookie" not in answer
        again = client.get(path, headers={"If-None-Match": answer["ETag"]})
        assert (again.status_code, again.content, again["ETag"], again["Access-Control-Allow-Origin"]) == (
            304,
            b"",
            answer["ETag"],
            "*",
        )
        assert (client.head(path).status_code, client.post(path).status_code) == (200, 405)

    def test_the_list_is_served_as_it_was_signed_with_a_new_tag_when_it_changes(self, client):
        certificate = issued()
        before = client.get("/credentials/status/1")
        row = StatusList.objects.get()
        assert before.content.decode() == row.document
        revoke_it(certificate, staff())
        sign_status_lists()
        after = client.get("/credentials/status/1", headers={"If-None-Match": before["ETag"]})
        assert (after.status_code, after["ETag"] != before["ETag"]) == (200, True)

    def test_a_list_that_does_not_exist(self, client, list_url):
        assert [client.get(f"/credentials/status/{n}").status_code for n in (0, 2)] == [404] * 2

    def test_a_visitor_costs_one_query(self, client, list_url, django_assert_num_queries):
        client.get(list_url)
        with django_assert_num_queries(1):
            client.get(list_url)
        with django_assert_num_queries(1):
            client.get("/.well-known/did.json")

    def test_a_list_of_ten_certificates_is_as_dear_as_one_of_one(self, client, django_assert_num_queries):
        for _ in range(10):
            place_in_status_list()
        client.get("/credentials/status/1")
        with django_assert_num_queries(1):
            Client().get("/credentials/status/1")


@pytest.mark.both_databases
def test_the_database_gives_a_place_once():
    one, two = issued("One"), issued("Two")
    assert one.status_list_id == two.status_list_id
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(DISTINCT status_index) FROM {quote('certificates_certificate')}"  # noqa: S608 - our own name
        )
        assert cursor.fetchone() == (2,)
