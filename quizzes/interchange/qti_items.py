"""One question as a QTI item, in the names of QTI 2: what it asks, its key, and the rules that score an answer."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import lcm
from xml.etree.ElementTree import Element

from quizzes.questions import numbers

from .base import Exported
from .leaving import CannotSay, part, percent_of, reach, weights_of
from .qti_item import Item, add_html
from .qti_item_pictures import hotspot, labels

GENERAL = "general"


def write_item(question: Exported, identifier: str, pictures: Mapping[str, str]) -> Element:
    """The finished item. Raises ``CannotSay``."""
    item = Item(question, identifier, pictures)
    item.stem()
    WRITERS[question.kind](item)
    general = question.feedback.get("general", "")
    if general:
        item.rules.always_shows = GENERAL
    item.rules.declare()
    item.root.append(item.body)
    item.rules.finish()
    if general:
        shown = part(item.root, "modalFeedback", outcomeIdentifier="GENERAL", identifier=GENERAL, showHide="show")
        add_html(shown, general)
    return item.root


def _choices(item: Item, interaction: Element) -> dict[str, str]:
    """The options, by their id in the frozen question."""
    names = {}
    for place, one in enumerate(item.question.public["options"], start=1):
        names[one["id"]] = name = f"A{place}"
        choice = part(interaction, "simpleChoice", one["text"], identifier=name)
        if one.get("fixed"):
            choice.set("fixed", "true")
        item.remark(choice, f"option:{one['id']}", name)
    return names


def _single_choice(item: Item) -> None:
    names = _choices(item, item.interaction("choiceInteraction", maxChoices="1", shuffle="true"))
    item.rules.respond("single", "identifier", [names[one] for one in item.right])
    item.rules.match_correct()


def _true_false(item: Item) -> None:
    if item.question.public.get("reasons"):
        message = "QTI cannot say that a statement and its reason are marked together."
        raise CannotSay(message)
    interaction = item.interaction("choiceInteraction", maxChoices="1", shuffle="false")
    for side in ("true", "false"):
        choice = part(interaction, "simpleChoice", side.capitalize(), identifier=side, fixed="true")
        item.remark(choice, f"option:{side}", side)
    item.rules.respond("single", "identifier", item.right)
    item.rules.match_correct()


def _multiple_response(item: Item) -> None:
    public, key = item.question.public, item.question.key
    names = _choices(item, item.interaction("choiceInteraction", maxChoices="0", shuffle="true"))
    item.rules.respond("multiple", "identifier", [names[one] for one in item.right])
    worth = weights_of(public, key)
    if public["policy"] == "all_or_nothing":
        item.rules.match_correct()
    elif worth is not None:
        _mapped(item, {names[one]: weight for one, weight in worth.items()})
    else:
        signs = {name: Fraction(1 if one in item.right else -1) for one, name in names.items()}
        item.rules.map_response(signs, best=len(names), start=len(names) - len(item.right))


def _mapped(item: Item, weights: Mapping[str, Fraction]) -> None:
    """Weights as whole numbers: a third and a half are 2 and 3 of 6, exactly."""
    scale = lcm(*(weight.denominator for weight in weights.values()))
    item.rules.map_response({name: weight * scale for name, weight in weights.items()}, best=scale)


def _numeric(item: Item) -> None:
    public, key = item.question.public, item.question.key
    if public["unit_mode"] != "none" or public["locale"] != numbers.POINT_LOCALE:
        message = "QTI knows neither units nor a decimal comma."
        raise CannotSay(message)
    part(part(item.body, "p"), "textEntryInteraction", responseIdentifier="RESPONSE")
    accepted = sorted(key["answers"], key=lambda one: -one["fraction_ppm"])
    item.rules.respond("single", "float", [reach(accepted[0])[0]])
    item.rules.first_that_fits([(item.rules.near(*reach(one)), percent_of(one)) for one in accepted if percent_of(one)])


def _short_text(item: Item) -> None:
    key = item.question.key
    part(part(item.body, "p"), "textEntryInteraction", responseIdentifier="RESPONSE")
    texts = accepted_texts(key)
    item.rules.respond("single", "string", [texts[0][0]])
    item.rules.first_that_fits([(item.rules.says(text, case=key["case_counts"]), percent) for text, percent in texts])


def accepted_texts(key: Mapping[str, object]) -> list[tuple[str, int]]:
    """The texts that earn something, the best first. Raises ``CannotSay`` where a list of texts is not enough."""
    lines = key["accepted"] if isinstance(key["accepted"], list) else []
    if key["one_slip"]:
        message = "QTI cannot forgive a slip."
        raise CannotSay(message)
    if any("*" in line["text"] and (percent_of(line) or set(line["text"]) != {"*"}) for line in lines):
        message = 'QTI cannot say that "*" stands for any letters.'
        raise CannotSay(message)
    return sorted(((line["text"], percent_of(line)) for line in lines if percent_of(line)), key=lambda one: -one[1])


def _matching(item: Item) -> None:
    public, pairs = item.question.public, item.question.key["pairs"]
    interaction = item.interaction("matchInteraction", shuffle="true", maxAssociations="0")
    names = {}
    for letter, each, most in (("S", public["stems"], "1"), ("O", public["options"], "0")):
        listed = part(interaction, "simpleMatchSet")
        for place, one in enumerate(each, start=1):
            names[one["id"]] = name = f"{letter}{place}"
            part(listed, "simpleAssociableChoice", one["text"], identifier=name, matchMax=most)
    right = [f"{names[stem]} {names[option]}" for stem, option in pairs.items()]
    item.rules.respond("multiple", "directedPair", right)
    if public["policy"] == "all_or_nothing":
        item.rules.match_correct()
    else:
        item.rules.map_response(dict.fromkeys(right, Fraction(1)), best=len(right))


def _ordering(item: Item) -> None:
    if item.question.public["policy"] != "exact":
        message = "QTI's templates mark an order as a whole only."
        raise CannotSay(message)
    names = {}
    interaction = item.interaction("orderInteraction", shuffle="true")
    for place, one in enumerate(item.question.public["items"], start=1):
        names[one["id"]] = name = f"A{place}"
        item.remark(part(interaction, "simpleChoice", one["text"], identifier=name), f"item:{one['id']}", name)
    item.rules.respond("ordered", "identifier", [names[one] for one in item.question.key["order"]])
    item.rules.match_correct()


def _cloze(item: Item) -> None:
    public, key = item.question.public, item.question.key
    gaps = {one["id"]: one for one in public["gaps"]}
    source = ""
    places: dict[str, str] = {}
    for segment in public["segments"]:
        if "gap" in segment:
            places[f"G{len(places) + 1}"] = segment["gap"]
            source += f'<span id="G{len(places)}"></span>'
        else:
            source += segment.get("html", "")
    add_html(item.body, source)
    total = sum(gap["points"] for gap in key["gaps"].values())
    for span in [one for one in item.body.iter("span") if one.get("id") in places]:
        name = span.attrib.pop("id")
        ident = places[name]
        span.set("responseIdentifier", name)
        _gap(item, span, name, gaps[ident], key["gaps"][ident])
    item.rules.best = Fraction(total)


def _gap(item: Item, span: Element, name: str, public: Mapping[str, object], key: Mapping[str, object]) -> None:
    """The place in the text becomes the interaction; its rules add what it earns."""
    points = Fraction(int(str(key["points"])))
    if public["kind"] == "select":
        span.tag = "inlineChoiceInteraction"
        credit, options = key["credit"], public["options"]
        found = []
        for place, one in enumerate(options if isinstance(options, list) else [], start=1):
            part(span, "inlineChoice", one["text"], identifier=f"{name}-{place}")
            percent = int(credit[one["id"]]) // 10_000 if isinstance(credit, Mapping) else 0
            found.append((item.rules.chose(f"{name}-{place}", name), percent))
        best = max(range(len(found)), key=lambda place: found[place][1])
        item.rules.respond("single", "identifier", [f"{name}-{best + 1}"], name)
    elif public["kind"] == "text":
        span.tag = "textEntryInteraction"
        texts = accepted_texts(key)
        item.rules.respond("single", "string", [texts[0][0]], name)
        found = [(item.rules.says(text, name, case=bool(key["case_counts"])), percent) for text, percent in texts]
    else:
        span.tag = "textEntryInteraction"
        found = _numbers(item, name, key)
    item.rules.first_that_fits([one for one in found if one[1]], points, adds=True)


def _numbers(item: Item, name: str, key: Mapping[str, object]) -> list[tuple[Element, int]]:
    if item.question.public["locale"] != numbers.POINT_LOCALE:
        message = "QTI knows no decimal comma."
        raise CannotSay(message)
    listed = key["numbers"] if isinstance(key["numbers"], list) else []
    accepted = sorted(listed, key=lambda one: -one["fraction_ppm"])
    near = [reach({**one, "tolerance": str(key["tolerance"])}) for one in accepted]
    item.rules.respond("single", "float", [near[0][0]], name)
    return [(item.rules.near(*pair, name), percent_of(one)) for pair, one in zip(near, accepted, strict=True)]


def _essay(item: Item) -> None:
    notes = item.question.key["notes"]
    if notes:
        part(part(item.body, "rubricBlock", view="scorer"), "p", notes)
    item.interaction("extendedTextInteraction")
    item.rules.respond("single", "string", [])
    item.rules.by_hand()


def _description(item: Item) -> None:
    item.rules.nothing()


WRITERS: Mapping[str, Callable[[Item], None]] = {
    "single_choice": _single_choice,
    "multiple_response": _multiple_response,
    "true_false": _true_false,
    "numeric": _numeric,
    "short_text": _short_text,
    "matching": _matching,
    "ordering": _ordering,
    "cloze": _cloze,
    "essay": _essay,
    "description": _description,
    "hotspot": hotspot,
    "labels": labels,
}
