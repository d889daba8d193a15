"""What allauth asks the project."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


class AccountAdapter(DefaultAccountAdapter):
    """E-mail log-in, redirects that stay on this host, and refusals in our own words."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "This e-mail address and password do not belong together. Look at both once more.",
        "incorrect_code": "This is not the code that we mailed last. Look at the mail once more.",
        "incorrect_password": "This is not your password. Type it once more.",
        "invalid_password_reset": "This address for a new password no longer works. Ask for a new one.",
        "too_many_login_attempts": "There were many tries in a short time. Wait a few minutes, then log in again.",
        "rate_limited": "There were many tries in a short time. Wait a few minutes, then try again.",
        "email_taken": "There is an account with this e-mail address already. Log in, or ask for a new password.",
    }

    def is_safe_url(self, url: str | None) -> bool:
        """Only paths of this site, whatever ALLOWED_HOSTS holds."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None) or url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff land in the back office, learners on their desk."""
        user: Any = request.user
        return reverse("wagtailadmin_home") if user.is_staff else str(super().get_login_redirect_url(request))

    def send_account_already_exists_mail(self, email: str) -> None:
        """As slow as a new account, whose password is hashed: those 0.2 s would tell who is known here."""
        make_password("as long as a new account takes")
        super().send_account_already_exists_mail(email)
