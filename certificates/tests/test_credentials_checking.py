"""Is it genuine, and does it stand: one answer per question."""

from datetime import UTC, datetime, timedelta

import pytest

from certificates.credentials.checking import Verdict, check
from certificates.credentials.did import did_document
from certificates.credentials.keys import Algorithm, demo_key
from certificates.credentials.proofs import sign
from certificates.tests.badging import (
    INDEX,
    ISSUED_AT,
    ISSUER,
    KEY,
    SECOND_KEY,
    credential,
    facts,
    issuer_document,
    signed,
    status_list,
)

LATER = ISSUED_AT + timedelta(days=400)
QUESTIONS = ("issuer", "proof", "form", "sample", "status", "current", "dates")


def checked(badge, *, document=None, listed=None, at=LATER, **changes):
    listed = status_list() if listed is None else listed
    return check(badge, did_document=document or issuer_document(), status_list=listed, at=at, **changes)


def answers(result):
    """The questions that were not answered with yes."""
    return {question: getattr(result, question).good for question in QUESTIONS if not getattr(result, question).good}


class TestVerdict:
    def test_what_nothing_speaks_against_is_valid(self):
        result = checked(signed())
        assert (result.verdict, answers(result)) == (Verdict.VALID, {})
        assert [answer.words for answer in result.answers] == [
            "It names this school as its issuer.",
            "The signature is this school's, and nothing was changed since.",
            "It is an Open Badge 3.0.",
            "It is not a sample.",
            "Not revoked.",
            "Not replaced.",
            "It has no end date.",
        ]

    def test_a_revoked_one_is_genuine_and_does_not_stand(self):
        result = checked(signed(), listed=status_list(INDEX))
        assert (result.verdict, answers(result)) == (Verdict.REVOKED, {"status": False})
        assert result.proof.good is True

    def test_a_neighbor_in_the_list_is_not_revoked(self):
        assert checked(signed(), listed=status_list(INDEX - 1, INDEX + 1)).verdict == Verdict.VALID

    def test_a_replaced_one_names_what_took_its_place(self):
        result = checked(signed(), listed=status_list(INDEX), replaced_by="CST-2026-AAAAA-AAAAA-A")
        assert (result.verdict, result.current.words) == (Verdict.REPLACED, "Replaced by CST-2026-AAAAA-AAAAA-A.")

    def test_after_its_end_it_has_expired(self):
        badge = signed(valid_until=ISSUED_AT + timedelta(days=365))
        assert checked(badge, at=ISSUED_AT + timedelta(days=365)).verdict == Verdict.VALID
        result = checked(badge)
        assert (result.verdict, answers(result)) == (Verdict.EXPIRED, {"dates": False})
        assert result.dates.words == "It expired on 2025-03-01."

    def test_before_its_beginning_it_is_not_valid_yet(self):
        result = checked(signed(), at=ISSUED_AT - timedelta(seconds=1))
        assert (result.verdict, result.dates.words) == (Verdict.NOT_YET, "It is valid only from 2024-03-01.")

    def test_a_sample_is_never_valid(self):
        result = checked(signed(facts(sample_school=True)))
        assert (result.verdict, answers(result)) == (Verdict.SAMPLE, {"sample": False})
        assert result.sample.words == "Sample: not valid for credit."

    def test_a_test_key_is_never_valid(self):
        result = checked(signed(test_key=True))
        assert result.verdict == Verdict.SAMPLE
        assert result.sample.words == "Signed with a TEST key: proves nothing. Not valid for credit."

    def test_a_changed_one_is_forged(self):
        badge = signed()
        badge["credentialSubject"]["creditsEarned"] = 40
        result = checked(badge)
        assert (result.verdict, answers(result)) == (Verdict.FORGED, {"proof": False})
        assert "changed after it was issued" in result.proof.words

    def test_a_sample_whose_mark_was_removed_is_forged(self):
        badge = signed(facts(sample_school=True))
        for member in ("name", "description"):
            badge[member] = badge[member].removeprefix("Sample: not valid for credit. ")
        assert checked(badge).verdict == Verdict.FORGED

    def test_one_of_another_issuer_is_foreign_and_its_signature_is_not_looked_at(self):
        theirs = demo_key(Algorithm.ED25519, "theirs")
        badge = sign(credential(issuer="did:web:elsewhere.example"), theirs, ISSUED_AT)
        result = checked(badge)
        assert result.verdict == Verdict.FOREIGN
        assert answers(result) == {"issuer": False, "proof": None}

    def test_one_that_somebody_signed_in_our_name_is_forged(self):
        badge = signed(key=demo_key(Algorithm.ED25519, "theirs"))
        result = checked(badge)
        assert (result.verdict, result.proof.words) == (
            Verdict.FORGED,
            "It is signed with a key that is not, or is no longer, a key of this school.",
        )

    def test_one_without_a_signature_is_forged(self):
        assert checked(credential()).verdict == Verdict.FORGED

    @pytest.mark.parametrize("member", ["validFrom", "type", "credentialSubject", "@context", "id"])
    def test_what_is_no_badge_is_forged(self, member):
        badge = signed()
        del badge[member]
        result = checked(badge)
        assert (result.verdict, result.form.good) == (Verdict.FORGED, False)

    @pytest.mark.parametrize(
        "badge",
        [
            {},
            {"issuer": ISSUER, "proof": [], "@context": 7, "credentialSubject": []},
            {"issuer": {"id": [1]}, "type": {"a": 1}, "validFrom": 7, "validUntil": {}, "credentialStatus": "x"},
            {**signed(), "@context": {"@vocab": "x"}},
            {**signed(), "credentialSubject": "Ada"},
        ],
    )
    def test_nonsense_has_a_verdict_too(self, badge):
        assert checked(badge).verdict in {Verdict.FOREIGN, Verdict.FORGED}


class TestStatusList:
    @pytest.mark.parametrize(
        "listed",
        [
            status_list(key=demo_key(Algorithm.ED25519, "theirs")),
            {**status_list(), "issuer": "did:web:elsewhere.example"},
            {**status_list(INDEX), "credentialSubject": status_list()["credentialSubject"]},
            {},
        ],
        ids=["other key", "other issuer", "changed", "empty"],
    )
    def test_a_list_that_is_not_the_schools_is_no_answer(self, listed):
        result = checked(signed(), listed=listed)
        assert (result.verdict, result.status.good) == (Verdict.UNCERTAIN, None)
        assert result.status.words == "The list of revoked certificates is not signed by this school."

    def test_without_the_list_nobody_knows(self):
        result = check(signed(), did_document=issuer_document(), status_list=None, at=LATER)
        assert (result.verdict, answers(result)) == (Verdict.UNCERTAIN, {"status": None})

    def test_a_credential_that_names_no_list_is_uncertain(self):
        badge = credential()
        del badge["credentialStatus"]
        assert checked(sign(badge, KEY, ISSUED_AT)).verdict == Verdict.UNCERTAIN


class TestRotation:
    def test_with_the_old_key_kept_old_and_new_are_valid(self):
        both = issuer_document(KEY, SECOND_KEY)
        verdicts = [
            checked(signed(key=key), document=both, listed=status_list(key=SECOND_KEY)).verdict
            for key in (KEY, SECOND_KEY)
        ]
        assert verdicts == [Verdict.VALID, Verdict.VALID]

    def test_with_the_old_key_dropped_the_old_one_dies_and_says_why(self):
        only_new = issuer_document(SECOND_KEY)
        result = checked(signed(), document=only_new, listed=status_list(key=SECOND_KEY))
        assert result.verdict == Verdict.FORGED
        assert "no longer, a key of this school" in result.proof.words
        survivor = signed(key=SECOND_KEY)
        assert checked(survivor, document=only_new, listed=status_list(key=SECOND_KEY)).verdict == Verdict.VALID

    def test_without_any_key_nothing_is_genuine(self):
        assert checked(signed(), document=did_document(ISSUER, [])).verdict == Verdict.FORGED


def test_the_answers_do_not_hang_on_the_wall_clock():
    badge = signed(issued_at=datetime(2998, 1, 1, tzinfo=UTC), valid_until=datetime(2999, 1, 1, tzinfo=UTC))
    assert checked(badge, at=datetime(2998, 6, 1, tzinfo=UTC)).verdict == Verdict.VALID
    assert checked(badge, at=datetime(2999, 6, 1, tzinfo=UTC)).verdict == Verdict.EXPIRED
