"""The menu of approvals and credit. Each module of `admin` that has a page of its own names its line in PAGES."""

from typing import NamedTuple

from django.http import HttpRequest
from django.urls import reverse_lazy
from wagtail.admin.menu import MenuItem
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from accreditation.admin.approvals import ApprovalBodyViewSet, CourseApprovalViewSet, ProviderApprovalViewSet
from accreditation.admin.evaluations import EvaluationQuestionViewSet
from accreditation.admin.report_formats import ReportFormatViewSet
from accreditation.admin.rules import (
    JurisdictionViewSet,
    LicenseFormatViewSet,
    ProfessionViewSet,
    RenewalRuleViewSet,
)
from accreditation.admin.scope import InstructorApprovalViewSet, TechniqueScopeRuleViewSet


class Line(NamedTuple):
    """A page of ours in the menu: its label, the name of its URL, an icon, and what one must be allowed to see it."""

    label: str
    name: str
    icon: str
    permission: str


PAGES: tuple[Line, ...] = (
    Line("Reports to boards", "reports", "upload", "accreditation.view_boardreport"),
    Line("Ended early", "lapsed", "warning", "accreditation.change_courseapproval"),
    Line("Credit awarded", "awards", "table", "accreditation.view_creditaward"),
    Line("Completed, no credit", "uncredited", "help", "accreditation.view_creditaward"),
    Line("Licenses", "licenses", "key", "accreditation.view_professionallicense"),
    Line("Attendance", "attendance", "group", "accreditation.view_attendance"),
    Line("CE calculator", "calculator", "time", "accreditation.view_courseapproval"),
)


class CreditItem(MenuItem):
    """For those who may see what is behind it."""

    def __init__(self, line: Line, order: int) -> None:
        super().__init__(
            line.label,
            reverse_lazy(f"credit:{line.name}"),
            name=f"credit-{line.name}",
            icon_name=line.icon,
            order=order,
        )
        self.permission = line.permission

    def is_shown(self, request: HttpRequest) -> bool:
        """One permission a page."""
        return bool(request.user.has_perm(self.permission))


class AccreditationGroup(SnippetViewSetGroup):
    """One menu for boards, approvals and credit."""

    menu_label = "Credit"
    menu_icon = "tick-inverse"
    menu_order = 330
    items = (
        CourseApprovalViewSet,
        ProviderApprovalViewSet,
        ApprovalBodyViewSet,
        RenewalRuleViewSet,
        JurisdictionViewSet,
        ProfessionViewSet,
        LicenseFormatViewSet,
        ReportFormatViewSet,
        TechniqueScopeRuleViewSet,
        InstructorApprovalViewSet,
        EvaluationQuestionViewSet,
    )

    def get_submenu_items(self) -> list[MenuItem]:
        """The pages of ours first: what waits for a person is there."""
        pages = [CreditItem(line, order) for order, line in enumerate(PAGES)]
        return [*pages, *super().get_submenu_items()]
