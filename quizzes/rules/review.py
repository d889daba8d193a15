"""What a learner may see of the marking, and from which moment on. Feedback is secret until then (QUIZZES.md 10)."""

from collections.abc import Iterable, Mapping, Sequence

AFTER_ITEM, AFTER_SUBMIT = "after_item", "after_submit"
AFTER_PASS_OR_LAST, AFTER_CLOSE = "after_pass_or_last", "after_close"
MOMENTS = {
    AFTER_ITEM: "After each question",
    AFTER_SUBMIT: "After handing in",
    AFTER_PASS_OR_LAST: "After passing, or after the last try",
    AFTER_CLOSE: "After the quiz has closed",
}

SCORE, RIGHT_WRONG, REMARK = "score", "right_wrong", "remark"
RIGHT_ANSWER, GENERAL, RUBRIC = "right_answer", "general", "rubric"
ASPECTS = {
    SCORE: "Score",
    RIGHT_WRONG: "Right or wrong",
    REMARK: "Remark on the chosen option",
    RIGHT_ANSWER: "Right answer",
    GENERAL: "Feedback for everyone",
    RUBRIC: "Rubric and comment of who marked",
}


def default_policy() -> dict[str, list[str]]:
    """Score and right or wrong at once; explanations, which give keys away, when no further try depends on them."""
    return {
        AFTER_ITEM: [],
        AFTER_SUBMIT: [SCORE, RIGHT_WRONG],
        AFTER_PASS_OR_LAST: [SCORE, RIGHT_WRONG, REMARK, RIGHT_ANSWER, GENERAL, RUBRIC],
        AFTER_CLOSE: [SCORE, RIGHT_WRONG, REMARK, RIGHT_ANSWER, GENERAL, RUBRIC],
    }


def shown(policy: Mapping[str, Sequence[str]], moments: Iterable[str]) -> frozenset[str]:
    """Everything that the moments reached so far allow."""
    return frozenset(aspect for moment in moments for aspect in policy.get(moment, ()) if aspect in ASPECTS)


def policy_problems(policy: object) -> list[str]:
    """Why a stored matrix is not one."""
    if not isinstance(policy, dict) or not set(policy) <= set(MOMENTS):
        return ["The review policy names a moment that does not exist."]
    aspects = list(policy.values())
    if not all(isinstance(shown_then, list) and set(shown_then) <= set(ASPECTS) for shown_then in aspects):
        return ["The review policy names something that cannot be shown."]
    return []
