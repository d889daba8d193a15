"""The roles of the back office as groups: instructor, reviewer, provider.

Permissions are looked up by name, because this app is above all others and an app may lack one that a later release
adds: `ensure_roles` runs after every migrate (`home.apps`), gives what is there, and changes nothing where nothing is
missing. What staff add to a role by hand stays. Which course an instructor works in is not said here: that follows from
the course's team (`courses.services.assign_instructor`).
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowContentType,
    WorkflowPage,
    WorkflowTask,
)

from courses.models import CourseIndexPage
from quizzes.models import Question

INSTRUCTORS, REVIEWERS, PROVIDERS = "Instructors", "Reviewers", "Providers"
REVIEW = "Evidence review"

EDIT = ("add", "change", "delete", "view")
LOOK = ("view",)
KEEP = ("add", "change", "view")
"""Records of judgement are corrected, not removed."""

ROLES: dict[str, dict[str, tuple[str, ...]]] = {
    INSTRUCTORS: {
        "wagtailadmin.admin": ("access",),
        "courses.coursepage": ("add",),
        "library.figure": LOOK,
        "evidence.claim": ("add", "view"),
        "evidence.reference": ("add", "view"),
        "evidence.glossaryterm": ("add", "view"),
        "evidence.contraindication": LOOK,
        "quizzes.question": (*KEEP, "publish"),
        "quizzes.tag": ("add", "view"),
    },
    REVIEWERS: {
        "wagtailadmin.admin": ("access",),
        "evidence.claim": KEEP,
        "evidence.reference": KEEP,
        "evidence.glossaryterm": KEEP,
        "evidence.contraindication": KEEP,
        "evidence.wordingpattern": EDIT,
        "library.figure": LOOK,
        "quizzes.question": ("change", "view"),
    },
    PROVIDERS: {
        "wagtailadmin.admin": ("access",),
        "accounts.user": ("add", "change", "view"),
        "wagtailcore.collection": ("add", "change", "delete"),
        "wagtailcore.workflow": ("add", "change", "delete"),
        "wagtailcore.task": ("add", "change", "delete"),
        "courses.coursepage": ("add",),
        "courses.courseinstructor": ("change",),
        "courses.schoolsettings": ("change",),
        "courses.topic": EDIT,
        "courses.instructorprofile": EDIT,
        "courses.policyversion": EDIT,
        "library.figure": ("change", "view"),
        "library.personrelease": KEEP,
        "evidence.claim": KEEP,
        "evidence.reference": KEEP,
        "evidence.glossaryterm": KEEP,
        "evidence.contraindication": KEEP,
        "evidence.wordingpattern": EDIT,
        "enrollments.enrollment": ("change", "view"),
        "enrollments.accesshold": LOOK,
        "accreditation.approvalbody": KEEP,
        "accreditation.providerapproval": KEEP,
        "accreditation.courseapproval": KEEP,
        "accreditation.creditline": EDIT,
        "accreditation.creditstatement": EDIT,
        "accreditation.bodyterm": EDIT,
        "accreditation.reportformat": KEEP,
        "accreditation.jurisdiction": KEEP,
        "accreditation.profession": KEEP,
        "accreditation.licenseformat": KEEP,
        "accreditation.renewalrule": KEEP,
        "accreditation.renewalbucket": EDIT,
        "accreditation.techniquescoperule": KEEP,
        "accreditation.instructorapproval": KEEP,
        "accreditation.evaluationquestion": KEEP,
        "accreditation.creditsettings": ("change",),
        "accreditation.professionallicense": ("change", "view"),
        "accreditation.creditaward": ("correct", "view"),
        "accreditation.attendance": KEEP,
        "accreditation.boardreport": ("add", "send", "view"),
        "accreditation.courseevaluation": LOOK,
        "records.retentionpolicy": KEEP,
        "records.legalhold": KEEP,
        "courses.technique": EDIT,
        "quizzes.questionbank": EDIT,
        "quizzes.question": (*KEEP, "publish"),
        "quizzes.tag": EDIT,
        "quizzes.accommodation": EDIT,
        "quizzes.attempt": LOOK,
        "payments.offer": KEEP,
        "payments.offeritem": EDIT,
        "payments.order": ("change", "view", "refund"),
        "payments.refundrequest": ("change", "view"),
        "payments.paymentfact": LOOK,
        "payments.stripeevent": LOOK,
        "certificates.certificate": ("change", "view", "revoke"),
        "certificates.certificatedesign": ("change",),
        "certificates.certificaterequest": ("change", "view"),
        "notifications.mail": LOOK,
    },
}
"""Role -> model -> actions. Records (orders, attempts, certificates) are looked at; what changes them is a service."""

PAGE_RIGHTS = {
    PROVIDERS: ("add", "change", "publish", "bulk_delete", "lock", "unlock"),
    REVIEWERS: ("change",),
}
"""Reviewers open every course and may propose a change as a draft; they cannot publish, delete or move."""

FILES = (("wagtailimages", "image"), ("wagtaildocs", "document"), ("wagtailmedia", "media"))


@transaction.atomic
def ensure_roles() -> None:
    """Make the roles, and give each what it lacks."""
    for name, rights in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(*_permissions(rights))
    top = Page.objects.filter(depth=1).first()
    if top is not None:
        _give_pages(PROVIDERS, top)
        _give_files(PROVIDERS, ("add", "change", "delete", "choose"))
    ensure_review()


def ensure_review() -> None:
    """The catalogue has its workflow: an instructor may ask for the evidence review before publishing."""
    index = CourseIndexPage.objects.first()
    if index is None:
        return
    _give_pages(REVIEWERS, index)
    task, _ = GroupApprovalTask.objects.get_or_create(name=REVIEW)
    task.groups.add(_group(REVIEWERS))
    workflow, _ = Workflow.objects.get_or_create(name=REVIEW)
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task.task_ptr)
    WorkflowPage.objects.get_or_create(page=index.page_ptr, defaults={"workflow": workflow})
    questions = ContentType.objects.get_for_model(Question)
    WorkflowContentType.objects.get_or_create(content_type=questions, defaults={"workflow": workflow})


def _group(name: str) -> Group:
    return Group.objects.get_or_create(name=name)[0]


def _permissions(rights: dict[str, tuple[str, ...]]) -> Iterable[Permission]:
    for label, actions in rights.items():
        app_label, model = label.split(".")
        codenames = [f"{action}_{model}" for action in actions]
        yield from Permission.objects.filter(content_type__app_label=app_label, codename__in=codenames)


def _give_pages(name: str, page: Any) -> None:
    top = Page.objects.get(pk=page.pk)
    wanted = [f"{action}_page" for action in PAGE_RIGHTS[name]]
    for permission in Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=wanted):
        GroupPagePermission.objects.get_or_create(group=_group(name), page=top, permission=permission)


def _give_files(name: str, actions: Iterable[str]) -> None:
    root = Collection.get_first_root_node()
    for app_label, model in FILES:
        wanted = [f"{action}_{model}" for action in actions]
        for permission in Permission.objects.filter(content_type__app_label=app_label, codename__in=wanted):
            GroupCollectionPermission.objects.get_or_create(group=_group(name), collection=root, permission=permission)
