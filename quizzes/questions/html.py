"""The few tags that a question may be written in. Frozen text is shown as it is, so it is cleaned when it is frozen."""

import re

import nh3

TAGS = {"p", "br", "b", "strong", "i", "em", "ul", "ol", "li", "sub", "sup"}
FEATURES = ["bold", "italic", "ol", "ul", "subscript", "superscript"]
"""What the author's toolbar offers: no links and no embeds, which would point at things that change."""


def clean_html(source: str) -> str:
    """Only structure and emphasis, no attribute at all."""
    return nh3.clean(source or "", tags=TAGS, attributes={}).strip()


def is_blank(source: str) -> bool:
    """Whether nothing would be read."""
    return not nh3.clean(source or "", tags=set()).replace("\xa0", " ").strip()


def inline(source: str) -> str:
    """The same text for a place that takes no paragraphs, such as the legend of a group of answers."""
    text = re.sub(r"[ \t\r\n]+", " ", source)  # as HTML reads it; long runs would cost time in their square below
    text = re.sub(r" ?</(p|ul|ol)> ?<(p|ul|ol)> ?", "<br><br>", text)
    text = re.sub(r" ?<li> ?", "<br>• ", re.sub(r"</li> ?", "", text))
    text = re.sub(r"</?(p|ul|ol)>", "", text)
    return re.sub(r"(<br>){3,}", "<br><br>", text).strip()
