"""Who may pass which door. Every URL pattern stands in DOORS; a new one without an entry fails."""

import re
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.urls import URLPattern, get_resolver
from wagtail.models import Page, PageViewRestriction, Site

from core.access import can, visible
from courses.models import CoursePage
from courses.tests.factories import make_course, make_lesson, make_module, make_user, publish
from enrollments.models import Enrollment
from enrollments.services import complete_unit, enroll
from tests.people import PEOPLE, set_up_school

pytestmark = pytest.mark.django_db
UUID = "00000000-0000-4000-8000-000000000000"

# pattern -> (who, an address of nothing, what a visitor's GET of it gets, what a visitor's POST of it gets)
DOORS = {
    "healthz": ("anyone", "/healthz", 200, 405),
    "readyz": ("anyone", "/readyz", 200, 405),
    "robots.txt": ("anyone", "/robots.txt", 200, 200),
    "sitemap.xml": ("anyone: what a visitor may open", "/sitemap.xml", 200, 200),
    "count/": ("anyone; nothing is stored", "/count/", 200, 405),
    "search/": ("anyone: what the asker may open", "/search/", 200, 405),
    "policies/": ("anyone", "/policies/", 200, 405),
    "policies/<slug:kind>/": ("anyone", "/policies/nothing/", 404, 405),
    "my/": ("logged in: own", "/my/", "login", 405),
    "my/profile/": ("logged in: own", "/my/profile/", "login", "login"),
    "my/orders/": ("logged in: own", "/my/orders/", "login", 405),
    "my/credits/": ("logged in: own", "/my/credits/", "login", 405),
    "my/credits/external/": ("logged in: own", "/my/credits/external/", "login", "login"),
    "my/credits/external/<int:pk>/": ("owner", "/my/credits/external/999999/", "login", "login"),
    "my/credits/external/<int:pk>/remove/": ("owner", "/my/credits/external/999999/remove/", 405, "login"),
    "my/credits/external/<int:pk>/file/": ("owner", "/my/credits/external/999999/file/", "login", 405),
    "my/licenses/<int:pk>/renewal/": ("owner", "/my/licenses/999999/renewal/", "login", 405),
    "my/licenses/<int:pk>/renewal.ics": ("owner", "/my/licenses/999999/renewal.ics", "login", 405),
    "my/licenses/": ("logged in: own", "/my/licenses/", "login", "login"),
    "my/licenses/<int:pk>/": ("owner", "/my/licenses/999999/", "login", "login"),
    "my/licenses/<int:pk>/remove/": ("owner", "/my/licenses/999999/remove/", 405, "login"),
    "my/licenses/<int:pk>/evidence/": ("owner; staff", "/my/licenses/999999/evidence/", "login", 405),
    "my/licenses/<int:pk>/endorsements/": ("owner", "/my/licenses/999999/endorsements/", 405, "login"),
    "my/licenses/<int:pk>/endorsements/<int:endorsement>/remove/": (
        "owner",
        "/my/licenses/999999/endorsements/1/remove/",
        405,
        "login",
    ),
    "my/licenses/<int:pk>/endorsements/<int:endorsement>/evidence/": (
        "owner; staff",
        "/my/licenses/999999/endorsements/1/evidence/",
        "login",
        405,
    ),
    "my/credits/<int:enrollment>/claim/": ("learner", "/my/credits/999999/claim/", "login", "login"),
    "my/certificates/": ("logged in: own", "/my/certificates/", "login", "login"),
    "my/certificates/<str:serial>/correct/": (
        "holder",
        "/my/certificates/CST-2026-XXXXX-XXXXX-X/correct/",
        "login",
        "login",
    ),
    "my/certificates/<str:serial>/share/": (
        "holder",
        "/my/certificates/CST-2026-XXXXX-XXXXX-X/share/",
        405,
        "login",
    ),
    "certificates/<str:serial>.pdf": (
        "holder; anyone while the holder shares it",
        "/certificates/CST-2026-XXXXX-XXXXX-X.pdf",
        "login",
        405,
    ),
    "certificates/<str:serial>.json": ("the same", "/certificates/CST-2026-XXXXX-XXXXX-X.json", "login", 405),
    "certificates/<str:serial>.png": ("the same", "/certificates/CST-2026-XXXXX-XXXXX-X.png", "login", 405),
    "verify/": ("anyone, for ever; a POST brings a file", "/verify/", 200, 422),
    "verify/<str:serial>/": ("anyone, for ever; a POST brings a file", "/verify/CST-2026-XXXXX-XXXXX-X/", 404, 404),
    "verify/<str:serial>/doubt/": ("anyone", "/verify/CST-2026-XXXXX-XXXXX-X/doubt/", 405, 404),
    ".well-known/did.json": ("anyone", "/.well-known/did.json", 200, 405),
    "credentials/status/<int:n>": ("anyone", "/credentials/status/999999", 404, 405),
    "credentials/badge/<slug:name>.png": ("anyone", "/credentials/badge/nothing.png", 404, 405),
    "my/transcript/": ("logged in: own", "/my/transcript/", "login", 405),
    "my/transcript/pdf/": ("logged in: own", "/my/transcript/pdf/", 405, "login"),
    "my/transcript/share/": ("logged in: own", "/my/transcript/share/", 405, "login"),
    "my/transcript/<slug:serial>.pdf": ("holder", "/my/transcript/CST-2026-XXXXX-XXXXX-X.pdf", "login", 405),
    "share/<slug:token>/": ("who has the link, while it is on", "/share/nothing/", 404, 405),
    "share/<slug:token>/transcript.pdf": ("the same", "/share/nothing/transcript.pdf", 404, 405),
    "courses/<slug:slug>/evaluation/": (
        "enrolled",
        "/courses/nothing/evaluation/",
        "login at course",
        "login at course",
    ),
    "enroll/<slug:slug>/": ("logged in: published courses", "/enroll/nothing/", 405, "login at course"),
    "orders/<uuid:uuid>/": ("buyer", f"/orders/{UUID}/", "login", 405),
    "orders/<uuid:uuid>/return/": ("buyer", f"/orders/{UUID}/return/", "login", 405),
    "orders/<uuid:uuid>/billing/": ("buyer", f"/orders/{UUID}/billing/", "login", "login"),
    "orders/<uuid:uuid>/receipt.pdf": ("buyer; staff who see orders", f"/orders/{UUID}/receipt.pdf", "login", 405),
    "orders/<uuid:uuid>/refund/": ("buyer", f"/orders/{UUID}/refund/", "login", "login"),
    "orders/<uuid:uuid>/seats/<int:number>/": ("buyer", f"/orders/{UUID}/seats/1/", "login", "login"),
    "claim/<str:token>/": ("logged in: who has the link", "/claim/nothing/", "login", "login"),
    "stripe/webhook/": ("Stripe, by signature", "/stripe/webhook/", 405, 400),
    "quizzes/<int:page_id>/start/": ("enrolled", "/quizzes/999999/start/", "login", "login"),
    "attempts/<uuid:uuid>/": ("owner", f"/attempts/{UUID}/", "login", "login"),
    "attempts/<uuid:uuid>/save/": ("owner", f"/attempts/{UUID}/save/", "login", "login"),
    "attempts/<uuid:uuid>/submit/": ("owner", f"/attempts/{UUID}/submit/", "login", "login"),
    "attempts/<uuid:uuid>/check/": ("owner", f"/attempts/{UUID}/check/", "login", "login"),
    "attempts/<uuid:uuid>/log/": ("owner", f"/attempts/{UUID}/log/", "login", "login"),
    "my/safety/": ("logged in: own", "/my/safety/", "login", "login"),
    "my/safety/<int:pk>/": ("logged in: own", "/my/safety/999999/", "login", "login"),
    "my/safety/answers/<int:pk>/": ("logged in: own", "/my/safety/answers/999999/", "login", "login"),
    "attempts/<uuid:uuid>/review/": ("owner", f"/attempts/{UUID}/review/", "login", "login"),
    "questions/pictures/<int:picture_id>/": ("by can()", "/questions/pictures/999999/", 404, 405),
    "questions/recordings/<int:pk>/<slug:part>/": ("by can()", "/questions/recordings/999999/file/", 404, 405),
    "practice/<int:lesson_id>/<int:question_id>/": ("readers of the lesson", "/practice/999999/999999/", 404, 404),
    "units/<int:page_id>/complete/": ("enrolled, unit open", "/units/999999/complete/", 405, "login"),
    "documents/<int:document_id>/<str:document_filename>": ("by can()", "/documents/999999/a.pdf", 404, 405),
    "media/<int:media_id>/<str:name>": ("by can()", "/media/999999/a.mp3", 404, 405),
    "images/<int:image_id>/<str:filter_spec>/<str:name>": ("by can()", "/images/999999/width-20/a.png", 404, 405),
    "admin/login/": ("nobody: leads to allauth", "/admin/login/", "login", "login"),
    r"^((?:[\w\-]+/)*)$": ("by can(): the page tree", "/nothing/", 404, 404),
    "_util/login/": ("anyone: leads to allauth", "/_util/login/", "login", "login"),
    "_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/": (
        "nobody: pages have no shared password",
        "/_util/authenticate_with_password/999999/999999/",
        404,
        404,
    ),
}
GROUPS = {
    "accounts/": "allauth: anyone; its own rules",
    "admin/": "staff roles: Wagtail; a visitor is led to the login",
}


def patterns(resolver=None, before="") -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        path = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield path
        else:
            yield from patterns(entry, path)


def test_every_url_pattern_stands_in_the_table():
    ours = {path for path in patterns() if path in DOORS or not path.startswith(tuple(GROUPS))}
    assert sorted(ours) == sorted(DOORS)


def outcome(response):
    """A status, or where a redirect leads: to the login, to the course page, or to an address."""
    if response.status_code not in (301, 302, 303):
        return response.status_code
    target = response["Location"]
    if target.startswith("/accounts/login/"):
        wish = re.search(r"next=/courses/", target)
        return "login at course" if wish else "login"
    return "course" if target == "/courses/resting-hands/" else target


@pytest.fixture(autouse=True)
def _fresh_limits(db):
    cache.clear()


@pytest.mark.parametrize(("path", "get", "post"), [door[1:] for door in DOORS.values()], ids=list(DOORS))
def test_what_a_visitor_finds_at_each_door(client, path, get, post):
    assert (outcome(client.get(path)), outcome(client.post(path))) == (get, post)


# -- Wagtail's back office ------------------------------------------------------------------------------------------
OPEN_IN_THE_BACK_OFFICE = {
    "/admin/login/": "leads to allauth",
    "/admin/jsi18n/": "words for scripts",
    "/admin/sprite/": "icons",
    "/admin/logout/": "logs out by POST",
}


def example(pattern):
    """An address that fits the pattern: numbers are 1, words are x."""
    path = re.sub(r"<int:[^>]*>", "1", pattern)
    path = re.sub(r"<uuid:[^>]*>", UUID, path)
    path = re.sub(r"<[^>]*>", "x", re.sub(r"\(\?P<[^>]*>[^)]*\)", "1", path))
    return "/" + re.sub(r"[\^$\\?]", "", path)


@pytest.mark.parametrize("who", ["visitor", "stranger"])
def test_nothing_of_the_back_office_opens_without_a_role(client, stranger, who):
    if who == "stranger":
        client.force_login(stranger)
    opened = {}
    for path in {example(pattern) for pattern in patterns() if pattern.startswith("admin/")}:
        for method in (client.get, client.post):
            answer = method(path)
            led_away = answer.status_code == 302 and answer["Location"].startswith(
                ("/accounts/login/", "/admin/login/")
            )
            if not led_away and answer.status_code not in (403, 404, 405):
                opened[path] = answer.status_code
    assert set(opened) - set(OPEN_IN_THE_BACK_OFFICE) == set()


def test_there_is_no_second_login_form(client, learner):
    for path in ("/admin/login/", "/admin/password_reset/", "/django-admin/", "/_util/login/"):
        answer = client.post(path, {"username": learner.email, "password": "still-point-demo"})
        assert (path, "_auth_user_id" in client.session) == (path, False)
        assert answer.status_code in (302, 404)


# -- people x doors -------------------------------------------------------------------------------------------------
ALL_200 = dict.fromkeys(PEOPLE, 200)
ALL_404 = dict.fromkeys(PEOPLE, 404)
STUDY = {
    "visitor": "course",
    "stranger": "course",
    "learner": 200,
    "held": "course",
    "past": "course",
    "instructor": 200,
    "other": "course",
    "operator": 200,
}
LATER = {**STUDY, "learner": "course"}
COMPLETE = {"visitor": "login", **dict.fromkeys(PEOPLE[1:], 404)}
OWN = {"visitor": "login", **dict.fromkeys(PEOPLE[1:], 200)}


def closed(table):
    """Files have no course page to lead to."""
    return {who: 404 if what == "course" else what for who, what in table.items()}


def door_table(school):
    lessons, handouts = school.lessons, school.handouts
    picture = school.picture.get_rendition("width-1080").url
    return [
        ("course page", "get", "/courses/resting-hands/", ALL_200),
        ("catalogue", "get", "/courses/", ALL_200),
        ("free lesson", "get", lessons["free"].get_url(), ALL_200),
        ("open lesson", "get", lessons["open"].get_url(), STUDY),
        ("locked lesson", "get", lessons["locked"].get_url(), LATER),
        ("draft lesson", "get", "/courses/resting-hands/first/draft-lesson/", ALL_404),
        ("lesson of a module taken down", "get", "/courses/resting-hands/gone/gone-lesson/", ALL_404),
        (
            "complete the free lesson",
            "post",
            f"/units/{lessons['free'].pk}/complete/",
            {**COMPLETE, "learner": lessons["open"].get_url()},
        ),
        ("complete the locked lesson", "post", f"/units/{lessons['locked'].pk}/complete/", COMPLETE),
        ("complete a draft", "post", f"/units/{lessons['draft'].pk}/complete/", COMPLETE),
        ("complete in a module taken down", "post", f"/units/{lessons['gone'].pk}/complete/", COMPLETE),
        ("complete a course page", "post", f"/units/{school.course.pk}/complete/", COMPLETE),
        ("complete by following a link", "get", f"/units/{lessons['open'].pk}/complete/", dict.fromkeys(PEOPLE, 405)),
        ("handout of the free lesson", "get", handouts["free"].url, ALL_200),
        ("handout of the open lesson", "get", handouts["open"].url, closed(STUDY)),
        ("handout of the locked lesson", "get", handouts["locked"].url, closed(LATER)),
        ("handout of a draft", "get", handouts["draft"].url, {**ALL_404, "operator": 200}),
        ("handout of no page", "get", handouts["unused"].url, {**ALL_404, "operator": 200}),
        ("handout of the team", "get", handouts["team"].url, {**ALL_404, "operator": 200, "instructor": 200}),
        ("recording", "get", school.recording.url, closed(STUDY)),
        ("captions", "get", school.recording.captions_url, closed(STUDY)),
        ("picture", "get", picture, closed(STUDY)),
        ("desk", "get", "/my/", OWN),
        ("profile", "get", "/my/profile/", OWN),
        ("orders", "get", "/my/orders/", OWN),
        ("certificates", "get", "/my/certificates/", OWN),
        ("transcript", "get", "/my/transcript/", OWN),
    ]


@pytest.mark.parametrize("who", PEOPLE)
def test_people_and_doors(client, who):
    school = set_up_school()
    if who != "visitor":
        client.force_login(school.users[who])
    found = {name: outcome(getattr(client, method)(path)) for name, method, path, _ in door_table(school)}
    assert found == {name: table[who] for name, _, _, table in door_table(school)}


@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_edit_and_preview_pages_of_a_course(client, who):
    """Somebody without the right is led away by Wagtail: to the login, or to the back office's first page."""
    school = set_up_school()
    if who != "visitor":
        client.force_login(school.users[who])
    page = school.lessons["open"].pk
    revision = school.lessons["open"].latest_revision_id
    doors = [
        f"/admin/pages/{page}/edit/",
        f"/admin/pages/{page}/history/",
        f"/admin/pages/{page}/view_draft/",
        f"/admin/pages/{page}/revisions/{revision}/view/",
        f"/admin/pages/{page}/revisions/compare/earliest...latest/",
    ]
    may = who in ("instructor", "operator")
    assert [(path, client.get(path).status_code == 200) for path in doors] == [(path, may) for path in doors]


SEES = {
    "visitor": ["Free lesson"],
    "stranger": ["Free lesson"],
    "learner": ["Free lesson", "Open lesson"],
    "held": ["Free lesson"],
    "past": ["Free lesson"],
    "instructor": ["Free lesson", "Locked lesson", "Open lesson"],
    "other": ["Free lesson"],
    "operator": ["Free lesson", "Locked lesson", "Open lesson"],
}


@pytest.mark.parametrize("who", PEOPLE)
def test_search_finds_what_the_asker_may_open_and_names_nothing_else(client, who, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        school = set_up_school()
    if who != "visitor":
        client.force_login(school.users[who])
    page = client.get("/search/?q=Kingfisher").content.decode()
    assert sorted(re.findall(r"\w+ lesson(?=</a>)", page)) == SEES[who]
    assert sorted(set(re.findall(r"(?:Free|Open|Locked|Draft|Gone) lesson", page))) == SEES[who]


def test_the_sitemap_lists_what_a_visitor_may_open_whoever_asks(client):
    school = set_up_school()
    listed = []
    for who in ("visitor", "operator"):
        if who == "operator":
            client.force_login(school.users[who])
        addresses = re.findall(r"<loc>https?://[^/]+([^<]*)</loc>", client.get("/sitemap.xml").content.decode())
        listed.append([path for path in addresses if path.startswith("/courses/")])
    assert listed[0] == [
        "/courses/",
        "/courses/resting-hands/",
        "/courses/resting-hands/first/free-lesson/",
        "/courses/elsewhere/",
    ]
    assert listed[1] == listed[0]


# -- one rule for one page and for many -----------------------------------------------------------------------------
def grow_every_kind_of_page():
    """Courses, modules and lessons live and drafted; modules locked; lessons free and not; restricted pages."""
    for course_live in (True, False):
        course = make_course(f"Course live {course_live}", lessons=1)
        first = course.get_children().first().specific
        for module_live in (True, False):
            for locked in (True, False):
                lock = first if locked else None
                module = make_module(course, f"Module {module_live} {locked}", requires_module=lock)
                for free in (True, False):
                    make_lesson(module, f"Live {free}", free_preview=free)
                    make_lesson(module, f"Draft {free}", free_preview=free).unpublish()
                if not module_live:
                    Page.objects.get(pk=module.pk).specific.unpublish()
        course = publish(CoursePage.objects.get(pk=course.pk))
        for who in ("learner", "further"):
            person = make_user(f"{who}-{course_live}@example.com")
            enrollment = enroll(user=person, course=course, source=Enrollment.Source.FREE)
            if who == "further":
                complete_unit(enrollment=enrollment, unit=first.get_children().first().specific)
        if not course_live:
            CoursePage.objects.get(pk=course.pk).unpublish()
    root = Site.objects.get(is_default_site=True).root_page
    private = root.add_child(instance=Page(title="Private", slug="private"))
    private.add_child(instance=Page(title="Below", slug="below"))
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)


def test_can_and_visible_say_the_same_of_every_person_and_page():
    school = set_up_school()
    grow_every_kind_of_page()
    people = {name: school.user(name) for name in PEOPLE}
    for enrollment in Enrollment.objects.select_related("user"):
        people[enrollment.user.email] = enrollment.user
    pages = list(Page.objects.order_by("path"))
    listed = {
        name: set(visible(user, "view", Page.objects.all()).values_list("pk", flat=True))
        for name, user in people.items()
    }
    allowed = {name: {page.pk for page in pages if can(user, "view", page.specific)} for name, user in people.items()}
    by_row = {name: {page.pk for page in pages if can(user, "view", page)} for name, user in people.items()}
    assert listed == allowed
    assert by_row == allowed
    sizes = {name: len(found) for name, found in allowed.items()}
    assert (
        sizes["visitor"]
        == sizes["stranger"]
        == sizes["held"]
        < sizes["learner"]
        < sizes["instructor"]
        < sizes["operator"]
        < len(pages)
    )
    assert sizes["learner-true@example.com"] < sizes["further-true@example.com"]
