"""Records in the back office, and the words with which its log tells of them."""

from typing import Any

from django.urls import URLResolver, include, path
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from records.admin import urls
from records.admin.menu import RecordsGroup

LOGGED = {
    "records.audit_pack": ("Make an audit pack", "Audit pack made"),
    "records.audit_file": ("Export a section of the audit view", "Section of the audit view exported"),
    "records.hold_opened": ("Open a legal hold", "Legal hold opened"),
    "records.hold_closed": ("Close a legal hold", "Legal hold closed"),
}


@hooks.register("register_admin_urls")
def record_pages() -> list[URLResolver]:
    """The audit view and legal holds."""
    return [path("records/", include(urls))]


@hooks.register("register_log_actions")
def words_of_the_log(actions: Any) -> None:
    """As the history of a page and the site's history print them."""
    for action, (label, message) in LOGGED.items():
        actions.register_action(action, label, message)


register_snippet(RecordsGroup)
