"""The plots of a quiz's statistics."""

from core.plots import Axis, Bin, Dot, Mark, Plot, histogram, scatter
from quizzes.services.stat_reading import QuizFigures
from quizzes.statistics import papers
from quizzes.statistics.sums import Histogram

TENTHS = 10
MINUTE = 60
WIDTHS = (1, 2, 5, 10, 15, 30, 60, 120, 240)
MOST_BINS = 12


def percent_axis(label: str, lower: int = 0) -> Axis:
    """From 0, or from below it, to 100."""
    return Axis(label, lower, 100, lambda value: f"{value:g}%".replace("-", "−"))


def totals_plot(found: QuizFigures) -> Plot:
    """How the totals are spread, with the pass mark and, where it says something, the band of doubt."""
    sums, pass_mark = found.sums, found.version.settings["pass_mark"]
    counts = [0] * TENTHS
    for total, times in sums.totals.items():
        counts[min(TENTHS - 1, total * TENTHS // found.paper) if found.paper else 0] += times
    error = papers.standard_error(sums) if found.enough else None
    reach = 100 * error / found.paper if error and found.paper else 0
    band = f" Shaded: one standard error ({reach:.1f} points of 100) on both sides of it." if reach else ""
    return histogram(
        ident="totals",
        title="Totals",
        description=f"How many tries reached what percentage of the points. The pass mark is {pass_mark}%.{band}",
        x=percent_axis("Points earned"),
        bins=[Bin(10 * place, 10 * place + 10, count) for place, count in enumerate(counts)],
        counted="Tries",
        mark=Mark(pass_mark, f"Pass mark {pass_mark}%", reach),
    )


def time_plot(found: QuizFigures) -> Plot:
    """How long it took. What took much longer than the others stands in the last bar."""
    bins = time_bins(found.sums.seconds)
    return histogram(
        ident="time",
        title="Time taken",
        description="How many tries took how many minutes. The last bar holds all that took longer.",
        x=Axis("Minutes", 0, bins[-1].upper if bins else 1),
        bins=bins,
        counted="Tries",
    )


def time_bins(seconds: Histogram) -> list[Bin]:
    """Bars of a round width, so many as 19 of 20 tries need."""
    count = sum(seconds.values())
    if not count:
        return []
    passed, longest = 0, 0
    for value in sorted(seconds):
        passed, longest = passed + seconds[value], value
        if passed * 20 >= count * 19:
            break
    width = next((width for width in WIDTHS if longest <= width * MINUTE * MOST_BINS), WIDTHS[-1])
    places = min(MOST_BINS, longest // (width * MINUTE) + 1)
    counts = [0] * places
    for value, times in seconds.items():
        counts[min(places - 1, value // (width * MINUTE))] += times
    return [Bin(width * place, width * (place + 1), times) for place, times in enumerate(counts)]


def questions_plot(found: QuizFigures) -> Plot | None:
    """Each question by how easy it was and how well it tells learners apart; None where no index is shown."""
    dots = [
        Dot(
            float(100 * one.item.facility), one.item.discrimination, str(one.number), stands_out=bool(one.flags)
        )
        for one in found.questions
        if one.enough and one.item.facility is not None and one.item.discrimination is not None
    ]  # fmt: skip
    if not dots:
        return None
    lowest = min(-25, int(min(dot.y for dot in dots) // 25) * 25)
    return scatter(
        ident="questions",
        title="Questions: easy or hard, and how well they tell learners apart",
        description="Each point is a question, by its number. Right: easy. High: who did well on the rest did well on "
        "it. A diamond needs a look.",
        x=percent_axis("Facility"),
        y=Axis("Discrimination", lowest, 100, lambda value: f"{value:.1f}".removesuffix(".0").replace("-", "−")),
        dots=dots,
        named="Question",
    )
