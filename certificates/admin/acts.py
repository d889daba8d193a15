"""What staff may do with a certificate. Each act shows first what it will do, needs a reason, and is done once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import OwnRequest
from accreditation.models import CourseApproval
from certificates.admin.act_forms import NameForm, ReasonForm, RevokeForm
from certificates.models import Certificate
from certificates.rules.changes import Change, changes_between
from certificates.rules.rows import long_date
from certificates.services import LifeRefused, correct_name, issue_again, renew, revoke
from certificates.services.life import facts_on_record
from certificates.services.record import local_date, valid_until
from certificates.services.refusals import NOT_MADE, why_not_made
from core.freeze import digest

CHANGE, REVOKE = "certificates.change_certificate", "certificates.revoke_certificate"
TOO_LATE = "This cannot be done now: look at what became of the certificate."
CHANGED = "What would change is not what you saw a moment ago. Please look once more."
NEW_NUMBER = (
    "A new certificate with a new number takes the place of this one. The day of the first award stays, and the newest "
    "published design is used."
)
LEADS = "The page of the old number says that it was replaced and leads to the new one. The old PDF stays what it was."
MAILED = "The holder gets a mail."
Words = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Act:
    """One thing that may become of a certificate in force."""

    name: str
    label: str
    button: str
    right: str
    form: Callable[..., forms.Form]
    happens: Sequence[str]
    do: Callable[[Certificate, User, Words], Certificate]
    done: str
    changes: Callable[[Certificate], list[Change]] = lambda certificate: []
    shows_changes: bool = False
    possible: Callable[[Certificate], bool] = lambda certificate: True
    grave: bool = False

    def is_open(self, certificate: Certificate) -> bool:
        """Nothing becomes of what was revoked or replaced."""
        return certificate.status == Certificate.Status.ISSUED and self.possible(certificate)


def _correct(certificate: Certificate, by: User, words: Words) -> Certificate:
    return correct_name(certificate=certificate, legal_name=words["legal_name"], by=by, reason=words["reason"])


def _again(certificate: Certificate, by: User, words: Words) -> Certificate:
    return issue_again(certificate=certificate, by=by, reason=words["reason"])


def _renew(certificate: Certificate, by: User, words: Words) -> Certificate:
    return renew(certificate=certificate, by=by, reason=words["reason"])


def _revoke(certificate: Certificate, by: User, words: Words) -> Certificate:
    return revoke(certificate=certificate, by=by, **words)


def _record_changes(certificate: Certificate) -> list[Change]:
    try:
        return changes_between(certificate.facts, facts_on_record(certificate))
    except (ValueError, CourseApproval.DoesNotExist) as error:
        raise LifeRefused("The record of this credit is not there any more: nothing can be issued from it.") from error


def _next_end(certificate: Certificate) -> str:
    today = local_date(timezone.now(), certificate.learner)
    end = valid_until(certificate.enrollment.course, from_day=today)
    return end.isoformat() if end else ""


def _term_changes(certificate: Certificate) -> list[Change]:
    before = certificate.facts.get("valid_until")
    return [Change("Valid until", long_date(before) if before else "", long_date(_next_end(certificate)))]


ACTS = (
    Act(
        name="correct",
        label="Correct the name",
        button="Replace it with the corrected name",
        right=CHANGE,
        form=NameForm,
        happens=(NEW_NUMBER, LEADS, f"{MAILED} The name in the holder's account is not changed by this."),
        do=_correct,
        done="Corrected. This is the new certificate.",
    ),
    Act(
        name="again",
        label="Issue again from the record",
        button="Replace it with the record of today",
        right=CHANGE,
        form=ReasonForm,
        happens=(NEW_NUMBER, LEADS, MAILED),
        do=_again,
        done="Issued again. This is the new certificate.",
        changes=_record_changes,
        shows_changes=True,
    ),
    Act(
        name="renew",
        label="Renew",
        button="Renew it",
        right=CHANGE,
        form=ReasonForm,
        happens=("The term starts today; everything else stays as it is.", NEW_NUMBER, LEADS, MAILED),
        do=_renew,
        done="Renewed. This is the new certificate.",
        changes=_term_changes,
        shows_changes=True,
        possible=lambda certificate: bool(_next_end(certificate)),
    ),
    Act(
        name="revoke",
        label="Revoke",
        button="Revoke this certificate",
        right=REVOKE,
        form=RevokeForm,
        happens=(
            "From now on the check says Revoked, with today's date and the kind of reason, in page, JSON and badge.",
            "The record stays, and the credit counts no longer. This cannot be undone.",
            f"{MAILED} It names the kind of reason and your public note.",
        ),
        do=_revoke,
        done="Revoked.",
        grave=True,
    ),
)
BY_NAME = {act.name: act for act in ACTS}


def acts_for(certificate: Certificate, user: Any) -> list[Act]:
    """What this person may do with it now."""
    return [act for act in ACTS if user.has_perm(act.right) and act.is_open(certificate)]


@never_cache
@require_http_methods(["GET", "POST"])
def act_page(request: OwnRequest, pk: int, name: str) -> HttpResponse:
    """What will happen and why; then once, and on to the certificate that stands."""
    act = BY_NAME.get(name)
    if act is None:
        raise Http404
    if not request.user.has_perm(act.right):
        raise PermissionDenied
    rows = Certificate.objects.select_related("learner", "enrollment__course")
    certificate = get_object_or_404(rows, pk=pk)
    try:
        changes = _changes(act, certificate)
    except LifeRefused as refusal:
        messages.warning(request, str(refusal))
        return _to(certificate)
    form = act.form(request.POST or None, certificate=certificate)
    if request.method == "POST" and form.is_valid():
        standing = _try(request, act, certificate, form, seen=digest(changes))
        if standing is not None:
            messages.success(request, act.done)
            return _to(standing)
    context = {"act": act, "certificate": certificate, "form": form, "changes": changes, "seen": digest(changes)}
    return render(request, "certificates/admin/act.html", context, status=422 if form.errors else 200)


def _changes(act: Act, certificate: Certificate) -> list[Change]:
    if not act.is_open(certificate):
        raise LifeRefused(TOO_LATE)
    return act.changes(certificate)


def _try(request: OwnRequest, act: Act, certificate: Certificate, form: Any, *, seen: str) -> Certificate | None:
    """Do it; where it is refused, say why in the form, and nothing is changed."""
    if act.shows_changes and request.POST.get("seen") != seen:
        form.add_error(None, CHANGED)
        return None
    try:
        return act.do(certificate, request.user, form.cleaned_data)
    except LifeRefused as refusal:
        form.add_error(None, str(refusal))
    except NOT_MADE as error:
        form.add_error(None, f"Nothing was changed. {why_not_made(error)}")
    return None


def _to(certificate: Certificate) -> HttpResponse:
    return HttpResponseRedirect(reverse("certificates:inspect", args=[certificate.pk]), status=303)
