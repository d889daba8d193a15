"""The statistics of quizzes: sums and histograms of integers, folded from deltas (QUIZZES.md section 13).

Nothing here is the truth: `rebuild_statistics` makes all of it anew from the attempts, and a test holds both equal.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Population(models.TextChoices):
    """Whose attempts are counted."""

    FIRST = "first", "First tries only"
    ALL = "all", "All tries"


class StatDelta(models.Model):
    """What one attempt adds to the statistics, or takes back. Written with the mark, folded later.

    The one that adds stays when it is folded: it says what the attempt stands for now, and what a change of its marks
    has to take back. The database admits one for each attempt, so none is counted twice.
    """

    attempt = models.ForeignKey("quizzes.Attempt", on_delete=models.PROTECT, related_name="+")
    quiz_version = models.ForeignKey("quizzes.QuizVersion", on_delete=models.PROTECT, related_name="+")
    sign = models.SmallIntegerField(help_text="1 adds, -1 takes back.")
    payload = models.JSONField(help_text="Total, time and per item what it was marked and what was chosen.")
    folded = models.BooleanField(default=False, help_text="It is in the sums.")

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["attempt"], name="quizzes_attempt_counts_once", condition=models.Q(sign=1))
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["quiz_version"], name="quizzes_delta_waiting", condition=models.Q(folded=False))
        ]

    def __str__(self) -> str:
        return f"{self.sign:+d} attempt {self.attempt_id}"


class QuizStat(models.Model):
    """One quiz version and population: how many, and how the totals are spread."""

    quiz_version = models.ForeignKey("quizzes.QuizVersion", on_delete=models.CASCADE, related_name="stats")
    population = models.CharField(max_length=5, choices=Population.choices)
    n = models.IntegerField(default=0)
    passed = models.IntegerField(default=0)
    totals = models.JSONField(default=dict, help_text="Milli-points -> attempts.")
    seconds = models.JSONField(default=dict, help_text="Seconds taken, in steps -> attempts.")
    papers = models.JSONField(default=dict, help_text="Milli-points that could be had -> attempts.")
    slots = models.JSONField(default=dict, help_text="Place in the paper -> sums over whatever stood there.")

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["quiz_version", "population"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["quiz_version", "population"], name="quizzes_quiz_stat_once")
        ]

    def __str__(self) -> str:
        return f"Statistics of {self.quiz_version_id} ({self.population})"


class ItemStat(models.Model):
    """One question in a quiz version: sums and histograms of its marks and of the rest of the paper."""

    quiz_stat = models.ForeignKey(QuizStat, on_delete=models.CASCADE, related_name="items")
    pool = models.ForeignKey(
        "quizzes.QuestionVersion",
        on_delete=models.CASCADE,
        related_name="+",
        help_text="The first version of those that differ by spelling only: they are counted together.",
    )
    points_m = models.IntegerField()
    n = models.IntegerField(default=0)
    sum_x = models.BigIntegerField(default=0)
    sum_xx = models.BigIntegerField(default=0)
    sum_xt = models.BigIntegerField(default=0)
    sum_t = models.BigIntegerField(default=0)
    sum_tt = models.BigIntegerField(default=0)
    marks = models.JSONField(default=dict, help_text="Milli-points on the item -> attempts.")
    rests = models.JSONField(default=dict, help_text="Milli-points on the rest -> attempts.")

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["quiz_stat", "pool"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["quiz_stat", "pool", "points_m"], name="quizzes_item_stat_once")
        ]

    def __str__(self) -> str:
        return f"Statistics of question version {self.pool_id}"


class OptionStat(models.Model):
    """One option, or one written answer, of a question: how often, and how those did who chose it."""

    item_stat = models.ForeignKey(ItemStat, on_delete=models.CASCADE, related_name="options")
    option = models.CharField(max_length=200, help_text="The option's id, or what was written.")
    written = models.BooleanField(default=False)
    n = models.IntegerField(default=0)
    sum_x = models.BigIntegerField(default=0)
    sum_t = models.BigIntegerField(default=0)
    sum_r = models.BigIntegerField(default=0)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering: ClassVar[list[str]] = ["item_stat", "option"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["item_stat", "written", "option"], name="quizzes_option_stat_once")
        ]

    def __str__(self) -> str:
        return f"Option {self.option}"
