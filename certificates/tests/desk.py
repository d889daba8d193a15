"""Staff of the back office, and how they press its buttons."""

import re
from html import unescape
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.test import Client

from accounts.models import User
from certificates.models import Certificate, CertificateRequest
from certificates.services import issue
from certificates.tests.factories import ISSUED_AT, make_course, make_finished, make_person

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ISSUED = "/admin/certificates/issued/"
REGISTRAR = ("view_certificate", "change_certificate", "revoke_certificate")


def browser(user: User) -> Client:
    """Somebody who is logged in."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def staff(email: str, *codenames: str) -> User:
    """Somebody of the back office with these permissions."""
    group = Group.objects.create(name=email)
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", *codenames]))
    user = make_person(email, name="Jonas Reyes")
    user.groups.add(group)
    return user


def issued(name: str = "Ada Lindqvist", email: str = "ada@example.com", **course: Any) -> Certificate:
    """A certificate of a person and a course of their own."""
    enrollment = make_finished(make_person(email, name=name), make_course(f"Course of {email}", **course))
    certificate = issue(CertificateRequest.objects.create(enrollment=enrollment), at=ISSUED_AT)
    assert certificate is not None
    return certificate


def act(certificate: Certificate, name: str) -> str:
    """The address of a page that does something with it."""
    return f"{ISSUED}act/{certificate.pk}/{name}/"


def page_of(certificate: Certificate) -> str:
    """The page of one certificate for staff."""
    return f"{ISSUED}inspect/{certificate.pk}/"


def press(client: Client, address: str, **words: str) -> Any:
    """Open the page, and send its form with these words and what it hides."""
    hidden = re.search(r'name="seen" value="(\w+)"', client.get(address).content.decode())
    return client.post(address, {**({"seen": hidden[1]} if hidden else {}), **words})


def words_of(response: Any) -> str:
    """The words of the main part, on one line."""
    main = re.search(r"<main.*?</main>", response.content.decode(), re.DOTALL)
    assert main is not None
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", main[0]).split()))


def told(client: Client) -> str:
    """The next page of the back office with the messages on it."""
    return unescape(client.get("/admin/").content.decode())
