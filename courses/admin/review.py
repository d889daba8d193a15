"""What the last approval of a review does (setting WAGTAIL_FINISH_WORKFLOW_ACTION).

Wagtail imports this module while it defines its own models, so nothing of Wagtail can be imported here.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wagtail.models import WorkflowState


def publish_in_the_author_s_name(workflow_state: "WorkflowState", user: Any = None) -> None:
    """It goes live for the person who asked for the review: reviewers hold no right to publish.

    The gates are asked as always; a refusal undoes the approval (it is one transaction) and is told by
    `courses.middleware.BackOffice`.
    """
    workflow_state.content_object.get_latest_revision().publish(user=workflow_state.requested_by or user)
