"""The register in the back office: suggested by those who teach, signed by those who review."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.models import User
from evidence.models import Claim, Reference

pytestmark = pytest.mark.django_db
ADD, LIST = "wagtailsnippets_evidence_claim:add", "wagtailsnippets_evidence_claim:list"


def staff(role: str, email: str = "") -> tuple[Client, User]:
    user = User.objects.create_user(email or f"{role.lower()}@example.com", "pw", is_staff=True, legal_name=role)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client, user


def entry(**fields: Any) -> dict[str, Any]:
    return {"text": "Warm hands are pleasant.", "kind": "benefit", "status": "taught"} | fields


def test_who_teaches_may_suggest_a_claim_and_cannot_sign_it() -> None:
    client, user = staff("Instructors")
    client.post(reverse(ADD), entry(reviewed_by=user.pk, reviewed_on="2026-01-05"))
    claim = Claim.objects.get()
    assert (claim.reviewed_by, claim.reviewed_on) == (None, None)


def test_a_reviewer_signs_in_their_own_name_only() -> None:
    client, user = staff("Reviewers")
    _, other = staff("Reviewers", "other@example.com")
    client.post(reverse(ADD), entry(reviewed_by=other.pk, reviewed_on="2026-01-05"))
    assert not Claim.objects.exists()
    client.post(reverse(ADD), entry(reviewed_by=user.pk, reviewed_on="2026-01-05"))
    assert Claim.objects.get().reviewed_by == user


@pytest.mark.parametrize(
    "fields",
    [
        {"reviewed_on": "2026-01-05"},
        {"reviewed_on": "2999-01-01", "reviewed_by": "own"},
        {"reviewed_on": "2026-01-05", "reviewed_by": "own", "review_due": "2026-01-05"},
        {"status": "certain"},
        {"text": ""},
    ],
    ids=["a day without a name", "a day to come", "due before it is read", "unknown status", "no text"],
)
def test_a_claim_with_wrong_input_is_not_stored(fields: dict[str, Any]) -> None:
    client, user = staff("Reviewers")
    own = {name: user.pk if value == "own" else value for name, value in fields.items()}
    assert client.post(reverse(ADD), entry(**own)).status_code == 200
    assert not Claim.objects.exists()


def test_short_names_fill_themselves_and_never_collide() -> None:
    client, _ = staff("Reviewers")
    for key in ("", "", "Warm Hands!"):
        client.post(reverse(ADD), entry(key=key))
    assert sorted(Claim.objects.values_list("key", flat=True)) == [
        "warm-hands",
        "warm-hands-are-pleasant",
        "warm-hands-are-pleasant-2",
    ]


def test_the_list_tells_sources_and_reviewer_and_its_export_runs_no_formula() -> None:
    client, user = staff("Reviewers")
    claim = Claim.objects.create(key="a", text="=1+1", kind="benefit", status="taught", reviewed_by=user)
    claim.references.add(Reference.objects.create(key="r", citation="A study"))
    html = client.get(reverse(LIST)).content.decode()
    assert ("not yet" in html, str(user) in html) == (True, True)
    assert client.get(reverse(LIST) + "?export=csv").getvalue().decode().splitlines()[1].startswith("a,'=1+1,")
