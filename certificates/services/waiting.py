"""Why a certificate with a board's credit is not made yet: the board's rules, asked before the paper exists."""

from accreditation.models import CourseApproval
from accreditation.rules.problems import Problem
from accreditation.services.evaluations import evaluation_missing
from accreditation.services.linting import issue_problems
from certificates.models import CertificateRequest


def reasons_to_wait(request: CertificateRequest) -> list[Problem]:
    """What the learner or the staff must do first; none for a certificate by our own count (DOMAIN.md 2.6)."""
    if not request.credit_key:
        return []
    approval = CourseApproval.objects.select_related("provider_approval__body").get(uuid=request.credit_key)
    problems = issue_problems(enrollment=request.enrollment, approval=approval)
    if evaluation_missing(request.enrollment, approval):
        body = approval.provider_approval.body
        problems.append(Problem("evaluation", f"{body} wants you to evaluate the course first.", by="learner"))
    return problems


def in_words(problems: list[Problem]) -> str:
    """As it stands on the request: each reason once."""
    return " ".join(dict.fromkeys(one.text for one in problems))
