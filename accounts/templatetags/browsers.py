"""Where somebody is logged in, in words that a person knows."""

from django import template

register = template.Library()

# In this order: Edge and Opera call themselves Chrome too, and Chrome calls itself Safari.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
DEVICES = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "a Mac"),
    ("CrOS", "a Chromebook"),
    ("Linux", "Linux"),
)


@register.filter
def browser(user_agent: str) -> str:
    """`{{ session.user_agent|browser }}` -> "Chrome on Windows"; what nobody knows is "Another program"."""
    name = next((word for sign, word in BROWSERS if sign in user_agent), "Another program")
    device = next((word for sign, word in DEVICES if sign in user_agent), "")
    return f"{name} on {device}" if device else name
