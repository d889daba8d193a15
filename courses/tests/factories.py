"""Small courses for tests, made the way the product makes them: pages that are published."""

from itertools import count
from typing import Any

from django.utils.text import slugify
from wagtail.models import Page, Site

from accounts.models import User
from courses.models import CourseIndexPage, CoursePage, LessonPage, ModulePage
from courses.services import assign_instructor

_numbers = count(1)


def make_user(email: str = "", **fields: Any) -> User:
    """A person with a password ("still-point-demo") and a verified e-mail address."""
    from allauth.account.models import EmailAddress  # noqa: PLC0415 - apps must be loaded

    user = User.objects.create_user(email or f"person{next(_numbers)}@example.com", "still-point-demo", **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_index() -> CourseIndexPage:
    """The catalogue below the site's root page."""
    existing = CourseIndexPage.objects.first()
    if existing:
        return existing
    root = Site.objects.get(is_default_site=True).root_page
    index: CourseIndexPage = root.add_child(instance=CourseIndexPage(title="Courses", slug="courses"))
    return CourseIndexPage.objects.get(pk=index.pk)


def publish(page: Page) -> Any:
    """Save a revision and publish it; the fresh page."""
    page.save_revision().publish()
    return type(page).objects.get(pk=page.pk)


def make_course(
    title: str = "", *, instructor: User | None = None, lessons: int = 2, modules: int = 1, **fields: Any
) -> CoursePage:
    """A published course with modules of lessons. It promises no certificate unless told to, because it has no quiz."""
    title = title or f"Course {next(_numbers)}"
    fields.setdefault("promises_certificate", False)
    fields.setdefault("safety_notice", "<p>This course licenses nobody. Stop when the client says stop.</p>")
    index = make_index()
    course = index.add_child(instance=CoursePage(title=title, slug=slugify(title), live=False, **fields))
    for number in range(modules):
        module = make_module(course, f"Module {number + 1}")
        for lesson in range(lessons):
            make_lesson(module, f"Lesson {number + 1}.{lesson + 1}")
    course = publish(CoursePage.objects.get(pk=course.pk))
    if instructor:
        assign_instructor(course=course, user=instructor)
    return course


def make_module(course: CoursePage, title: str = "Module", **fields: Any) -> ModulePage:
    """A published module at the end of the course."""
    module = CoursePage.objects.get(pk=course.pk).add_child(
        instance=ModulePage(title=title, slug=slugify(title.replace(".", "-")), live=False, **fields)
    )
    return publish(ModulePage.objects.get(pk=module.pk))


def make_lesson(
    module: ModulePage, title: str = "Lesson", *, text: str = "Rest your hands, and wait.", **fields: Any
) -> LessonPage:
    """A published lesson at the end of the module."""
    lesson = ModulePage.objects.get(pk=module.pk).add_child(
        instance=LessonPage(
            title=title,
            slug=slugify(title.replace(".", "-")),
            live=False,
            body=[{"type": "prose", "value": f"<p>{text}</p>"}],
            **fields,
        )
    )
    return publish(LessonPage.objects.get(pk=lesson.pk))
