"""Small questions about a recording, as the author's form stores them, and a hypothesis strategy over them."""

from typing import Any

from hypothesis import strategies as st

from quizzes.questions.base import Lookup
from quizzes.questions.freezing import Frozen, freeze

FACTS = {"id": 1, "sha256": "0" * 64, "title": "Resting", "is_audio": False, "lacks": []}
LOOKUP = Lookup(recordings={1: FACTS})


def options(*right: int, count: int = 3, **more: Any) -> list[dict[str, Any]]:
    """Options `o0`, `o1`, ... with a remark each."""
    values = [{"text": f"Option {n}", "correct": n in right, "remark": f"remark {n}", **more} for n in range(count)]
    return [{"type": "item", "id": f"o{n}", "value": value} for n, value in enumerate(values)]


def frozen(first: str = "1:20", last: str = "1:26.5", *, lookup: Lookup = LOOKUP, **more: Any) -> Frozen:
    """A question with a moment and, unless told otherwise, with three options of which the first is right."""
    raw = {"stem": "<p>When?</p>", "recording": 1, "moment_from": first, "moment_to": last, "options": options(0)}
    return freeze(kind="video", raw={**raw, **more}, language="en", lookup=lookup)


@st.composite
def video_questions(draw: st.DrawFn) -> Frozen:
    """Any publishable question about a recording."""
    start, length = draw(st.integers(0, 9000)), draw(st.integers(0, 600))
    first, last = f"{start // 600}:{start // 10 % 60:02}.{start % 10}", f"{(start + length) / 10:.1f}"
    count = draw(st.integers(2, 5))
    shape = draw(st.sampled_from(["both", "moment", "choice"]))
    listed = [] if shape == "moment" else options(draw(st.integers(0, count - 1)), count=count)
    return frozen("", "", options=listed) if shape == "choice" else frozen(first, last, options=listed)
