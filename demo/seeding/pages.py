"""The page tree: home, help, catalogue, courses. Everything is published through the gates, as an editor would."""

import uuid
from collections.abc import Callable
from typing import Any

from django.utils.text import slugify
from markdown_it import MarkdownIt
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.models import Page, Site

from accounts.models import User
from courses.blocks import PROSE
from courses.models import CourseIndexPage, CoursePage, LessonPage, ModulePage, Technique, Topic
from courses.services import assign_instructor
from demo.reading import Course, Lesson, Module
from evidence.models import Claim, Contraindication, GlossaryTerm, Reference
from home.models import HomePage, StandardPage
from library.models import Figure
from quizzes.services import build_quiz

MARKDOWN = MarkdownIt("commonmark", {"html": False})
EDITOR = ContentstateConverter(features=PROSE)
NAMESPACE = uuid.UUID("6f1bb4f2-4d63-5b0e-9a5e-2a1c3b9e7d10")


class Register:
    """Rows of the register by key, read once."""

    def __init__(self) -> None:
        self.claims = dict(Claim.objects.values_list("key", "pk"))
        self.terms = dict(GlossaryTerm.objects.values_list("key", "pk"))
        self.signs = dict(Contraindication.objects.values_list("key", "pk"))
        self.figures = dict(Figure.objects.values_list("slug", "pk"))
        self.references = {one.key: one for one in Reference.objects.all()}
        self.techniques = {one.slug: one for one in Technique.objects.all()}


def html(markdown: str) -> str:
    """Rich text from Markdown, without raw HTML, as the editor stores it: opening and saving it changes nothing."""
    rendered = str(MARKDOWN.render(markdown.strip())).strip()
    return str(EDITOR.to_database_format(EDITOR.from_database_format(rendered)))


def place(parent: Page, model: type[Page], values: dict[str, Any]) -> Any:
    """A new draft page below its parent, which is read afresh because treebeard counts children on the instance."""
    return type(parent).objects.get(pk=parent.pk).add_child(instance=model(live=False, **values))


def publish(page: Page, user: User | None = None) -> None:
    """Through the gate; a refusal stops the seeding with its reasons."""
    page.save_revision(user=user).publish(user=user, skip_permission_checks=True)


def seed_home(figure_slug: str = "hero-rest") -> HomePage:
    """The site's root becomes our home page."""
    home = HomePage.objects.first()
    if home is None:
        root = Page.objects.get(depth=1)
        home = root.add_child(
            instance=HomePage(
                title="Stillpoint",
                slug="stillpoint",
                intro=html(
                    "Continuing education in craniosacral work for bodyworkers: careful touch, clear limits, "
                    "and the evidence beside every statement."
                ),
                body=html(
                    "## How it works\n\nRead a free lesson. Enroll when it fits. Study at your own pace, "
                    "pass the quizzes, and download a certificate that anyone can check.\n\n"
                    "## What we do not do\n\nWe promise no cure and license no hands. "
                    "Where studies disagree, the page says so."
                ),
                figure=Figure.objects.filter(slug=figure_slug).first(),
            )
        )
        home.save_revision().publish()
        site = Site.objects.get(is_default_site=True)
        old = site.root_page
        site.root_page, site.site_name = home, "Stillpoint"
        site.save()
        if old.slug == "home" and old.depth == 2:
            old.specific.delete()
    return HomePage.objects.get(pk=home.pk)


def seed_help(home: HomePage, pages: list[dict[str, Any]]) -> None:
    """Help pages from help.toml; the first one is the parent of the others. What exists is left as it is."""
    top: Page = home
    for number, row in enumerate(pages):
        page = StandardPage.objects.child_of(top).filter(slug=row["slug"]).first()
        if page is None:
            values = {"slug": row["slug"], "title": row["title"], "summary": row["summary"], "body": html(row["body"])}
            page = place(top, StandardPage, values)
            publish(page)
        if number == 0:
            top = page


def seed_course(
    index: CourseIndexPage, course: Course, instructor: User, register: Register, step: Callable[[str], None]
) -> CoursePage:
    """One course with its modules, lessons and quizzes, published from the leaves up; the course page comes last.

    A course that is there and live is left as it is, so an editor's work survives a second seeding.
    """
    meta = course.meta
    page = CoursePage.objects.child_of(index).filter(slug=meta["slug"]).first()
    if page and page.live:
        return page
    if page is None:
        page = place(index, CoursePage, {"slug": meta["slug"], **_course_values(meta, register)})
    page.topics = [_topic(name) for name in meta.get("topics", [])]
    page.save()
    assign_instructor(course=page, user=instructor)
    modules: dict[str, ModulePage] = {}
    for module in course.modules:
        step(module.meta["title"])
        modules[module.meta["slug"]] = _seed_module(page, module, modules, instructor, register)
    return CoursePage.objects.get(pk=page.pk)  # published as it was, it would forget that it has modules


def _course_values(meta: dict[str, Any], register: Register) -> dict[str, Any]:
    return {
        "title": meta["title"],
        "tagline": meta["tagline"],
        "intro": html(meta["intro"]),
        "level": meta["level"],
        "format": meta["format"],
        "objectives": [{"type": "objective", "value": text} for text in meta["objectives"]],
        "audience": html(meta["audience"]),
        "prerequisites_text": html(meta["prerequisites_text"]),
        "time_needed": meta["time_needed"],
        "safety_notice": html(meta["safety_notice"]),
        "faq": [
            {
                "type": "faq",
                "value": {
                    "question": row["question"],
                    "answer": html(row["answer"]),
                    "claim": register.claims.get(row.get("claim", "")),
                },
            }
            for row in meta.get("faq", [])
        ],
        "figure_id": register.figures.get(meta.get("figure", "")),
        "promises_certificate": True,
    }


def _topic(name: str) -> Topic:
    return Topic.objects.get_or_create(slug=slugify(name), defaults={"name": name.capitalize()})[0]


def _seed_module(
    course: CoursePage, module: Module, before: dict[str, ModulePage], instructor: User, register: Register
) -> ModulePage:
    meta = module.meta
    page = ModulePage.objects.child_of(course).filter(slug=meta["slug"]).first() or place(
        course,
        ModulePage,
        {
            "slug": meta["slug"],
            "title": meta["title"],
            "summary": meta["summary"][:250],
            "objectives": [{"type": "objective", "value": text} for text in meta["objectives"]],
            "requires_module": before.get(meta.get("locked_until", "")),
        },
    )
    publish(page, instructor)
    for lesson in module.lessons:
        if not LessonPage.objects.child_of(page).filter(slug=lesson.meta["slug"], live=True).exists():
            _seed_lesson(page, lesson, instructor, register)
    for quiz in module.quizzes:
        build_quiz(module=ModulePage.objects.get(pk=page.pk), spec=quiz, user=instructor)
    return ModulePage.objects.get(pk=page.pk)


def _seed_lesson(module: ModulePage, lesson: Lesson, instructor: User, register: Register) -> None:
    meta = lesson.meta
    blocks = [
        _block(kind, value, f"{meta['slug']}/{number}", register) for number, (kind, value) in enumerate(lesson.blocks)
    ]
    page = LessonPage.objects.child_of(module).filter(slug=meta["slug"]).first() or place(
        module,
        LessonPage,
        {
            "slug": meta["slug"],
            "title": meta["title"],
            "summary": meta["summary"][:250],
            "minutes": meta["minutes"],
            "free_preview": meta.get("free_preview", False),
            "objectives": [{"type": "objective", "value": text} for text in meta["objectives"]],
            "body": blocks,
        },
    )
    page.references = [register.references[key] for key in meta.get("references", [])]
    page.techniques = [register.techniques[slug] for slug in meta.get("techniques", [])]
    page.save()
    publish(page, instructor)


def _block(kind: str, value: Any, name: str, register: Register) -> dict[str, Any]:
    """One StreamField block with a lasting id, so that seeding again changes nothing."""
    return {"type": kind, "id": str(uuid.uuid5(NAMESPACE, name)), "value": BLOCKS[kind](value, register)}


def _items(values: list[Any]) -> list[dict[str, Any]]:
    return [
        {"type": "item", "id": str(uuid.uuid5(NAMESPACE, f"item/{number}/{value}")), "value": value}
        for number, value in enumerate(values)
    ]


BLOCKS: dict[str, Any] = {
    "prose": lambda value, register: html(value),
    "figure": lambda value, register: {
        "figure": register.figures[value["slug"]],
        "image": None,
        "alt": "",
        "caption": value.get("caption", ""),
        "credit": "",
    },
    "technique": lambda value, register: {**value, "stop_signs": _items(value["stop_signs"])},
    "evidence": lambda value, register: {"claim": register.claims[value["claim"]]},
    "contraindication": lambda value, register: {
        "heading": value["heading"],
        "severity": value["severity"],
        "items": _items([register.signs[key] for key in value["keys"]]),
        "note": value.get("note", ""),
    },
    "glossary": lambda value, register: {"term": register.terms[value["term"]]},
    "reflection": lambda value, register: {"prompt": value["prompt"]},
    "critical_reading": lambda value, register: {
        "quote": value["quote"],
        "source": value["source"],
        "why": html(value["why"]),
    },
}
