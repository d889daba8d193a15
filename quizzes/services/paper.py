"""Making a paper: which version of which question stands where, its options in which order. Stored before shown."""

from collections import Counter
from typing import Any

from django.db.models import Count, F, OuterRef, Subquery

from quizzes.models import AttemptItem, QuestionVersion, QuizVersion
from quizzes.questions import question_type
from quizzes.questions.freezing import in_language
from quizzes.rules.drawing import draw, in_seeded_order, option_order
from quizzes.services.publishing import draw_pool


def make_paper(*, version: QuizVersion, seed: bytes, learner_id: int, language: str) -> list[AttemptItem]:
    """The items of one attempt, not yet stored."""
    chosen = _choose(version, seed, learner_id)
    versions = _versions(
        [question for _, question in chosen], [slot["version"] for slot, _ in chosen if slot.get("version")]
    )
    placed = [(slot, versions[slot.get("version") or question]) for slot, question in chosen]
    keys = _keys([version for _, version in placed])
    if version.settings["shuffle_questions"]:
        placed = _shuffle_within_sections(placed, seed)
    return [
        AttemptItem(
            position=position,
            slot_uid=slot["uid"],
            section=slot["section"],
            version=question_version,
            points_m=slot["points_m"] if question_type(question_version.kind).asks else 0,
            option_order=_options(
                question_version, seed, language, keys.get(question_version.pk), version.settings["shuffle_options"]
            ),
        )
        for position, (slot, question_version) in enumerate(placed, start=1)
    ]


def _choose(version: QuizVersion, seed: bytes, learner_id: int) -> list[tuple[dict[str, Any], int]]:
    """Fixed questions as they are; drawn ones by what the learner has met least. One question never twice."""
    taken = {slot["question"] for slot in version.slots if "question" in slot}
    seen = _seen(version, learner_id) if any("bank" in slot for slot in version.slots) else Counter()
    chosen: list[tuple[dict[str, Any], int]] = []
    for slot in version.slots:
        if "question" in slot:
            chosen.append((slot, slot["question"]))
            continue
        pool = set(draw_pool(slot))
        if len(pool - taken) < slot["count"]:  # the bank shrank since the quiz was published
            pool |= set(slot["pool"])
        names = {str(question): question for question in pool}
        drawn = draw(seed, names, count=slot["count"], seen=seen, taken={str(question) for question in taken})
        taken |= {names[name] for name in drawn}
        chosen += [(slot, names[name]) for name in drawn]
    return chosen


def _seen(version: QuizVersion, learner_id: int) -> Counter[str]:
    met = AttemptItem.objects.filter(attempt__enrollment__user=learner_id, attempt__quiz=version.quiz_id).order_by()
    rows = met.values(question=F("version__question")).annotate(times=Count("pk"))
    return Counter({str(row["question"]): row["times"] for row in rows})


def _versions(questions: list[int], pinned: list[int]) -> dict[int, QuestionVersion]:
    """The newest version of each question, and each pinned one, by their ids."""
    newest = QuestionVersion.objects.filter(question=OuterRef("question")).order_by("-number").values("pk")[:1]
    latest = QuestionVersion.objects.filter(question__in=questions, pk=Subquery(newest)).defer("key")
    found = {version.question_id: version for version in latest}
    if pinned:
        found |= {version.pk: version for version in QuestionVersion.objects.filter(pk__in=pinned).defer("key")}
    return found


def _shuffle_within_sections(
    placed: list[tuple[dict[str, Any], QuestionVersion]], seed: bytes
) -> list[tuple[dict[str, Any], QuestionVersion]]:
    """A section's questions stay together, and sections keep their order."""
    order = {
        name: place for place, name in enumerate(in_seeded_order(seed, (str(version.pk) for _, version in placed)))
    }
    return sorted(placed, key=lambda pair: (pair[0]["part"], order[str(pair[1].pk)]))


def _keys(versions: list[QuestionVersion]) -> dict[int, Any]:
    """The keys of those whose options must not begin in the right order; no others are loaded."""
    keyed = [version.pk for version in versions if question_type(version.kind).starts_wrong]
    return dict(QuestionVersion.objects.filter(pk__in=keyed).values_list("pk", "key")) if keyed else {}


def _options(version: QuestionVersion, seed: bytes, language: str, key: Any, shuffle: bool) -> list[str]:
    kept = question_type(version.kind)
    options = kept.options(in_language(version.public, language))
    order = option_order(seed, str(version.pk), options) if shuffle or key else list(options.ids)
    return kept.settled_order(key, order) if key else order
