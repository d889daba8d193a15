"""What allauth asks the project."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


class AccountAdapter(DefaultAccountAdapter):
    """E-mail log-in, redirects that stay on this host."""

    def is_safe_url(self, url: str | None) -> bool:
        """Only paths of this site, whatever ALLOWED_HOSTS holds."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None) or url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff land in the back office, learners on their desk."""
        user: Any = request.user
        return reverse("wagtailadmin_home") if user.is_staff else str(super().get_login_redirect_url(request))
