"""Questions in and out, in the back office: a report first, then one button that stores."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.menu import MenuItem

from accounts.requests import OwnRequest
from core.access import can
from core.validation import page_number
from quizzes.admin.interchange_forms import ExportForm, ImportForm
from quizzes.interchange.base import NotCarried, UnreadableFile, Written
from quizzes.interchange.formats import ENDINGS, LABELS
from quizzes.models import Question, QuestionImport
from quizzes.questions import BY_KIND
from quizzes.questions.html import inline
from quizzes.services.interchange import confirm_import, look_at_file
from quizzes.services.interchange_export import export_questions
from quizzes.services.interchange_reading import STATUSES

MAY_WRITE, MAY_PUBLISH, RUNS_THE_SCHOOL = (
    "quizzes.add_question",
    "quizzes.publish_question",
    "quizzes.change_questionbank",
)
PER_PAGE = 50
RECENT = 20
WORDS = {"imported": "Ready", "draft": "Draft", "unchanged": "Unchanged", "refused": "Not taken"}
STORED_WORDS = {**WORDS, "imported": "Imported"}


@dataclass(frozen=True)
class Row:
    """One question of a report, as it is shown."""

    number: int
    name: str
    status: str
    word: str
    kind: str
    reason: str
    warnings: list[str] = field(default_factory=list)
    asked: str = ""
    offered: list[str] = field(default_factory=list)
    right: list[str] = field(default_factory=list)


@never_cache
@require_http_methods(["GET", "POST"])
def import_file(request: OwnRequest) -> HttpResponse:
    """A file is looked at; nothing is stored but the file and its report."""
    _allowed(request)
    form = ImportForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            upload = look_at_file(user=request.user, publish=request.user.has_perm(MAY_PUBLISH), **form.given())
        except UnreadableFile as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("question_import", upload.uuid)
    recent = QuestionImport.objects.defer("content", "report").select_related("bank")
    context = {"form": form, "recent": recent.filter(user=request.user)[:RECENT]}
    return render(request, "quizzes/admin/import.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def report(request: OwnRequest, uuid: UUID) -> HttpResponse:
    """What the file would do, question by question; POST does it."""
    _allowed(request)
    upload = _own(request, uuid)
    publish = request.user.has_perm(MAY_PUBLISH)
    if request.method == "POST":
        try:
            upload = confirm_import(upload=upload, publish=publish)
        except UnreadableFile as refusal:  # it was readable when it came: a program of ours has changed since
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"Stored: {_counted(upload)}.")
        return redirect("question_import", upload.uuid)
    return render(request, "quizzes/admin/import_report.html", _report_context(request, upload))


@never_cache
@require_safe
def export_file(request: OwnRequest) -> HttpResponse:
    """Published questions as a file. What the format cannot carry is named before the download."""
    _allowed(request)
    form = ExportForm(request.GET if "bank" in request.GET else None, user=request.user)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        questions = Question.objects.filter(bank=form.cleaned_data["bank"]).tagged(
            [tag.slug for tag in form.cleaned_data.get("tags", ())]
        )
        written = export_questions(questions=questions, format=form.cleaned_data["format"])
        if "download" in request.GET:
            return _download(form, written)
        context |= _export_context(request, questions, written)
    return render(request, "quizzes/admin/export.html", context, status=422 if form.errors else 200)


def _allowed(request: OwnRequest) -> None:
    if not request.user.has_perm(MAY_WRITE):
        raise PermissionDenied


def _own(request: OwnRequest, uuid: UUID) -> QuestionImport:
    """One's own upload into a bank that is still one's own; who runs the school sees every one."""
    upload = QuestionImport.objects.select_related("bank__course", "user").defer("content").filter(uuid=uuid).first()
    if upload is None or not (upload.user_id == request.user.pk or request.user.has_perm(RUNS_THE_SCHOOL)):
        raise Http404
    if not can(request.user, "edit", upload.bank):
        raise Http404
    return upload


def _counted(upload: QuestionImport) -> str:
    words = STORED_WORDS if upload.state == QuestionImport.State.STORED else WORDS
    return ", ".join(f"{upload.report[name]} {words[name].lower()}" for name in STATUSES if upload.report[name])


def _report_context(request: OwnRequest, upload: QuestionImport) -> dict[str, Any]:
    stored = upload.state == QuestionImport.State.STORED
    words = STORED_WORDS if stored else WORDS
    chosen = request.GET.get("status", "")
    questions = [one for one in upload.report["questions"] if chosen not in STATUSES or one["status"] == chosen]
    page = Paginator(questions, PER_PAGE).get_page(page_number(request.GET.get("p")))
    return {
        "upload": upload,
        "stored": stored,
        "format": LABELS.get(upload.format, upload.format),
        "counts": [(name, words[name], upload.report[name]) for name in STATUSES],
        "to_store": upload.report["imported"] + upload.report["draft"],
        "rows": [_row(one, words) for one in page],
        "page": page,
        "chosen": chosen if chosen in STATUSES else "",
        "query": f"status={chosen}" if chosen in STATUSES else "",
    }


def _row(one: dict[str, Any], words: dict[str, str]) -> Row:
    kept = BY_KIND.get(one["kind"])
    shown = Row(
        number=one["number"],
        name=one["name"],
        status=one["status"],
        word=words[one["status"]],
        kind=str(kept.label) if kept else one["kind"],
        reason=one["reason"],
        warnings=[warning for warning in one["warnings"] if warning not in one["reason"]],
    )
    public, key = one["spec"], one["key"]
    if kept is None or not public:
        return shown
    best = kept.best_answer(public, key)
    return replace(
        shown,
        asked=inline(str(public.get("stem", ""))),
        offered=[str(option.get("text", "")) for option in public.get("options", ())],
        right=kept.in_words(public, best) if best is not None else [],
    )


def _export_context(request: OwnRequest, questions: Any, written: Written) -> dict[str, Any]:
    query = request.GET.copy()
    query["download"] = "1"
    live = questions.askable().count()
    whole = [one for one in written.not_carried if one.whole]
    parts = [one for one in written.not_carried if not one.whole]
    return {
        "query": query.urlencode(),
        "live": live,
        "carried": live - len(whole),
        "missing": [("Left out", _by_reason(whole)), ("Carried without a part", _by_reason(parts))],
    }


def _by_reason(parts: Sequence[NotCarried]) -> dict[str, list[str]]:
    """The titles of the questions by what is said of them."""
    found: dict[str, list[str]] = {}
    for one in parts:
        found.setdefault(one.reason, []).append(one.name)
    return found


def _download(form: ExportForm, written: Written) -> HttpResponse:
    ending, media_type = ENDINGS[form.cleaned_data["format"]]
    name = slugify(form.cleaned_data["bank"].name) or "questions"
    return HttpResponse(
        written.content,
        content_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}.{ending}"'},
    )


class WriterItem(MenuItem):
    """For those who write questions."""

    def is_shown(self, request: Any) -> bool:
        """Whether they may."""
        return bool(request.user.has_perm(MAY_WRITE))


def import_item() -> MenuItem:
    """Questions of other systems."""
    return WriterItem("Import", reverse_lazy("import_questions"), name="import", icon_name="download", order=800)


def export_item() -> MenuItem:
    """Questions for other systems."""
    return WriterItem("Export", reverse_lazy("export_questions"), name="export", icon_name="upload", order=900)
