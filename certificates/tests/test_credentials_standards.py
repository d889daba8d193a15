"""Against the standards' own schemas and test vectors, where a workspace has them beside the repository."""

import hashlib
import json
from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jsonschema import FormatChecker
from jsonschema.validators import validator_for
from openbadgeslib.ob3.contexts import load_context

from certificates.credentials.badge import CONTEXTS
from certificates.credentials.keys import read_multikey, read_private_key
from certificates.credentials.proofs import key_name_of, sign, to_bytes
from certificates.tests.badging import ISSUED_AT, REFERENCE, credential, facts, signed, status_list

pytestmark = pytest.mark.skipif(
    not REFERENCE.exists(),
    reason="the standards' schemas and vectors are not beside this repository: credentials were not compared with them",
)
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"


def reference(path):
    return json.loads((REFERENCE / path).read_text())


def moment(document):
    return datetime.fromisoformat(document["proof"]["created"])


def private_key(multibase):
    """W3C writes the seed as base58 behind the two bytes of its multicodec."""
    number = 0
    for letter in multibase[1:]:
        number = number * 58 + BASE58.index(letter)
    seed = number.to_bytes(34)[2:]
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return read_private_key(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def vector(name):
    return (REFERENCE / "vectors" / "eddsa-rdfc-2022" / name).read_text().strip()


def faults(schema, document):
    """In words, each with its place."""
    rules = reference(f"schemas/{schema}.json")
    checker = validator_for(rules)(rules, format_checker=FormatChecker())
    return [f"{fault.json_path}: {fault.message}" for fault in checker.iter_errors(document)]


DOCUMENTS = {
    "approved": lambda: signed(),
    "own count": lambda: signed(facts(approval=None)),
    "live": lambda: signed(facts(delivery="live_in_person")),
    "sample with a test key": lambda: signed(facts(sample_school=True), test_key=True),
    "with an end": lambda: signed(valid_until=ISSUED_AT),
    "not signed": lambda: credential(),
}


class TestSchemas:
    @pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
    @pytest.mark.parametrize("schema", ["ob_v3p0_achievementcredential_schema", "w3c_vc_v2_schema"])
    def test_a_credential_is_valid(self, schema, make):
        assert faults(schema, make()) == []

    def test_the_issuer_is_a_valid_profile(self):
        assert faults("ob_v3p0_profile_schema", credential()["issuer"]) == []

    def test_the_status_list_is_a_valid_credential(self):
        assert faults("w3c_vc_v2_schema", status_list(7)) == []

    def test_the_schema_would_notice(self):
        document = signed()
        del document["credentialSubject"]["achievement"]["criteria"]
        assert faults("ob_v3p0_achievementcredential_schema", document) != []


class TestVectors:
    """W3C's eddsa-rdfc-2022 vectors, with the key that W3C published for them."""

    @pytest.fixture
    def key(self):
        return private_key(reference("vectors/keyPair.json")["privateKeyMultibase"])

    @pytest.fixture
    def contexts(self):
        return {EXAMPLES: reference("contexts/credentials-examples-v2.json")}

    def test_signing_gives_the_published_document_byte_for_byte(self, key, contexts):
        published = json.loads(vector("signedDataInt.json"))
        document, name = reference("vectors/unsigned.json"), key_name_of(published)
        made = sign(document, key, moment(published), name=name, contexts=contexts)
        assert made["proof"]["proofValue"] == vector("sigBTC58DataInt.txt")
        assert to_bytes(made) == to_bytes(published)
        assert json.dumps(made, indent=2).split() == vector("signedDataInt.json").split()

    def test_the_signed_hash_is_the_published_one(self):
        canonical = [vector("proofCanonDataInt.txt"), vector("canonDocDataInt.txt")]
        hashes = [hashlib.sha256(f"{text}\n".encode()).hexdigest() for text in canonical]
        assert "".join(hashes) == vector("combinedHashDataInt.txt")

    def test_our_key_reading_agrees_with_the_published_pair(self, key):
        published = reference("vectors/keyPair.json")["publicKeyMultibase"]
        assert key.kid == published
        assert read_multikey(published) == key.public


class TestContexts:
    @pytest.mark.parametrize("url", CONTEXTS)
    def test_the_pinned_contexts_are_the_published_ones(self, url):
        assert load_context(url) == reference(f"contexts/{reference('contexts/index.json')[url]}")
