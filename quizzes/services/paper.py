"""Making a paper: which version of which question stands where, its options in which order. Stored before shown."""

from collections import Counter
from itertools import accumulate
from typing import Any, NamedTuple

from django.db.models import Count, F, OuterRef, Subquery

from quizzes.models import AttemptItem, QuestionVersion, QuizVersion
from quizzes.models.cases import parts_of
from quizzes.questions import question_type
from quizzes.questions.description import Description
from quizzes.questions.freezing import in_language
from quizzes.rules.drawing import draw, in_seeded_order, option_order
from quizzes.services.publishing import draw_pool

GROUP_LENGTH = 40


def make_paper(*, version: QuizVersion, seed: bytes, learner_id: int, language: str) -> list[AttemptItem]:
    """The items of one attempt, not yet stored."""
    pinned = _pinned(version)
    cases = _cases(version, pinned)
    in_cases = {part for case in cases.values() for part in parts_of(case.kind, case.public)}
    chosen = _choose(version, seed, learner_id, in_cases)
    versions = _newest([*(question for _, question in chosen), *in_cases]) | cases | pinned
    placed = [Placed(slot, versions[question]) for slot, question in chosen]
    if version.settings["shuffle_questions"]:
        placed = _shuffle_within_sections(placed, seed)
    placed = [one for place in placed for one in _with_parts(place, versions)]
    keys = _keys([one.version for one in placed])
    return [
        AttemptItem(
            position=position,
            slot_uid=slot["uid"],
            section=slot["section"],
            case_group=case_group,
            version=question_version,
            points_m=slot["points_m"] if question_type(question_version.kind).asks else 0,
            option_order=_options(
                question_version, seed, language, keys.get(question_version.pk), version.settings["shuffle_options"]
            ),
        )
        for position, (slot, question_version, case_group) in enumerate(placed, start=1)
    ]


class Placed(NamedTuple):
    """A question in the paper: its place in the quiz, its version, and the case that it belongs to."""

    slot: dict[str, Any]
    version: QuestionVersion
    case_group: str = ""


def _cases(version: QuizVersion, pinned: dict[int, QuestionVersion]) -> dict[int, QuestionVersion]:
    """The cases of the quiz by their questions: they must be known before anything is drawn."""
    cases = [slot["question"] for slot in version.slots if slot.get("parts")]
    return _newest(cases) | {question: kept for question, kept in pinned.items() if question in cases}


def _with_parts(place: Placed, versions: dict[int, QuestionVersion]) -> list[Placed]:
    """A case is followed by its questions, in the order of its author, whatever else is shuffled."""
    case = place.version
    parts = [versions[part] for part in parts_of(case.kind, case.public) if part in versions]
    if not parts:
        return [place]
    group = case.sha256[:GROUP_LENGTH]
    return [place._replace(case_group=group), *(Placed(place.slot, part, group) for part in parts)]


def _choose(version: QuizVersion, seed: bytes, learner_id: int, in_cases: set[int]) -> list[tuple[dict[str, Any], int]]:
    """Fixed questions as they are; drawn ones by what the learner has met least. One question never twice."""
    taken = {slot["question"] for slot in version.slots if "question" in slot} | in_cases
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


def _newest(questions: list[int]) -> dict[int, QuestionVersion]:
    """The newest version of each question."""
    if not questions:
        return {}
    newest = QuestionVersion.objects.filter(question=OuterRef("question")).order_by("-number").values("pk")[:1]
    latest = QuestionVersion.objects.filter(question__in=questions, pk=Subquery(newest)).defer("key")
    return {version.question_id: version for version in latest}


def _pinned(version: QuizVersion) -> dict[int, QuestionVersion]:
    """The versions that the quiz holds fast, by their questions."""
    kept = [slot["version"] for slot in version.slots if slot.get("version")]
    rows = QuestionVersion.objects.filter(pk__in=kept).defer("key") if kept else []
    return {row.question_id: row for row in rows}


def _shuffle_within_sections(placed: list[Placed], seed: bytes) -> list[Placed]:
    """A section's questions stay together, and sections keep their order. So do texts: what an author wrote after a
    text stays after it."""
    names = in_seeded_order(seed, (str(one.version.pk) for one in placed))
    order = {name: place for place, name in enumerate(names)}
    texts = [one.version.kind == Description.kind for one in placed]
    after = list(accumulate(texts))
    keys = [
        (one.slot["part"], text, order[str(one.version.pk)] if not is_text else -1)
        for one, text, is_text in zip(placed, after, texts, strict=True)
    ]
    return [placed[place] for place in sorted(range(len(placed)), key=keys.__getitem__)]


def _keys(versions: list[QuestionVersion]) -> dict[int, Any]:
    """The keys of those whose options must not begin in the right order; no others are loaded."""
    keyed = [version.pk for version in versions if question_type(version.kind).starts_wrong]
    return dict(QuestionVersion.objects.filter(pk__in=keyed).values_list("pk", "key")) if keyed else {}


def _options(version: QuestionVersion, seed: bytes, language: str, key: Any, shuffle: bool) -> list[str]:
    kept = question_type(version.kind)
    options = kept.options(in_language(version.public, language))
    order = option_order(seed, str(version.pk), options) if shuffle or key else list(options.ids)
    return kept.settled_order(key, order) if key else order
