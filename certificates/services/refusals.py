"""What keeps a certificate from being made, in words for whoever asked for it. Nothing is stored then."""

from certificates.credentials.proofs import CredentialError
from certificates.paper.signing import SigningError
from certificates.rendering import RenderError
from certificates.services.keys import NoKeys

NOT_MADE = (RenderError, CredentialError, SigningError, NoKeys, OSError)


def why_not_made(error: Exception) -> str:
    """Words for staff: what cannot be printed or signed, and what to do."""
    if isinstance(error, OSError):
        return f"The file could not be stored ({type(error).__name__}). Try again in a while."
    return str(error)


def why_not_yours(error: Exception) -> str:
    """Words for the holder: a name that cannot be printed is theirs to change, everything else is the school's."""
    if isinstance(error, RenderError):
        return str(error)
    return "The new certificate cannot be prepared at the moment. Please try again later."
