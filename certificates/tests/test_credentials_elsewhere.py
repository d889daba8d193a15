"""Verified by software that is not ours: openbadgeslib, @digitalbazaar/vc and @digitalcredentials/verifier-core.

They see what a stranger sees: the credential, and what the school answers at its addresses. Nothing is fetched. The
JavaScript packages come from the npm registry with the hashes of tests/credentials_js/package-lock.json.
"""

import copy
import fcntl
import json
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest
from openbadgeslib.ob3 import OB3LdpVerifier, OB3VerificationError
from openbadgeslib.ob3.contexts import bundled_contexts

from certificates.credentials.badge import SCHEMA
from certificates.credentials.did import did_document, did_web
from certificates.credentials.proofs import sign, to_bytes
from certificates.tests.badging import (
    INDEX,
    ISSUED_AT,
    ISSUER,
    KEY,
    LIST_URL,
    NAMES,
    PAPER_KEY,
    REFERENCE,
    SECOND_KEY,
    TAMPERS,
    credential,
    facts,
    issuer_document,
    signed,
    status_list,
)
from certificates.tests.printing import approved_credit, line

JS = Path(__file__).resolve().parents[2] / "tests" / "credentials_js"
NO_NETWORK = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")
REVOKED = INDEX + 1
HOURS = ("6", "7.5", "6.25", "0.5", "4.1", "100", "12.75")


def at_host(host, *keys):
    """A credential of a school at another address, and that school's document with these keys."""
    did, address = did_web(host), f"https://{host}"
    badge = credential(issuer=did, site_url=address, credential_id=f"{address}/verify/1/")
    del badge["credentialStatus"]
    document = did_document(did, [one.public for one in keys])
    return sign(badge, KEY, ISSUED_AT), {f"{address}/.well-known/did.json": document}


KEPT, KEPT_DOCUMENT = at_host("kept.example.com", SECOND_KEY, KEY, PAPER_KEY)
DROPPED, DROPPED_DOCUMENT = at_host("dropped.example.com", SECOND_KEY)
PORT, PORT_DOCUMENT = at_host("localhost:8000", KEY)
WEB = {
    **bundled_contexts(),
    f"{ISSUER.replace('did:web:', 'https://')}/.well-known/did.json": issuer_document(),
    LIST_URL: status_list(REVOKED),
    **KEPT_DOCUMENT,
    **DROPPED_DOCUMENT,
    **PORT_DOCUMENT,
}
"""All addresses that a verifier may ask."""

GOOD = {
    "approved": signed(),
    "own count": signed(facts(approval=None)),
    "live": signed(facts(delivery="live_in_person")),
    "sample with a test key": signed(facts(sample_school=True), test_key=True),
    "key kept": KEPT,
    "host with a port": PORT,
    **{f"{value} hours": signed(facts(approval=approved_credit(lines=(line("Ethics", value),)))) for value in HOURS},
    **{name: signed(facts(learner_name=unicodedata.normalize("NFD", name))) for name in NAMES},
}
REVOKED_ONE = signed(index=REVOKED)
EXPIRED_ONE = signed(valid_until=ISSUED_AT)


def tampered(spoil):
    changed = copy.deepcopy(GOOD["sample with a test key"])
    spoil(changed)
    return changed


SPOILED = {name: tampered(spoil) for name, spoil in TAMPERS.items() if name != "two proofs"}
"""All but a true proof written twice: only a stricter verifier minds that."""


def wire(document):
    """As it travels: through the bytes that are stored."""
    return json.loads(to_bytes(document))


class TestOpenbadgeslib:
    """Its verifier, asked as a stranger would ask: with the DID of the issuer and nothing of ours."""

    def verify(self, badge, **options):
        issuer = badge["issuer"]["id"]
        verifier = OB3LdpVerifier.for_issuer_did(issuer)
        return verifier.verify(to_bytes(badge), download=lambda url: json.dumps(WEB[url]).encode(), **options)

    @pytest.mark.parametrize("badge", GOOD.values(), ids=GOOD)
    def test_verifies_ours(self, badge):
        found = self.verify(badge, check_status="credentialStatus" in badge, verify_status_list=False)
        assert (found.id, found.achievement.name) == (badge["id"], badge["credentialSubject"]["achievement"]["name"])

    def test_says_that_one_is_revoked(self):
        with pytest.raises(OB3VerificationError, match="revo"):
            self.verify(REVOKED_ONE, check_status=True, verify_status_list=False)

    def test_says_that_one_has_expired(self):
        with pytest.raises(OB3VerificationError, match="expired"):
            self.verify(EXPIRED_ONE)

    def test_does_not_know_a_key_that_was_dropped(self):
        with pytest.raises(OB3VerificationError):
            self.verify(DROPPED)


@pytest.fixture(scope="module")
def answers():
    """What both JavaScript verifiers say about every case."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are not on this machine: the JavaScript verifiers did not look at the credentials")
    install()
    cases = {**GOOD, **SPOILED, "revoked": REVOKED_ONE, "expired": EXPIRED_ONE, "key dropped": DROPPED}
    documents = {**WEB, **schemas()}
    asked = json.dumps({"documents": documents, "cases": {name: wire(badge) for name, badge in cases.items()}})
    done = run("node", "verify.mjs", given=asked)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def run(*command, given=""):
    """A program of the machine, in the folder of the packages."""
    return subprocess.run(  # noqa: S603 - our own commands; what is given is input and never a part of them
        command, cwd=JS, input=given, capture_output=True, text=True, timeout=300, check=False
    )


def install():
    """The packages of the lock file, once; node_modules is not part of the repository."""
    lock, installed = JS / "package-lock.json", JS / "node_modules" / ".package-lock.json"
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # another worker of the tests may be at it
        if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
            return
        done = run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    if done.returncode and any(word in done.stderr for word in NO_NETWORK):
        pytest.skip("npm did not reach its registry: the JavaScript verifiers did not look at the credentials")
    assert done.returncode == 0, done.stderr


def schemas():
    path = REFERENCE / "schemas" / "ob_v3p0_achievementcredential_schema.json"
    return {SCHEMA["id"]: json.loads(path.read_text())} if path.exists() else {}


@pytest.mark.slow
@pytest.mark.xdist_group("credentials_js")
class TestJavaScript:
    @pytest.mark.parametrize("name", GOOD)
    def test_both_verify_ours(self, answers, name):
        listed = "credentialStatus" in GOOD[name]
        answer, revoked = answers[name], [False] if listed else None
        assert answer["vc"] == {"verified": True, "proof": [True], "revoked": revoked, "error": None}
        expected = {"valid_signature": True, "expiration": True, "registered_issuer": False}
        assert answer["core"]["log"] == expected | ({"revocation_status": True} if listed else {})
        assert answer["core"]["errors"] == []

    @pytest.mark.skipif(not REFERENCE.exists(), reason="the schema is not beside this repository")
    @pytest.mark.parametrize("name", GOOD)
    def test_the_second_finds_it_valid_by_the_schema_that_it_names(self, answers, name):
        assert [result["result"] for result in answers[name]["core"]["schema"]] == [{"valid": True}]

    @pytest.mark.parametrize("name", SPOILED)
    def test_both_refuse_a_changed_one(self, answers, name):
        assert answers[name]["vc"]["verified"] is False
        assert answers[name]["core"]["log"].get("valid_signature") is not True

    def test_the_first_calls_a_revoked_one_verified_and_shows_the_bit_apart(self, answers):
        assert answers["revoked"]["vc"] == {"verified": True, "proof": [True], "revoked": [True], "error": None}

    def test_the_second_says_that_it_is_revoked(self, answers):
        assert answers["revoked"]["core"]["log"]["revocation_status"] is False
        assert answers["revoked"]["core"]["log"]["valid_signature"] is True

    def test_both_say_that_one_has_expired(self, answers):
        assert answers["expired"]["vc"]["verified"] is False
        assert answers["expired"]["core"]["log"]["expiration"] is False

    def test_neither_knows_a_key_that_was_dropped(self, answers):
        assert answers["key dropped"]["vc"]["verified"] is False
        assert answers["key dropped"]["core"]["log"] == {}
