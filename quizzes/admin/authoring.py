"""Beginning a question: the kind is chosen first, empty or with a finished sample to change; and possible twins."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from wagtail.admin.menu import MenuItem
from wagtail.snippets.views.snippets import CreateView

from accounts.requests import OwnRequest
from core.access import visible
from core.validation import page_number, whole_number
from library.models import Figure
from quizzes.models import Question, QuestionBank
from quizzes.questions import BY_KIND, QUESTION_TYPES
from quizzes.services.content_format import stream_of
from quizzes.services.usage import near_pairs

MAY_WRITE = "quizzes.add_question"
PER_PAGE = 25


@dataclass(frozen=True)
class KindChoice:
    """One kind on the page where a question begins."""

    kind: str
    label: str
    description: str


@require_safe
def new_question(request: OwnRequest) -> HttpResponse:
    """All kinds with what each is for: begin empty, or from a finished sample."""
    if not request.user.has_perm(MAY_WRITE):
        raise PermissionDenied
    metas = [(kept, kept.block().meta) for kept in QUESTION_TYPES]
    kinds = [KindChoice(kept.kind, kept.label, getattr(meta, "description", "")) for kept, meta in metas]
    return render(request, "quizzes/admin/new_question.html", {"kinds": kinds})


class QuestionCreateView(CreateView):
    """The form of one kind. Without a kind the page of kinds comes first."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """A plain "add" leads to the kinds; what is posted is stored as ever."""
        if request.method == "GET" and request.GET.get("kind") not in BY_KIND and not self.expects_json_response:
            return redirect("new_question")
        return super().dispatch(request, *args, **kwargs)

    def get_initial_form_instance(self) -> Question:
        """One empty form of the kind, or its sample with ids of its own."""
        kind = self.request.GET.get("kind", "")
        if self.request.method != "GET" or kind not in BY_KIND:
            return Question()
        question = Question(kind=kind)
        stream = sample_stream(kind) if "sample" in self.request.GET else _empty_stream(kind)
        question.body = question.body.stream_block.to_python(stream)
        if "sample" in self.request.GET:
            question.title = str(BY_KIND[kind].sample["title"])
        banks = visible(self.request.user, "edit", QuestionBank.objects.all())[:2]
        if len(banks) == 1:
            question.bank = banks[0]
        return question


def sample_stream(kind: str) -> list[dict[str, Any]]:
    """The kind's finished sample as a question's body. A figure that this school lacks is left out."""
    spec = {**BY_KIND[kind].sample, "kind": kind}
    if "figure" in spec and not Figure.objects.filter(slug=spec["figure"]).exists():
        del spec["figure"]
    return stream_of(spec, f"sample {uuid4()}")


def _empty_stream(kind: str) -> list[dict[str, Any]]:
    block = BY_KIND[kind].block()
    return [{"type": kind, "id": str(uuid4()), "value": block.get_prep_value(block.get_default())}]


class TwinsItem(MenuItem):
    """In the menu of those who write questions."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whoever may change a question."""
        return bool(request.user.has_perm("quizzes.change_question"))


def twins_item() -> MenuItem:
    """Questions that nearly ask the same."""
    return TwinsItem("Possible twins", reverse("question_twins"), name="question-twins", icon_name="copy", order=650)


@require_safe
def twins(request: OwnRequest) -> HttpResponse:
    """Questions in the person's banks that ask nearly the same, side by side."""
    if not request.user.has_perm("quizzes.change_question"):
        raise PermissionDenied
    pairs = near_pairs(user=request.user, bank_id=whole_number(request.GET.get("bank")))
    context = {
        "page": Paginator(pairs, PER_PAGE).get_page(page_number(request.GET.get("p"))),
        "banks": visible(request.user, "edit", QuestionBank.objects.all()),
        "chosen": request.GET.get("bank", ""),
    }
    return render(request, "quizzes/admin/twins.html", context)
