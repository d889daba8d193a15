"""The list of what no longer stands."""

import base64
import gzip

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from certificates.credentials.proofs import guard, to_bytes
from certificates.credentials.status_list import (
    LARGEST,
    SIZE,
    Permutation,
    StatusListProblem,
    decode,
    encode,
    is_revoked,
    status_entry,
)
from certificates.tests.badging import ISSUED_AT, LIST_URL, little_memory, status_list

places = st.integers(0, SIZE - 1)


def packed(data):
    return "u" + base64.urlsafe_b64encode(gzip.compress(data)).decode().rstrip("=")


class TestPlaces:
    def test_every_certificate_of_a_list_gets_a_place_of_its_own(self):
        secret = Permutation.new()
        assert len({secret.index(number) for number in range(SIZE)}) == SIZE

    def test_places_do_not_follow_the_order_of_issue(self):
        secret = Permutation(77_777, 4_711)
        assert [secret.index(number) for number in range(4)] == [4_711, 82_488, 29_193, 106_970]

    def test_two_lists_have_two_secrets(self):
        assert len({str(Permutation.new()) for _ in range(20)}) == 20

    def test_the_secret_comes_back_from_the_text_that_is_stored(self):
        secret = Permutation.new()
        assert Permutation.read(str(secret)) == secret

    @pytest.mark.parametrize("secret", [(2, 0), (0, 0), (SIZE + 1, 0), (1, SIZE), (1, -1)])
    def test_a_secret_that_would_use_a_place_twice_is_refused(self, secret):
        with pytest.raises(ValueError, match="odd"):
            Permutation(*secret)

    def test_a_full_list_says_so(self):
        with pytest.raises(StatusListProblem, match="full"):
            Permutation.new().index(SIZE)

    @pytest.mark.parametrize("index", [-1, SIZE])
    def test_a_place_outside_the_list_is_refused(self, index):
        with pytest.raises(StatusListProblem, match="run from 0"):
            status_entry(LIST_URL, index)
        with pytest.raises(StatusListProblem, match="run from 0"):
            encode([index])


class TestList:
    @given(st.sets(places, max_size=30), places)
    def test_a_bit_is_set_exactly_where_something_was_revoked(self, revoked, index):
        document = {
            "id": LIST_URL,
            "credentialSubject": {"statusPurpose": "revocation", "encodedList": encode(revoked)},
        }
        assert is_revoked(status_entry(LIST_URL, index), document) == (index in revoked)

    def test_the_first_place_is_the_leftmost_bit(self):
        assert decode(encode([0, 10]))[:2] == bytes([0b1000_0000, 0b0010_0000])

    def test_the_same_bits_give_the_same_text_on_any_day(self):
        with time_machine.travel(ISSUED_AT):
            before = encode([3, 1])
        assert encode([1, 3]) == before

    def test_the_signed_list_is_small_and_passes_the_guards(self):
        document = status_list(1, 2, 3)
        guard(document)
        assert len(to_bytes(document)) < 1_000


class TestListsOfOthers:
    def test_a_longer_list_is_read(self):
        assert decode(packed(bytes(SIZE))) == bytes(SIZE)

    @pytest.mark.parametrize(
        ("encoded", "words"),
        [
            (None, "base64url"),
            ("", "base64url"),
            ("H4sIAAAA", "begins with u"),
            ("u!!!!", "base64url"),
            ("uAAAA", "unpacked"),
            ("uA", "unpacked"),
            (packed(bytes(SIZE))[:40], "too early"),
            (packed(bytes(LARGEST + 1)), "longer than"),
        ],
        ids=["none", "empty", "bare", "letters", "not packed", "one letter", "cut", "too long"],
    )
    def test_what_cannot_be_read_is_said(self, encoded, words):
        with pytest.raises(StatusListProblem, match=words):
            decode(encoded)

    def test_a_bomb_is_not_unpacked(self):
        bomb = packed(bytes(20 * 1024 * 1024))
        with little_memory(3 * LARGEST), pytest.raises(StatusListProblem, match="longer than"):
            decode(bomb)

    @pytest.mark.parametrize(
        ("entry", "subject", "words"),
        [
            ({"statusListCredential": f"{LIST_URL}0"}, {}, "not the status list"),
            ({"statusPurpose": "suspension"}, {}, "not about revocation"),
            ({}, {"statusPurpose": "suspension"}, "not about revocation"),
            ({"statusListIndex": "-1"}, {}, "no place"),
            ({"statusListIndex": "seven"}, {}, "no place"),
            ({"statusListIndex": str(SIZE)}, {}, "behind the end"),
        ],
    )
    def test_an_entry_that_does_not_fit_the_list_is_no_answer(self, entry, subject, words):
        document = status_list()
        document["credentialSubject"] |= subject
        with pytest.raises(StatusListProblem, match=words):
            is_revoked(status_entry(LIST_URL, 7) | entry, document)
