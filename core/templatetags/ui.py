"""Our own line drawings in templates: icons and the resting line.

Icons stand on a 24 grid with a 1.75 stroke and round joins, always beside a word (LOOK.md section 4).
An icon is the path of its strokes and the path of its filled shapes.
"""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

DISC = "M4 12a8 8 0 1 1 16 0a8 8 0 1 1-16 0Z"

ICONS: dict[str, tuple[str, str]] = {
    "arrow-left": ("M20 12H4M10 6L4 12L10 18", ""),
    "arrow-right": ("M4 12H20M14 6L20 12L14 18", ""),
    "book": (
        "M12 6.5C10 5 7 4.5 3.5 4.5V18.5C7 18.5 10 19 12 20.5M12 6.5C14 5 17 4.5 20.5 4.5V18.5"
        "C17 18.5 14 19 12 20.5V6.5",
        "",
    ),
    "calendar": ("M4 6H20V20H4ZM4 10.5H20M8.5 3.5V8M15.5 3.5V8", ""),
    "care": ("M12 4L21 20H3ZM12 10V14.5", "M11 17.2a1 1 0 1 1 2 0a1 1 0 1 1-2 0Z"),
    "certificate": (
        "M4 4.5H20V16H15M4 4.5V16H9M8 8.5H16M9 15a3 3 0 1 1 6 0a3 3 0 1 1-6 0ZM10 17.5V21L12 20L14 21V17.5",
        "",
    ),
    "check": ("M4.5 12.5L9.5 17.5L19.5 6.5", ""),
    "chevron-down": ("M6 9.5L12 15.5L18 9.5", ""),
    "clock": ("M3.5 12a8.5 8.5 0 1 1 17 0a8.5 8.5 0 1 1-17 0ZM12 7V12L15.5 14", ""),
    "close": ("M6 6L18 18M18 6L6 18", ""),
    "credit-no": (DISC + "M6.5 17.5L17.5 6.5", ""),
    "credit-partly": (DISC, "M12 4a8 8 0 0 0 0 16Z"),
    "credit-unknown": (
        "M19.8 10.0A8 8 0 0 1 19.9 13.4M18.9 16.1A8 8 0 0 1 16.5 18.6M14.0 19.8A8 8 0 0 1 10.6 19.9"
        "M7.9 18.9A8 8 0 0 1 5.4 16.5M4.2 14.0A8 8 0 0 1 4.1 10.6M5.1 7.9A8 8 0 0 1 7.5 5.4M10.0 4.2"
        "A8 8 0 0 1 13.4 4.1M16.1 5.1A8 8 0 0 1 18.6 7.5M9.7 10a2.3 2.3 0 1 1 3.6 1.9"
        "C12.4 12.5 12 12.9 12 13.7",
        "M11.2 16a.8.8 0 1 1 1.6 0a.8.8 0 1 1-1.6 0Z",
    ),
    "credit-yes": ("M8 12.2L11 15.2L16.2 9.2", DISC),
    "device": ("M7 3H17V21H7ZM11 18H13", ""),
    "download": ("M12 4V15M7 10.5L12 15.5L17 10.5M4.5 20H19.5", ""),
    "external": ("M13.5 4.5H19.5V10.5M19.5 4.5L11 13M17.5 13.5V19.5H4.5V6.5H10.5", ""),
    "eye": (
        "M2.5 12C5 7.5 8.5 5.5 12 5.5S19 7.5 21.5 12C19 16.5 15.5 18.5 12 18.5S5 16.5 2.5 12ZM9 12"
        "a3 3 0 1 1 6 0a3 3 0 1 1-6 0Z",
        "",
    ),
    "filter": ("M4 7H20M7 12H17M10 17H14", ""),
    "flag": ("M6 21V4.5M6 5H18L15.5 9L18 13H6", ""),
    "good": ("M3.5 12a8.5 8.5 0 1 1 17 0a8.5 8.5 0 1 1-17 0ZM8 12.3L11 15.3L16.3 9", ""),
    "hand": (
        "M8 12.5V6a1.4 1.4 0 0 1 2.8 0V11V4.8a1.4 1.4 0 0 1 2.8 0V11V6a1.4 1.4 0 0 1 2.8 0V14.5"
        "C16.4 18.5 14.5 21 11.5 21C8.5 21 7 19.5 5.5 16.5L3.9 13.4a1.4 1.4 0 0 1 2.4-1.4L8 14.5",
        "",
    ),
    "key": ("M4 15.5a4 4 0 1 1 8 0a4 4 0 1 1-8 0ZM11 12.7L20 3.7M16 7.7L19 10.7", ""),
    "lock": ("M5 11H19V20.5H5ZM8 11V8a4 4 0 0 1 8 0V11", ""),
    "mail": ("M3.5 5.5H20.5V18.5H3.5ZM4 6L12 13L20 6", ""),
    "menu": ("M4 7H20M4 12H20M4 17H20", ""),
    "note": ("M3.5 12a8.5 8.5 0 1 1 17 0a8.5 8.5 0 1 1-17 0ZM12 11V16.5", "M11 7.8a1 1 0 1 1 2 0a1 1 0 1 1-2 0Z"),
    "play": ("M7 4.5L19 12L7 19.5Z", ""),
    "print": ("M7 9V3.5H17V9M7 17H4V9H20V17H17M7 14H17V20.5H7Z", ""),
    "quiz": ("M4 4.5H20V19.5H4ZM7.5 9.5L9 11L11.5 8M14 9.5H17M7.5 15H9.5M14 15H17", ""),
    "search": ("M4 10.5a6.5 6.5 0 1 1 13 0a6.5 6.5 0 1 1-13 0ZM15.5 15.5L20.5 20.5", ""),
    "stop": ("M8.3 3H15.7L21 8.3V15.7L15.7 21H8.3L3 15.7V8.3ZM8 12H16", ""),
    "unit-current": (DISC, "M8.5 12a3.5 3.5 0 1 1 7 0a3.5 3.5 0 1 1-7 0Z"),
    "unit-open": (DISC, ""),
    "user": ("M8 8a4 4 0 1 1 8 0a4 4 0 1 1-8 0ZM4.5 20.5C5 16.5 8 14.5 12 14.5S19 16.5 19.5 20.5", ""),
}

RESTING_LINE = {
    "mark": (
        "0 0 64 20",
        "M0 13C7 13 8 3.6 15 3.6C22 3.6 22 10 27.5 10C31.5 10 31.5 7 36 7C41.5 7 42 12.2 48 12.2H59.5V13.6H48"
        "C41 13.6 41 9.7 36 9.7C32.5 9.7 32 11.9 27.5 11.9C21.5 11.9 21 7.3 15 7.3C10 7.3 8.5 13.6 0 13.6Z"
        "M58.4 12.9a2.8 2.8 0 1 1 5.6 0a2.8 2.8 0 1 1-5.6 0Z",
    ),
    "rule": (
        "0 0 240 20",
        "M0 13.1C20 13.1 26 4 44 4C62 4 66 10.8 80 10.8C91 10.8 94 7.6 106 7.6C122 7.6 126 12.4 148 12.4H235V13.6H148"
        "C126 13.6 121 10.2 106 10.2C95 10.2 91 12.3 80 12.3C66 12.3 60 7.4 44 7.4C29 7.4 22 13.5 0 13.5Z"
        "M234 13a3 3 0 1 1 6 0a3 3 0 1 1-6 0Z",
    ),
    "swell": (
        "0 0 148 20",
        "M0 13.1C20 13.1 26 4 44 4C62 4 66 10.8 80 10.8C91 10.8 94 7.6 106 7.6C122 7.6 126 12.4 148 12.4V13.6"
        "C126 13.6 121 10.2 106 10.2C95 10.2 91 12.3 80 12.3C66 12.3 60 7.4 44 7.4C29 7.4 22 13.5 0 13.5Z",
    ),
}


RESTING_LINE["rest"] = RESTING_LINE["rule"]


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon beside its word; `label` only where the word cannot stand there."""
    strokes, fills = ICONS[name]
    naming = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon icon-{}" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor"'
        ' stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" focusable="false" {}>'
        '<path d="{}" fill="currentColor" stroke="none"/><path d="{}"/></svg>',
        name,
        naming,
        fills,
        strokes,
    )


@register.simple_tag
def resting_line(form: str = "rule") -> SafeString:
    """A stroke that swells twice, settles and ends in a dot.

    Forms: the school's `mark`; a `rule`; its `swell` alone, which the style draws on to the dot; `rest`, the rule drawn
    once when a unit is completed. It means rest: it never pulses and never carries a rate (LOOK.md section 1).
    """
    view_box, path = RESTING_LINE[form]
    _, _, width, height = view_box.split()
    return format_html(
        '<svg class="resting-line resting-line-{}" viewBox="{}" width="{}" height="{}" fill="currentColor"'
        ' aria-hidden="true" focusable="false"><path d="{}"/></svg>',
        form,
        view_box,
        width,
        height,
        path,
    )
