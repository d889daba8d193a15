"""Response conditions of QTI 1.2, carried out: what a response scores by the file's own rules.

IMS QTI 1.2 ASI information model, "resprocessing". Two readings follow what Canvas and Respondus write rather than the
letter: several texts beside each other in one condition are alternatives, and rules that add are all applied.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from xml.etree.ElementTree import Element

from quizzes.interchange.markup import line_of
from quizzes.interchange.taking import Responses, Unsupported

from .declarations import number

MAX_RULES = 400


@dataclass(frozen=True)
class Run:
    """One run of the rules: the responses, which of them are written texts, and whether a rule has fired."""

    responses: Responses
    written: frozenset[str]
    fired: bool = False


Holds = Callable[[Element, Run], bool]


def score(item: Element, responses: Responses) -> Fraction:
    """What these responses score. Raises ``Unsupported``."""
    total = Fraction(0)
    run = Run(responses, frozenset(one.get("ident", "") for one in item.iter("response_str")))
    rules = item.findall("resprocessing/respcondition")
    if len(rules) > MAX_RULES:
        message = f"it has more than {MAX_RULES} scoring rules"
        raise Unsupported(message, line_of(item))
    for rule in rules:
        changes, condition = list(rule.iterfind("setvar")), rule.find("conditionvar")
        if not changes or condition is None or not _all(condition, run):
            continue
        run = replace(run, fired=True)
        for change in changes:
            total = _changed(total, change)
        if rule.get("continue", "").casefold() == "no":
            break
    return total


def scores_itself(item: Element) -> bool:
    """Whether any rule of the item gives points."""
    return item.find("resprocessing/respcondition/setvar") is not None


def _changed(total: Fraction, change: Element) -> Fraction:
    value = number((change.text or "").strip(), change)
    action = change.get("action", "Set").casefold()
    if action == "set":
        return value
    if action == "add":
        return total + value
    if action == "subtract":
        return total - value
    message = f'its scoring uses the action "{action[:40]}"'
    raise Unsupported(message, line_of(change))


def _all(condition: Element, run: Run) -> bool:
    parts = list(condition)
    if {part.tag for part in parts} == {"varequal"} and {part.get("respident") for part in parts} <= run.written:
        return any(_holds(part, run) for part in parts)
    return all(_holds(part, run) for part in parts)


def _holds(part: Element, run: Run) -> bool:
    if part.tag not in CONDITIONS:
        message = f'its scoring uses "{part.tag}", which we do not carry'
        raise Unsupported(message, line_of(part))
    return CONDITIONS[part.tag](part, run)


def _equal(part: Element, run: Run) -> bool:
    wanted, given = (part.text or "").strip(), run.responses.get(part.get("respident", ""), ())
    if wanted in given:
        return True
    if part.get("case", "No").casefold() != "yes" and wanted.casefold() in (one.casefold() for one in given):
        return True
    return any(_same_number(wanted, one) for one in given)


def _same_number(first: str, second: str) -> bool:
    try:
        return number(first) == number(second)
    except Unsupported:
        return False


def _compared(holds: Callable[[Fraction, Fraction], bool]) -> Holds:
    def read(part: Element, run: Run) -> bool:
        limit = number((part.text or "").strip(), part)
        return any(holds(number(one, part), limit) for one in run.responses.get(part.get("respident", ""), ()))

    return read


CONDITIONS: dict[str, Holds] = {
    "varequal": _equal,
    "vargt": _compared(lambda given, limit: given > limit),
    "vargte": _compared(lambda given, limit: given >= limit),
    "varlt": _compared(lambda given, limit: given < limit),
    "varlte": _compared(lambda given, limit: given <= limit),
    "unanswered": lambda part, run: not run.responses.get(part.get("respident", "")),
    "other": lambda part, run: not run.fired,
    "and": lambda part, run: all(_holds(one, run) for one in part),
    "or": lambda part, run: any(_holds(one, run) for one in part),
    "not": lambda part, run: not any(_holds(one, run) for one in part),
}
