"""The agenda of what is taught live: boards count hours by it."""

from wagtail import blocks


class AgendaItemBlock(blocks.StructBlock):
    """A line of the agenda of a live day."""

    day = blocks.IntegerBlock(default=1, min_value=1, max_value=30)
    kind = blocks.ChoiceBlock(
        choices=[
            ("instruction", "Instruction"),
            ("practice", "Supervised practice"),
            ("assessment", "Assessment"),
            ("break", "Break"),
            ("meal", "Meal"),
        ]
    )
    starts = blocks.TimeBlock(format="%H:%M")
    ends = blocks.TimeBlock(format="%H:%M")
    what = blocks.CharBlock(required=False, max_length=150)

    class Meta:
        icon = "time"
        label = "Line of the agenda"
        form_classname = "struct-block agenda-item"


AGENDA = [("item", AgendaItemBlock())]
