"""Branching dialogue: what the client says, what the learner replies, and where that leads, one step at a time.

The replies are open, leading, interpreting or breaching a boundary (DOMAIN.md 5.4 and section 7); only the marking
knows which. A step, once taken, stays taken.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import ClassVar

from wagtail import blocks

from . import conversations
from .authoring import QuestionBlock, critical_block, feedback_block, general_feedback, stem_of
from .base import (
    AnswerError,
    Choosable,
    Draft,
    Json,
    Lookup,
    MakeItem,
    Options,
    QuestionType,
    Result,
    exactly,
    state_of,
    texts_in,
    to_ppm,
)
from .conversation_problems import MAX_REPLIES, MAX_STEPS, conversation_problems
from .stored import list_items, said

END = ""
MAX_POINTS = 1000


class ReplyBlock(blocks.StructBlock):
    """One thing that the learner can say or do."""

    text = blocks.TextBlock(rows=2, help_text="Keep all replies alike in length and tone.")
    leads_to = blocks.CharBlock(
        required=False, max_length=60, help_text="The name of the step that follows. Empty: the conversation ends."
    )
    points = blocks.IntegerBlock(default=0, min_value=0, max_value=MAX_POINTS)
    remark = blocks.TextBlock(required=False, rows=2, help_text="Shown to those who chose it, once it is allowed.")
    unsafe = blocks.BooleanBlock(
        required=False, help_text="Choosing this fails the whole quiz. Only in a safety-critical question."
    )

    class Meta:
        icon = "comment"
        label = "Reply"


class StepBlock(blocks.StructBlock):
    """What the client says or does, and what can be replied."""

    name = blocks.CharBlock(max_length=60, help_text="For yourself: replies lead to it by this name.")
    text = blocks.TextBlock(rows=3, label="The client", help_text="What the client says or does.")
    choices = blocks.ListBlock(ReplyBlock(), max_num=MAX_REPLIES, label="Replies")

    class Meta:
        icon = "user"
        label = "Step"


class DialogueBlock(QuestionBlock):
    """The author's form of a dialogue."""

    nodes = blocks.ListBlock(
        StepBlock(), max_num=MAX_STEPS, label="Steps", help_text="The first one begins the conversation."
    )
    critical = critical_block()
    feedback = feedback_block()

    class Meta:
        icon = "comment"
        label = "Dialogue"
        description = "A conversation that goes where the replies lead it."


class Dialogue(QuestionType):
    """Earned points over those of the best path. Not finished, it is worth what was reached."""

    kind: ClassVar[str] = "dialogue"
    label: ClassVar[str] = "Dialogue"
    block: ClassVar[type[blocks.StructBlock]] = DialogueBlock
    template: ClassVar[str] = "quizzes/questions/dialogue.html"

    hint: ClassVar[str] = "Choose what you say. A reply cannot be taken back."
    sample: ClassVar[Mapping[str, Json]] = {
        "title": "Sample: tears on the table",
        "text": "During a session your client begins to cry.",
        "steps": [
            {
                "name": "tears",
                "text": "The client cries and says: I see somebody in front of me.",
                "replies": [
                    {"text": "I am here. What would help you now?", "leads_to": "pause", "points": 2},
                    {
                        "text": "Who is it? What is he doing to you?",
                        "leads_to": "pause",
                        "feedback": "A leading question. Memory is fallible: suggest nothing.",
                    },
                ],
            },
            {
                "name": "pause",
                "text": "The client nods and breathes. I would like to stop here.",
                "replies": [
                    {"text": "We stop. Feel the table under you; take your time.", "points": 2},
                    {
                        "text": "Stay with it. It wants to come out.",
                        "unsafe": True,
                        "feedback": "A stop is a stop; no reason is needed.",
                    },
                ],
            },
        ],
        "critical": True,
        "feedback": "Acknowledge, pause, ground, resource, refer. Interpret nothing.",
    }

    def read(self, raw: Mapping[str, Json], lookup: Lookup) -> Draft:
        steps = list_items(raw.get("nodes"), "Steps")
        names = {ident: said(value, "name") for ident, value in steps}
        ids = {name: ident for ident, name in reversed(names.items())}
        replies = {ident: list_items(value.get("choices"), "Replies") for ident, value in steps}
        every = [pair for found in replies.values() for pair in found]
        feedback = general_feedback(raw)
        for ident, value in every:
            if remark := said(value, "remark"):
                feedback[f"choice:{ident}"] = f"\u201c{said(value, 'text')}\u201d {remark}"
        nodes = []
        for step, value in steps:
            choices = [
                {"id": ident, "text": said(reply, "text"), "next": _next(said(reply, "leads_to"), ids)}
                for ident, reply in replies[step]
            ]
            nodes.append({"id": step, "text": said(value, "text"), "choices": choices})
        return Draft(
            public={"stem": stem_of(raw), "nodes": nodes},
            key={
                "points": {ident: int(value.get("points") or 0) for ident, value in every},
                "unsafe": [ident for ident, value in every if value.get("unsafe")],
                "names": names,
                "critical": bool(raw.get("critical")),
            },
            feedback=feedback,
        )

    def from_content(self, spec: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
        return {
            "nodes": [
                make(
                    f"step {step['name']}",
                    {
                        "name": step["name"],
                        "text": step["text"].strip(),
                        "choices": [_reply(step["name"], reply, make) for reply in step["replies"]],
                    },
                )
                for step in spec["steps"]
            ],
            "critical": bool(spec.get("critical")),
        }

    def problems(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        return conversation_problems(public, key)

    def options(self, public: Mapping[str, Json]) -> Options:
        return Options(ids=tuple(reply["id"] for node in public["nodes"] for reply in node["choices"]))

    def answer_from_form(self, fields: Mapping[str, Sequence[str]]) -> Json:
        """Earlier replies stand in the form as they are; the button that was pressed adds one."""
        path = [value for name in ("b", "step") for value in fields.get(name, ()) if value]
        return {"b": path} if path else None

    def fields_of(self, answer: Json) -> list[tuple[str, str]]:
        return [("b", reply) for reply in (answer or {}).get("b", ())]

    def clean(self, public: Mapping[str, Json], answer: Json) -> Json:
        if answer is None:
            return None
        path = exactly(answer, "b").get("b", [])
        if not isinstance(path, list) or not all(isinstance(reply, str) for reply in path):
            message = "The conversation must be a list of replies."
            raise AnswerError(message)
        if len(path) > len(public["nodes"]) or conversations.walk(public["nodes"], path) is None:
            message = "This reply does not belong to the step that the conversation has come to."
            raise AnswerError(message)
        return {"b": list(path)} if path else None

    def may_follow(self, before: Json, after: Json) -> bool:
        taken, given = (before or {}).get("b", []), (after or {}).get("b", [])
        return bool(given[: len(taken)] == taken)

    def mark(self, public: Mapping[str, Json], key: Mapping[str, Json], answer: Json, policy: str | None) -> Result:
        path, points = answer["b"], key["points"]
        best, _ = conversations.best_path(public["nodes"], points)
        ppm = to_ppm(Fraction(sum(points[reply] for reply in path), best)) if best else 0
        right = _best_replies(public["nodes"], points)
        return Result(
            fraction_ppm=ppm,
            state=state_of(ppm),
            parts=tuple({"id": reply, "right": reply in right} for reply in path),
            feedback_refs=(*(f"choice:{reply}" for reply in path), "general"),
            normalized=answer,
            critical_failed=key["critical"] and not set(key["unsafe"]).isdisjoint(path),
        )

    def best_answer(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> Json:
        _, path = conversations.best_path(public["nodes"], key["points"], avoid=key["unsafe"])
        return {"b": path} if path else None

    def in_words(self, public: Mapping[str, Json], answer: Json) -> list[str]:
        passed = conversations.walk(public["nodes"], (answer or {}).get("b", [])) or []
        return [f"{node['text']} \u2192 {reply['text']}" for node, reply in passed]

    def shown(self, public: Mapping[str, Json], answer: Json, order: Sequence[str]) -> dict[str, Json]:
        """The steps passed and the one that is open: no other step leaves the server."""
        path = (answer or {}).get("b", [])
        place = {reply: number for number, reply in enumerate(order)}
        node = conversations.now_at(public["nodes"], path)
        replies = [{"id": reply["id"], "label": reply["text"]} for reply in node["choices"]] if node else []
        passed = conversations.walk(public["nodes"], path) or []
        return {
            "passed": [{"text": step["text"], "id": reply["id"], "reply": reply["text"]} for step, reply in passed],
            "number": len(path) + 1,
            "waiting": self.notice(public, answer),
            "now": node["text"] if node else "",
            "replies": sorted(replies, key=lambda reply: place.get(reply["id"], 0)),
        }

    def notice(self, public: Mapping[str, Json], answer: Json) -> str:
        unfinished = answer and conversations.now_at(public["nodes"], answer["b"])
        return "The conversation goes on: choose your next reply." if unfinished else ""

    def choosables(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[Choosable]:
        right = _best_replies(public["nodes"], key["points"]) - set(key["unsafe"])
        return [
            Choosable(reply["id"], f"{node['text']} \u2192 {reply['text']}", reply["id"] in right)
            for node in public["nodes"]
            for reply in node["choices"]
        ]

    def chosen(self, answer: Json) -> tuple[str, ...]:
        return texts_in(answer, "b")

    def unsafe_in_words(self, public: Mapping[str, Json], key: Mapping[str, Json]) -> list[str]:
        return [_replies(public).get(reply, "") for reply in key["unsafe"]]

    def remark_on(self, public: Mapping[str, Json], ref: str) -> str:
        return _replies(public).get(ref.partition(":")[2], "A reply")


def _next(name: str, ids: Mapping[str, str]) -> str | None:
    """The step of this name; a name that no step has stays as it is, and the author is told."""
    return None if name == END else ids.get(name, name)


def _reply(step: str, reply: Mapping[str, Json], make: MakeItem) -> dict[str, Json]:
    return make(
        f"step {step} reply {reply['text']}",
        {
            "text": reply["text"].strip(),
            "leads_to": reply.get("leads_to", END),
            "points": int(reply.get("points", 0)),
            "remark": reply.get("feedback", "").strip(),
            "unsafe": bool(reply.get("unsafe")),
        },
    )


def _replies(public: Mapping[str, Json]) -> dict[str, str]:
    return {reply["id"]: reply["text"] for node in public["nodes"] for reply in node["choices"]}


def _best_replies(nodes: Sequence[Mapping[str, Json]], points: Mapping[str, int]) -> set[str]:
    """In each step the replies after which the most can still be earned."""
    ahead: dict[str | None, int] = {None: 0}
    right: set[str] = set()
    for node in conversations.last_first(nodes) or []:
        worth = {reply["id"]: points[reply["id"]] + ahead.get(reply["next"], 0) for reply in node["choices"]}
        ahead[node["id"]] = max(worth.values(), default=0)
        right |= {reply for reply, value in worth.items() if value == ahead[node["id"]]}
    return right
