"""Demo people. They are nobody: their names say so."""

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import User
from courses.models import InstructorProfile

PASSWORD = "still-point-demo"  # noqa: S105 - printed on the screen, refused without DEBUG
PEOPLE = {
    "learner": ("learner@example.com", "Sample Learner", ""),
    "graduate": ("graduate@example.com", "Sample Graduate", ""),
    "instructor": ("instructor@example.com", "Sample Instructor", "Instructors"),
    "instructor2": ("instructor2@example.com", "Sample Instructor Two", "Instructors"),
    "reviewer": ("reviewer@example.com", "Sample Reviewer", "Reviewers"),
    "provider": ("provider@example.com", "Sample Provider", "Providers"),
}
PROFILES = {
    "instructor": (
        "The demo school's instructor",
        "Sample profile, no real person",
        "Teaches the foundations course of this demo. "
        "A real school prints here who teaches, with trainings that can be checked.",
    ),
    "instructor2": (
        "The demo school's second instructor",
        "Sample profile, no real person",
        "Teaches the free introduction of this demo.",
    ),
}


@transaction.atomic
def seed_people() -> dict[str, User]:
    """Six people with one password, their e-mail addresses verified."""
    people = {}
    for role, (email, name, group) in PEOPLE.items():
        user = User.objects.filter(email=email).first() or User.objects.create_user(email, PASSWORD, legal_name=name)
        EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
        if group:
            user.groups.add(Group.objects.get_or_create(name=group)[0])
            user.is_staff = True
            user.save(update_fields=["is_staff"])
        people[role] = user
    for role, (name, credentials, bio) in PROFILES.items():
        InstructorProfile.objects.get_or_create(
            user=people[role],
            defaults={"name": name, "credentials": credentials, "bio": bio, "disclosures": "None: a sample."},
        )
    return people
