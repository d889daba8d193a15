"""What a credential states, and that the guards let nothing through that its signature does not cover."""

import copy
import json
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from certificates.credentials.badge import SAMPLE, TEST_KEY, marks_in, recipient_of
from certificates.credentials.proofs import CredentialError, guard, sign, to_bytes, uncovered, unsigned, verify
from certificates.rules.rows import fact_rows, people_rows
from certificates.tests.badging import (
    CREDENTIAL_ID,
    INDEX,
    ISSUED_AT,
    ISSUER,
    KEY,
    LIST_URL,
    NAMES,
    PAPER_KEY,
    SECOND_KEY,
    SITE,
    TAMPERS,
    credential,
    facts,
    signed,
)
from certificates.tests.printing import SERIAL, approved_credit, line


def hours(value):
    return facts(approval=approved_credit(lines=(line("Technique", value),)))


class TestWhatIsStated:
    def test_the_facts_of_the_paper_stand_where_open_badges_expect_them(self):
        stated = facts()
        badge = credential(stated)
        subject, achievement = badge["credentialSubject"], badge["credentialSubject"]["achievement"]
        assert badge["id"] == CREDENTIAL_ID
        assert badge["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
        assert badge["name"] == f"Certificate of Achievement: {stated['title']}"
        assert badge["issuer"] == {
            "id": ISSUER,
            "type": ["Profile"],
            "name": "Example School of Craniosacral Therapy",
            "url": SITE,
            "email": "school@example.com",
            "address": {"type": ["Address"], "streetAddress": "1 Example Street, Portland, OR 97201"},
            "otherIdentifier": [
                {
                    "type": "IdentifierEntry",
                    "identifier": "EX-451234",
                    "identifierType": "ext:Example_Board.provider",
                }
            ],
        }
        assert subject["identifier"] == [
            {"type": "IdentityObject", "hashed": False, "identityType": "name", "identityHash": "Ada Lindqvist"}
        ]
        assert subject["activityEndDate"] == "2026-11-18T00:00:00Z"
        assert (achievement["name"], achievement["version"], achievement["inLanguage"]) == (stated["title"], "3", "en")
        assert (achievement["creditsAvailable"], subject["creditsEarned"]) == (4, 4)
        assert achievement["otherIdentifier"] == [
            {"type": "IdentifierEntry", "identifier": "EX-2117", "identifierType": "ext:Example_Board.course"}
        ]
        assert achievement["criteria"] == {
            "narrative": "Given to a learner who passed every quiz of the self-paced course."
        }
        assert badge["credentialStatus"]["statusListCredential"] == LIST_URL
        assert badge["credentialStatus"]["statusListIndex"] == str(INDEX)

    def test_every_named_fact_of_the_paper_is_in_the_description(self):
        stated = facts()
        expected = [
            *(f"{row.label}: {row.value}." for row in (*fact_rows(stated), *people_rows(stated))),
            *("Ada Lindqvist", stated["title"], "4.0 CE hours", f"Number: {SERIAL}.", *stated["notices"]),
        ]
        description = credential(stated)["description"]
        assert [fact for fact in expected if fact not in description] == []

    @pytest.mark.parametrize(
        ("kind", "achievement_type"), [("self_paced", "Achievement"), ("live_in_person", "CertificateOfCompletion")]
    )
    def test_the_type_follows_the_kind(self, kind, achievement_type):
        stated = facts(approval=None, delivery=kind)
        assert credential(stated)["credentialSubject"]["achievement"]["achievementType"] == achievement_type

    def test_hours_by_our_own_count_are_words_and_no_credits(self):
        badge = credential(facts(approval=None))
        assert "creditsEarned" not in badge["credentialSubject"]
        assert "creditsAvailable" not in badge["credentialSubject"]["achievement"]
        assert "otherIdentifier" not in badge["issuer"]
        assert "4.5 hours (Hours by our own count, not approved CE credit)" in badge["description"]

    @pytest.mark.parametrize(("value", "number"), [("6", "6"), ("7.5", "7.5"), ("6.25", "6.25"), ("100", "100")])
    def test_hours_are_numbers_as_javascript_writes_them_too(self, value, number):
        stored = to_bytes(credential(hours(value))).decode()
        assert f'"creditsEarned":{number},' in stored
        assert f'"creditsAvailable":{number},' in stored

    def test_no_address_of_the_learner_is_in_it(self):
        assert to_bytes(credential()).decode().count("@") == len(["@context", "school@example.com"])

    def test_dates_are_instants_in_utc(self):
        east = timezone(timedelta(hours=9))
        badge = credential(
            issued_at=datetime(2026, 11, 20, 3, 4, 5, tzinfo=east),
            awarded_at=datetime(2026, 1, 2, tzinfo=UTC),
            valid_until=datetime(2028, 1, 2, tzinfo=UTC),
        )
        assert (badge["validFrom"], badge["awardedDate"], badge["validUntil"]) == (
            "2026-11-19T18:04:05Z",
            "2026-01-02T00:00:00Z",
            "2028-01-02T00:00:00Z",
        )

    def test_without_an_end_it_has_none_and_is_awarded_when_issued(self):
        badge = credential()
        assert ("validUntil" in badge, badge["awardedDate"]) == (False, badge["validFrom"])

    def test_an_instant_without_a_zone_is_refused(self):
        with pytest.raises(ValueError, match="time zone"):
            credential(issued_at=datetime(2026, 11, 20))

    def test_holders_of_one_course_share_the_achievement_and_other_editions_do_not(self):
        def achievement(image_url=f"{SITE}/a.png", **changes):
            return credential(facts(**changes), image_url=image_url)["credentialSubject"]["achievement"]["id"]

        assert achievement() == achievement(learner_name="Bo Ek") == achievement(image_url=f"{SITE}/b.png")
        assert len({achievement(), achievement(edition="4"), achievement(approval=None)}) == 3

    def test_a_control_sign_that_came_with_a_name_is_left_out(self):
        badge = signed(facts(learner_name="A\x00d\x08a\x7f"))
        guard(badge)
        assert recipient_of(badge) == "Ada"

    @pytest.mark.parametrize("name", NAMES)
    def test_a_name_in_any_script_is_composed_and_signed(self, name):
        badge = signed(facts(learner_name=unicodedata.normalize("NFD", name)))
        guard(badge)
        assert recipient_of(badge) == unicodedata.normalize("NFC", name)
        assert unicodedata.is_normalized("NFC", to_bytes(badge).decode())
        assert json.loads(to_bytes(badge)) == badge


class TestMarks:
    def test_a_sample_says_so_wherever_a_wallet_looks_and_earned_nothing(self):
        badge = credential(facts(sample_school=True))
        achievement = badge["credentialSubject"]["achievement"]
        shown = [badge["name"], badge["description"], achievement["name"], achievement["description"]]
        assert [text.startswith("Sample: not valid for credit. ") for text in shown] == [True] * 4
        assert (badge["credentialSubject"]["creditsEarned"], achievement["creditsAvailable"]) == (0, 4)
        assert marks_in(badge) == [SAMPLE]

    def test_a_test_key_is_named_too(self):
        badge = credential(facts(sample_school=True), test_key=True)
        assert badge["name"].startswith("Sample: not valid for credit. Signed with a TEST key: proves nothing. ")
        assert marks_in(badge) == [SAMPLE, TEST_KEY]

    def test_a_real_certificate_carries_no_mark(self):
        assert marks_in(credential()) == []


class TestGuard:
    def test_lets_a_credential_of_ours_through(self):
        for stated in (facts(), facts(approval=None), facts(sample_school=True), facts(delivery="live_online")):
            guard(signed(stated, test_key=stated["sample_notice"] != ""))

    @pytest.mark.parametrize(
        ("spoil", "words"),
        [
            (lambda badge: badge["credentialSubject"].update(ceHours=4), "ceHours is not defined"),
            (lambda badge: badge["issuer"].update(foo="x"), "foo is not defined"),
            (lambda badge: badge["type"].append("Licence"), "Licence is not defined"),
            (lambda badge: badge["@context"].pop(), "1EdTechJsonSchemaValidator2019 is not defined"),
            (lambda badge: badge.update(id="verify/7"), "verify/7 is not an absolute id"),
            (lambda badge: badge["credentialSubject"]["achievement"]["image"].update(id="/b.png"), "b.png is not an"),
            (lambda badge: badge.update(expirationDate="2030-01-01T00:00:00Z"), "expirationDate is not defined"),
        ],
        ids=["ceHours", "issuer.foo", "type", "extensions", "relative id", "relative image", "old term"],
    )
    def test_refuses_what_the_signature_would_leave_out(self, spoil, words):
        document = credential()
        spoil(document)
        with pytest.raises(CredentialError, match=words):
            guard(sign(document, KEY, ISSUED_AT))

    def test_a_context_that_is_not_pinned_is_neither_fetched_nor_signed(self):
        document = credential()
        document["@context"].append("https://example.com/own")
        with pytest.raises(CredentialError, match="never fetched"):
            sign(document, KEY, ISSUED_AT)
        with pytest.raises(CredentialError, match="cannot be read"):
            guard({**document, "proof": signed()["proof"]})

    @pytest.mark.parametrize(
        ("value", "words"), [("A\x08B", r"U\+0008 is a control sign"), (6.0, "6.0 is written 6 elsewhere")]
    )
    def test_refuses_what_other_software_would_sign_differently(self, value, words):
        document = credential()
        document["credentialSubject"]["achievement"]["version"] = value
        with pytest.raises(CredentialError, match=words):
            guard(sign(document, KEY, ISSUED_AT))

    def test_each_guard_alone_refuses_an_undefined_term_that_signing_takes_without_a_word(self):
        document = credential()
        document["credentialSubject"]["ceHours"] = 4
        spoiled = sign(document, KEY, ISSUED_AT)
        assert uncovered(spoiled) == ["ceHours is not defined by the contexts"]
        with pytest.raises(CredentialError, match="not in compacted form"):
            verify(spoiled, KEY.public)

    def test_refuses_a_credential_without_a_proof(self):
        with pytest.raises(CredentialError, match="Multikey"):
            guard(credential())

    @pytest.mark.parametrize("year", [2001, 2999])
    def test_does_not_ask_the_clock(self, year):
        document = credential(issued_at=datetime(year, 1, 1, tzinfo=UTC), valid_until=datetime(year, 2, 1, tzinfo=UTC))
        guard(sign(document, KEY, ISSUED_AT))

    @pytest.mark.parametrize("year", [2001, 2999])
    def test_a_changed_credential_is_refused_though_it_ran_out(self, year):
        document = credential(issued_at=datetime(year, 1, 1, tzinfo=UTC), valid_until=datetime(year, 2, 1, tzinfo=UTC))
        changed = {**sign(document, KEY, ISSUED_AT), "name": "Something else"}
        with pytest.raises(CredentialError, match="signature mismatch"):
            guard(changed)

    def test_many_threads_may_guard_at_once(self):
        """PyLD's cache of contexts is one for all threads: without a lock around it this fails now and then."""
        badge = signed()
        before = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        try:
            with ThreadPoolExecutor(8) as pool:
                found = list(pool.map(uncovered, [badge] * 200))
        finally:
            sys.setswitchinterval(before)
        assert found == [[]] * 200


class TestSignature:
    def test_the_same_facts_and_key_give_the_same_bytes(self):
        assert to_bytes(signed()) == to_bytes(signed())

    def test_the_proof_names_the_key_under_the_issuer(self):
        assert signed()["proof"] | {"proofValue": ""} == {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022",
            "created": "2024-03-01T15:30:00Z",
            "verificationMethod": f"{ISSUER}#{KEY.kid}",
            "proofPurpose": "assertionMethod",
            "proofValue": "",
        }

    def test_the_key_of_the_papers_signs_no_credential(self):
        with pytest.raises(CredentialError, match="Ed25519"):
            signed(key=PAPER_KEY)

    def test_a_signed_credential_is_not_signed_over(self):
        with pytest.raises(CredentialError, match="already"):
            sign(signed(), SECOND_KEY, ISSUED_AT)

    def test_a_survivor_is_signed_again_with_a_new_key(self):
        old = signed()
        new = sign(unsigned(old), SECOND_KEY, ISSUED_AT)
        guard(new)
        assert unsigned(new) == unsigned(old)

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), "\ud800"])
    def test_what_is_no_json_is_refused(self, value):
        with pytest.raises(CredentialError, match="not plain JSON"):
            to_bytes({"a": value})


class TestTampering:
    @pytest.mark.parametrize("spoil", TAMPERS.values(), ids=TAMPERS)
    def test_is_refused(self, spoil):
        whole = signed(facts(sample_school=True))
        changed = copy.deepcopy(whole)
        spoil(changed)
        verify(whole, KEY.public)
        assert changed != whole
        with pytest.raises(CredentialError):
            verify(changed, KEY.public)

    def test_the_order_and_the_spaces_of_the_json_are_free(self):
        again = json.loads(json.dumps(dict(reversed(signed().items())), indent=4))
        verify(again, KEY.public)
