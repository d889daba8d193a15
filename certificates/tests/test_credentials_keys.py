"""Signing keys and the issuer's document."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from certificates.credentials.did import did_document, did_web, key_in, key_name
from certificates.credentials.keys import Algorithm, KeyProblem, demo_key, new_key, read_multikey, read_private_key
from certificates.tests.badging import ISSUER, KEY, PAPER_KEY, SECOND_KEY, issuer_document

MISTYPED = ["", "z", "z6Mk", "z6MkI0lO", KEY.kid[:-1], KEY.kid + "z", "Q" + KEY.kid[1:], "z" * 5000]
NO_HOSTS = ["", "https://", "https://a.example/path", "https://me@a.example", "a b", "a..b", "h:99999"]
BOTH = pytest.mark.parametrize("algorithm", list(Algorithm))


class TestKey:
    @BOTH
    def test_a_key_comes_back_from_its_file(self, algorithm):
        key = new_key(algorithm)
        again = read_private_key(key.pem)
        assert (again, again.kid, again.test) == (key, key.public.multikey, False)

    @BOTH
    def test_the_public_part_comes_back_from_its_one_line(self, algorithm):
        key = new_key(algorithm)
        assert read_multikey(key.public.multikey) == key.public

    def test_the_one_line_tells_the_kind(self):
        assert (KEY.kid[:4], PAPER_KEY.kid[:3]) == ("z6Mk", "zDn")

    @BOTH
    def test_new_keys_differ_and_demo_keys_of_one_seed_are_one_key(self, algorithm):
        assert new_key(algorithm) != new_key(algorithm)
        assert demo_key(algorithm, "a") == demo_key(algorithm, "a")
        assert demo_key(algorithm, "a").kid != demo_key(algorithm, "b").kid

    def test_a_demo_key_is_marked(self):
        assert (KEY.test, new_key(Algorithm.ED25519).test) == (True, False)

    def test_a_signature_of_the_loaded_key_holds(self):
        key = new_key(Algorithm.ED25519)
        signature = key.loaded().sign(b"words")
        key.loaded().public_key().verify(signature, b"words")
        assert isinstance(PAPER_KEY.loaded(), ec.EllipticCurvePrivateKey)

    def test_the_secret_is_not_shown_when_a_key_is_printed(self):
        assert "PRIVATE" not in repr(KEY)
        assert KEY.pem.decode() not in f"{KEY} {KEY!r}"


def pem_of(key, encryption=None):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


class TestUnusableKeys:
    @pytest.mark.parametrize(
        ("pem", "words"),
        [
            ("nothing of the kind", "not a private key in PEM form"),
            ("", "not a private key in PEM form"),
            (
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
                "not a private key in PEM form",
            ),
            (KEY.public.pem, "the public part only"),
            (pem_of(ec.generate_private_key(ec.SECP384R1())), "another kind"),
            (pem_of(rsa.generate_private_key(65537, 2048)), "another kind"),
            (pem_of(ec.generate_private_key(ec.SECP256R1()), BestAvailableEncryption(b"x")), "pass phrase"),
        ],
        ids=["words", "empty", "broken", "public", "P-384", "RSA", "locked"],
    )
    def test_the_message_says_what_was_expected(self, pem, words):
        with pytest.raises(KeyProblem, match=words):
            read_private_key(pem)

    @pytest.mark.parametrize("text", MISTYPED)
    def test_a_mistyped_one_line_key_is_refused(self, text):
        with pytest.raises(KeyProblem, match="Not the Multikey"):
            read_multikey(text)


class TestIssuer:
    @pytest.mark.parametrize(
        ("site", "did"),
        [
            ("https://school.example.com", "did:web:school.example.com"),
            ("https://School.Example.com/", "did:web:school.example.com"),
            ("http://localhost:8000", "did:web:localhost%3A8000"),
            ("localhost:8000", "did:web:localhost%3A8000"),
            ("https://münchen.example", "did:web:xn--mnchen-3ya.example"),
        ],
    )
    def test_is_named_after_the_host(self, site, did):
        assert did_web(site) == did

    @pytest.mark.parametrize("site", NO_HOSTS)
    def test_what_is_no_host_is_refused(self, site):
        with pytest.raises(ValueError, match="did:web needs a host"):
            did_web(site)

    def test_the_document_lists_every_key_and_lets_each_make_claims(self):
        document = issuer_document(KEY, SECOND_KEY, PAPER_KEY)
        names = [key_name(ISSUER, key.public) for key in (KEY, SECOND_KEY, PAPER_KEY)]
        assert document["id"] == ISSUER
        assert document["assertionMethod"] == names
        assert document["verificationMethod"] == [
            {"id": name, "type": "Multikey", "controller": ISSUER, "publicKeyMultibase": name.partition("#")[2]}
            for name in names
        ]

    def test_a_key_is_found_by_its_name_and_only_where_it_may_make_claims(self):
        name = key_name(ISSUER, KEY.public)
        document = issuer_document(KEY)
        assert key_in(document, name) == KEY.public
        assert key_in(document, key_name(ISSUER, SECOND_KEY.public)) is None
        assert key_in({**document, "assertionMethod": []}, name) is None
        assert key_in({**document, "id": "did:web:elsewhere.example"}, name) is None

    def test_without_keys_there_is_still_a_document(self):
        assert did_document(ISSUER, [])["verificationMethod"] == []
