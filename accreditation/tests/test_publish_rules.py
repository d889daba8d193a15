"""What must not be published about credit: CEU, approvals typed by hand, hours and titles that no board approved."""

import pytest

from accreditation.models import ApprovalBody, CourseApproval
from accreditation.rules.announcing import announcements
from accreditation.services.publishing import credit_problems
from accreditation.tests.factories import make_approval, make_body
from core.publishing import PublishRefused, publish_problems
from courses.models import CoursePage, LessonPage

BY_HAND = (
    "is typed by hand. Take it out: the course page shows the board's own sentence by itself, "
    "as long as the approval holds."
)


@pytest.fixture
def board(db):
    return ApprovalBody.objects.create(code="ncbtmb", name="National Board (Massage)", short_name="NCBTMB")


def lesson_with(course, *blocks):
    lesson = LessonPage.objects.descendant_of(course).first()
    lesson.body = list(blocks)
    return lesson


def prose(text):
    return {"type": "prose", "value": f"<p>{text}</p>"}


def test_a_course_without_claims_of_credit_has_no_problem(course):
    assert credit_problems(course) == []


@pytest.mark.parametrize(
    ("field", "where", "text"),
    [
        ("title", "Title", "Six CEUs of rest"),
        ("intro", "What it is", "<p>Worth <b>6 CEU</b>.</p>"),
    ],
)
def test_ceu_is_refused_wherever_it_stands(course, field, where, text):
    setattr(course, field, text)
    word = "CEUs" if "CEUs" in text else "CEU"
    assert credit_problems(course) == [
        f"{where}: “{word}”. Write CE hours: elsewhere ten hours are one CEU, and boards refuse the word."
    ]


def test_ceu_in_a_lesson_is_refused_and_in_a_quotation_that_is_taken_apart_it_is_not(course):
    quoted = {"type": "critical_reading", "value": {"claim": "Earn 6 CEU while you sleep.", "why": "<p>No.</p>"}}
    assert credit_problems(lesson_with(course, quoted)) == []
    assert len(credit_problems(lesson_with(course, quoted, prose("6 CEU")))) == 1


NAMES = ["NCBTMB", "National Board (Massage)"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("An NCBTMB-approved course", ["NCBTMB-approved"]),
        ("ncbtmb approved", ["ncbtmb approved"]),
        ("Approved by the NCBTMB.", ["Approved by the NCBTMB"]),
        ("accredited by National  Board (Massage) for six hours", ["accredited by National  Board (Massage)"]),
        ("The NCBTMB has approved this course", ["NCBTMB has approved"]),
        ("Ask the NCBTMB. Approved touch is light.", []),
        ("Not affiliated with, approved by or endorsed by the Upledger Institute.", []),
        ("Approved by your own board, not by XNCBTMB.", []),
    ],
)
def test_an_approval_that_is_announced_by_hand_is_found(text, words):
    assert list(announcements(text, boards=NAMES)) == words


@pytest.mark.parametrize("name", ["Board (of", "[a-z]+", "A+B", "\\"])
def test_a_boards_name_is_data(name):
    assert list(announcements(f"{name} approved, and aaa approved", boards=[name])) == [f"{name} approved"]


@pytest.mark.usefixtures("board")
def test_an_approval_is_not_announced_by_hand(course):
    course.tagline = "Approved by the NCBTMB."
    assert credit_problems(course) == [f"Tagline: “Approved by the NCBTMB” {BY_HAND}"]


def test_hours_that_do_not_add_up_and_what_to_do(course):
    make_approval(course)
    CourseApproval.objects.update(hours_as_approved=5)
    number = CourseApproval.objects.get().number
    assert credit_problems(course) == [
        f"The credit lines of {number} come to 6 hours and Example Board board approved 5: correct the lines."
    ]


class TestTitle:
    """A course goes by the title that was approved."""

    SAID = (
        "Example Board board approved “Resting hands” and the course is called “Deep hands”: give it the approved "
        "title again, or ask the board and enter a new approval."
    )

    @pytest.fixture(autouse=True)
    def renamed(self, course):
        make_approval(course)
        course.title = "Deep hands"

    def test_another_title_is_refused_with_what_to_do(self, course):
        assert credit_problems(course) == [self.SAID]

    def test_the_gates_of_publishing_ask(self, course):
        assert self.SAID in publish_problems(course)
        with pytest.raises(PublishRefused, match="Deep hands"):
            course.save_revision().publish()

    @pytest.mark.parametrize("status", ["revoked", "submitted"])
    def test_an_approval_that_gives_no_credit_binds_no_title(self, course, status):
        CourseApproval.objects.update(status=status)
        assert credit_problems(course) == []

    def test_a_new_approval_that_is_only_applied_for_is_enough(self, course):
        make_approval(course, number="C-2", title_as_approved="Deep hands (Home Study)", status="submitted")
        assert credit_problems(course) == []

    def test_a_board_that_asks_for_no_exact_title(self, course):
        ApprovalBody.objects.update(requires_exact_title=False)
        assert credit_problems(course) == []

    def test_each_board_is_asked(self, course):
        make_approval(course, make_body("second"), title_as_approved="Deep hands")
        assert credit_problems(course) == [self.SAID]


def test_asking_costs_the_same_for_any_number_of_approvals(course, django_assert_num_queries):
    for number in range(2):
        make_approval(course, make_body(f"b{number}"))
    lesson = lesson_with(course, prose("Rest."))
    with django_assert_num_queries(3):
        credit_problems(CoursePage(pk=course.pk, title=course.title))
    with django_assert_num_queries(1):
        credit_problems(lesson)
