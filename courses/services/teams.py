"""Who may edit a course: instructors work through a group and a collection of their course, in Wagtail's own terms."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.text import slugify
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission

from accounts.models import User
from accounts.services import settle_back_office
from courses.models import CourseIndexPage, CourseInstructor, CoursePage, CourseTeam

PAGE_ACTIONS = ("add", "change", "publish")
COLLECTION_PERMISSIONS = tuple(
    (app_label, f"{action}_{model}")  # Wagtail keeps the permissions of custom models at its own ones
    for app_label, model in (("wagtailimages", "image"), ("wagtaildocs", "document"), ("wagtailmedia", "media"))
    for action in ("add", "change", "choose")
)


@transaction.atomic
def assign_instructor(*, course: CoursePage, user: User) -> CourseInstructor:
    """Let this person teach and edit this course; twice is once."""
    row, _ = CourseInstructor.objects.get_or_create(course=course, user=user)
    user.groups.add(course_team(course=course).group, instructors_group())
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    return row


@transaction.atomic
def remove_instructor(*, course: CoursePage, user: User) -> None:
    """This person no longer teaches this course, and can no longer edit it; twice is once.

    The role goes with the last course: somebody without courses keeps the back office only for another role.
    """
    CourseInstructor.objects.filter(course=course, user=user).delete()
    user.groups.remove(course_team(course=course).group)
    if not user.teaches.exists():
        user.groups.remove(instructors_group())
        settle_back_office(user=user)


@transaction.atomic
def course_team(*, course: CoursePage) -> CourseTeam:
    """The group and collection of a course, made at first use."""
    team = CourseTeam.objects.filter(course=course).first()
    if team:
        return team
    group, _ = Group.objects.get_or_create(name=f"Team of course {course.pk}")
    collection = Collection.get_first_root_node().add_child(name=f"Course: {course.title}"[:255])
    for action in PAGE_ACTIONS:
        GroupPagePermission.objects.get_or_create(
            group=group,
            page=course.page_ptr,
            permission=Permission.objects.get(content_type__app_label="wagtailcore", codename=f"{action}_page"),
        )
    for app_label, codename in COLLECTION_PERMISSIONS:
        permission = Permission.objects.filter(content_type__app_label=app_label, codename=codename).first()
        if permission:
            GroupCollectionPermission.objects.get_or_create(group=group, collection=collection, permission=permission)
    return CourseTeam.objects.create(course=course, group=group, collection=collection)


def instructors_group() -> Group:
    """The role that may open the back office and work in banks; which pages follows from the course teams."""
    group, _ = Group.objects.get_or_create(name="Instructors")
    return group


@transaction.atomic
def create_course(*, index: CourseIndexPage, title: str, instructor: User) -> CoursePage:
    """A new course as a draft, its author on its team: instructors hold no right on the catalogue itself."""
    taken = set(index.get_children().values_list("slug", flat=True))
    base = slug = slugify(title)[:200] or "course"
    number = 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    course: CoursePage = index.add_child(instance=CoursePage(title=title, slug=slug, live=False, owner=instructor))
    course.save_revision(user=instructor)
    assign_instructor(course=course, user=instructor)
    return course
