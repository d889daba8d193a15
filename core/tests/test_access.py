"""The access rule denies by default; what it allows is tested where the things live."""

import pytest
from django.contrib.auth.models import Group
from django.http import Http404

from core import access

pytestmark = pytest.mark.django_db


class Silent:
    """A policy to which nothing belongs."""

    def can(self, user, action, obj):
        return None

    def visible(self, user, action, queryset):
        return None


class NobodyEnters(Silent):
    """A policy that answers before those after it are asked."""

    def can(self, user, action, obj):
        return False


@pytest.fixture
def policies(monkeypatch):
    def install(*found):
        monkeypatch.setattr(access, "_policies", lambda: found)

    return install


@pytest.mark.parametrize("action", ["view", "preview", "study", "complete", "attempt", "review", "edit", "download"])
def test_what_no_policy_speaks_for_nobody_may_do(admin_user, action):
    thing = Group.objects.create(name="Nobody's business")
    assert access.can(admin_user, action, thing) is False
    assert list(access.visible(admin_user, action, Group.objects.all())) == []


def test_the_first_policy_that_answers_decides(policies):
    class EverybodyEnters(Silent):
        def can(self, user, action, obj):
            return True

    policies(Silent(), NobodyEnters(), EverybodyEnters())
    assert access.can(access.visitor(), "view", Group()) is False
    policies(Silent(), EverybodyEnters(), NobodyEnters())
    assert access.can(access.visitor(), "view", Group()) is True


def test_forbidden_and_unknown_look_the_same(policies):
    policies(NobodyEnters())
    with pytest.raises(Http404):
        access.allowed_or_404(access.visitor(), "view", Group())
    with pytest.raises(Http404):
        access.allowed_or_404(access.visitor(), "view", None)
