"""Boards, approvals, licenses, the ledger of credit and its reports. CE hours come only from here (DESIGN.md "Credit").

Every rule row is data with a source: `Sourced` says where the rule stands, how old the text was, and who has read the
live page when.
"""

from accreditation.models.approvals import Approval, CourseApproval, CreditLine, ProviderApproval
from accreditation.models.boards import ApprovalBody, BodyTerm, CreditStatement, ReportFormat
from accreditation.models.evaluations import CourseEvaluation, EvaluationCount, EvaluationGiven, EvaluationQuestion
from accreditation.models.ledger import AWARD_ROWS, Attendance, CreditAward, ExternalCredit
from accreditation.models.licenses import ClaimAnswer, LicenseClaim, LicenseEndorsement, ProfessionalLicense
from accreditation.models.places import Jurisdiction, LicenseFormat, Profession
from accreditation.models.renewal import RenewalBucket, RenewalRule
from accreditation.models.reports import (
    REPORT_ROW_ROWS,
    REPORT_ROWS,
    BoardReport,
    BoardReportRow,
    ReportEvent,
    ReportTask,
)
from accreditation.models.scope import InstructorApproval, TechniqueScopeRule
from accreditation.models.settings import CreditSettings

FROZEN_ROWS = (AWARD_ROWS, REPORT_ROWS, REPORT_ROW_ROWS)

__all__ = [
    "FROZEN_ROWS",
    "Approval",
    "ApprovalBody",
    "Attendance",
    "BoardReport",
    "BoardReportRow",
    "BodyTerm",
    "ClaimAnswer",
    "CourseApproval",
    "CourseEvaluation",
    "CreditAward",
    "CreditLine",
    "CreditSettings",
    "CreditStatement",
    "EvaluationCount",
    "EvaluationGiven",
    "EvaluationQuestion",
    "ExternalCredit",
    "InstructorApproval",
    "Jurisdiction",
    "LicenseClaim",
    "LicenseEndorsement",
    "LicenseFormat",
    "Profession",
    "ProfessionalLicense",
    "ProviderApproval",
    "RenewalBucket",
    "RenewalRule",
    "ReportEvent",
    "ReportFormat",
    "ReportTask",
    "TechniqueScopeRule",
]
