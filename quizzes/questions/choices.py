"""Options to choose from: what single choice, multiple response and true/false have in common."""

from collections.abc import Mapping, Sequence

from .base import AnswerError, Json, Options, QuestionType, exactly

MAX_OPTIONS = 40


def chosen_from_form(fields: Mapping[str, Sequence[str]]) -> Json:
    """The options ticked in a form; an untouched group is no answer."""
    chosen = [value for value in fields.get("c", ()) if value]
    return {"c": chosen} if chosen else None


def chosen_fields(answer: Json) -> list[tuple[str, str]]:
    """The form fields of the chosen options."""
    return [("c", option) for option in (answer or {}).get("c", ())]


def shown_options(public: Mapping[str, Json], answer: Json, order: Sequence[str]) -> dict[str, Json]:
    """The options in this learner's order, each with whether it is chosen."""
    texts = {option["id"]: option["text"] for option in public["options"]}
    chosen = set((answer or {}).get("c", ()))
    return {"options": [{"id": one, "label": texts[one], "checked": one in chosen} for one in order or texts]}


def clean_choice(public: Mapping[str, Json], answer: Json, *, at_most: int | None = None) -> Json:
    """Chosen option ids in the author's order, whatever order they came in."""
    if answer is None:
        return None
    chosen = exactly(answer, "c").get("c", [])
    if not isinstance(chosen, list) or not all(isinstance(value, str) for value in chosen):
        message = "The choice must be a list of options."
        raise AnswerError(message)
    known = [option["id"] for option in public["options"]]
    if len(chosen) > len(known) or len(set(chosen)) != len(chosen) or not set(chosen) <= set(known):
        message = "The choice names an option that this question does not have, or one of them twice."
        raise AnswerError(message)
    if at_most is not None and len(chosen) > at_most:
        message = "Choose one option."
        raise AnswerError(message)
    return {"c": [value for value in known if value in set(chosen)]} if chosen else None


def options_of(public: Mapping[str, Json]) -> Options:
    """All option ids, and those that keep their place ("none of these")."""
    return Options(
        ids=tuple(option["id"] for option in public["options"]),
        fixed=frozenset(option["id"] for option in public["options"] if option.get("fixed")),
    )


def chosen_in_words(public: Mapping[str, Json], answer: Json) -> list[str]:
    """The text of each chosen option."""
    chosen = set((answer or {}).get("c", ()))
    return [option["text"] for option in public["options"] if option["id"] in chosen]


def option_problems(public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
    """What every list of options needs before it can be asked."""
    problems = []
    texts = [str(option["text"]).strip() for option in public["options"]]
    if len(texts) < 2:
        problems.append("Give at least two options.")
    if len(texts) > MAX_OPTIONS:
        problems.append(f"Give at most {MAX_OPTIONS} options.")
    if not all(texts):
        problems.append("An option is empty.")
    if len({text.casefold() for text in texts}) != len(texts):
        problems.append("Two options say the same.")
    if not key["correct"]:
        problems.append("Mark the right answer: no option is marked as right.")
    if set(key["unsafe"]) & set(key["correct"]):
        problems.append("An option is marked as right and as unsafe.")
    if key["critical"] and not key["unsafe"]:
        problems.append("A safety-critical question needs at least one option marked as unsafe.")
    if key["unsafe"] and not key["critical"]:
        problems.append("An option is marked as unsafe, but the question is not marked as safety-critical.")
    return problems


def option_refs(answer: Mapping[str, Json]) -> tuple[str, ...]:
    """The remarks that a choice calls for: one per chosen option, then the general one."""
    return (*(f"option:{option}" for option in answer["c"]), "general")


class ChoiceType(QuestionType):
    """A kind that is answered by choosing options and nothing else."""

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> Json:
        return chosen_from_form(fields)

    def fields_of(self, answer: Json) -> list[tuple[str, str]]:
        return chosen_fields(answer)

    def shown(self, public: Mapping[str, Json], answer: Json, order: Sequence[str]) -> dict[str, Json]:
        return shown_options(public, answer, order)

    def in_words(self, public: Mapping[str, Json], answer: Json) -> list[str]:
        return chosen_in_words(public, answer)

    def options(self, public: Mapping[str, Json]) -> Options:
        return options_of(public)
