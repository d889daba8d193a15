"""One item of QTI 2 or 3 on its way in."""

from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from quizzes.interchange.markup import attribute, inner_html, line_of
from quizzes.interchange.packages import Package
from quizzes.interchange.taking import Responses, Ruled, Unsupported

from .declarations import Declared, Response, number, read_declarations
from .processing import Processing

INTERACTIONS = frozenset(
    {
        "choiceInteraction", "orderInteraction", "matchInteraction", "inlineChoiceInteraction", "textEntryInteraction",
        "extendedTextInteraction", "hotspotInteraction", "selectPointInteraction", "gapMatchInteraction",
        "graphicGapMatchInteraction",
    }
)  # fmt: skip
ASIDE = frozenset({"feedbackBlock", "feedbackInline", "rubricBlock", "modalFeedback", "prompt", "stylesheet"})
GENERAL = "general"


@dataclass
class Reading(Ruled):
    """The item, its declarations and its rules."""

    root: Element = field(default_factory=lambda: Element("assessmentItem"))
    declared: Declared = field(default_factory=Declared)
    processing: Processing | None = None

    @classmethod
    def of(cls, root: Element, number: int, package: Package | None, path: str) -> "Reading":
        """Begin to read an item."""
        identifier, declared = attribute(root, "identifier"), read_declarations(root)
        name = attribute(root, "title") or identifier or f"Question {number}"
        processing = Processing(root, declared)
        return cls(number, name, identifier, package, path, root=root, declared=declared, processing=processing)

    def score(self, responses: Responses) -> Fraction:
        if self.processing is None or not self.processing.exists:
            message = "it does not say how an answer is scored"
            raise Unsupported(message, line_of(self.root))
        return self.processing.score(responses)

    @property
    def body(self) -> Element:
        """The part that is shown."""
        body = self.root.find("itemBody")
        if body is None:
            message = "it has no item body, so there is no question to ask"
            raise Unsupported(message, line_of(self.root))
        return body

    @property
    def most(self) -> Fraction:
        """The points of an item that a person marks."""
        named = self.declared.outcomes.get("MAXSCORE")
        most = named.default if named else None
        return number(most) if most else Fraction(1)

    def response(self, interaction: Element) -> Response:
        """The response that an interaction sets."""
        identifier = attribute(interaction, "responseIdentifier")
        if identifier not in self.declared.responses:
            message = f'its interaction sets "{identifier[:60]}", which the item does not declare'
            raise Unsupported(message, line_of(interaction))
        return self.declared.responses[identifier]

    def stem(self, interaction: Element | None = None) -> str:
        """The question itself: the body without its interactions, then the prompt."""
        source = inner_html(self.body, INTERACTIONS | ASIDE)
        prompt = None if interaction is None else interaction.find("prompt")
        if prompt is not None:
            source += f"<p>{inner_html(prompt)}</p>"
        self._note_rubrics()
        return self.rich(source, "the question")

    def _note_rubrics(self) -> None:
        views = [attribute(one, "view") for one in self.body.iter("rubricBlock")]
        if any("scorer" not in view for view in views):
            self.warn("A text beside the question (rubricBlock) is not kept.")

    def text(self, element: Element, what: str) -> str:
        """The words of a part that takes text only."""
        return self.words(inner_html(element, ASIDE), what)

    def feedback(self) -> str:
        """What everyone reads afterwards. Feedback that depends on the answer has no place with us and is named."""
        shown = list(self.root.iterfind("modalFeedback")) + list(self.body.iter("feedbackBlock"))
        for_all = [one for one in shown if attribute(one, "identifier") == GENERAL]
        if len(for_all) < len(shown):
            self.warn("Feedback that depends on the score is not kept.")
        return "".join(self.rich(inner_html(one), "the feedback") for one in for_all)

    def remark(self, choice: Element) -> str:
        """What those who chose this read."""
        inline = choice.find("feedbackInline")
        return "" if inline is None else self.words(inner_html(inline), "a remark")
