"""The type of a request whose user is logged in."""

from django.http import HttpRequest

from accounts.models import User


class OwnRequest(HttpRequest):
    """For views behind `login_required`: the user is a person, not a visitor."""

    user: User
