"""Why an act on a report was not done."""


class ReportRefused(Exception):
    """Nothing was changed; the message says why, and what to do."""
