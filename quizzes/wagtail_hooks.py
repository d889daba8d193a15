"""Questions in the back office, and why a quiz must not be published yet."""

from wagtail import hooks
from wagtail.models import Page
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from quizzes.admin import BankPermissionPolicy, QuestionGroup
from quizzes.models import Question, QuestionBank
from quizzes.services import quiz_problems

register_permission_policy(Question, BankPermissionPolicy(Question))
register_permission_policy(QuestionBank, BankPermissionPolicy(QuestionBank))
register_snippet(QuestionGroup)


@hooks.register("publish_problems")
def quiz_can_be_taken(page: Page) -> list[str]:
    """Seam 5 of DESIGN.md: asked at every way to publish."""
    return quiz_problems(page)
