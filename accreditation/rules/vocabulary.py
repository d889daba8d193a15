"""The words of CE rules that are ours; each board's own words and codes for them are rows (`BodyTerm`)."""

from django.db.models import TextChoices


class Mode(TextChoices):
    """How it is taught. A recorded webinar is home study; a hybrid course is several credit lines (DOMAIN.md 2.3)."""

    SELF_PACED = "self_paced", "Home study"
    LIVE_ONLINE = "live_online", "Webinar"
    LIVE_IN_PERSON = "live_in_person", "Live"


class Subject(TextChoices):
    """What an hour is about, as boards part their requirements (DOMAIN.md 2.2, 4)."""

    TECHNIQUE = "technique", "Technique"
    ETHICS = "ethics", "Ethics"
    LAWS = "laws", "Laws and rules"
    MEDICAL_ERRORS = "medical_errors", "Medical errors"
    HUMAN_TRAFFICKING = "human_trafficking", "Human trafficking"
    CULTURAL_COMPETENCY = "cultural_competency", "Cultural competency"
    HEALTH_EQUITY = "health_equity", "Health equity"
    PAIN_MANAGEMENT = "pain_management", "Pain management"
    SCIENCE = "science", "Science"
    RESEARCH = "research", "Research"
    SELF_CARE = "self_care", "Self-care"
    BUSINESS = "business", "Business"
    FIRST_AID = "first_aid", "First aid and CPR"
    GENERAL = "general", "General"


class Unit(TextChoices):
    """What a body counts in. Ten contact hours are one CEU elsewhere: never mix them."""

    CE_HOUR = "ce_hour", "CE hour"
    CONTACT_HOUR = "contact_hour", "Contact hour"
    PDA = "pda", "PDA point"
    CREDIT = "credit", "Credit"
    CPD_HOUR = "cpd_hour", "CPD hour"
    CPD_POINT = "cpd_point", "CPD point"


LIVE_MODES = (Mode.LIVE_ONLINE.value, Mode.LIVE_IN_PERSON.value)
