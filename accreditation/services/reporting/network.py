"""The one place that talks to CE Broker. Off until configured; nothing goes over the network by default.

An exchange has three ends: an answer; nothing was sent (`NotSent`: it may be tried again); or nobody can tell
(`Unknown`: never again by a machine, because posted entries can be neither edited nor deleted there).
"""

import ssl
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.exceptions import ConnectTimeout
from urllib3.exceptions import MaxRetryError, NewConnectionError, SSLError

from accreditation.rules.cebroker import MOST_BYTES, with_secrets

CONNECT, ANSWER = 10, 60
"""Seconds."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")
PIECE = 65536


class NotSent(Exception):
    """No connection was made: nothing left this machine."""


class Unknown(Exception):
    """It was on its way when something went wrong, or the answer is none: it may have arrived."""


def why_off() -> str:
    """Why nothing can be sent over the network; empty: it can."""
    if not settings.CEBROKER_URL:
        return "Sending over the network is not set up: CEBROKER_URL is empty."
    if not (settings.CEBROKER_PARENT_PROVIDER and settings.CEBROKER_UPLOAD_KEY):
        return "CEBROKER_PARENT_PROVIDER and CEBROKER_UPLOAD_KEY are needed for sending."
    parts = urlsplit(settings.CEBROKER_URL)
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.DEBUG and to_this_machine()):
        return "CEBROKER_URL must begin with https."
    return ""


def to_this_machine() -> bool:
    """The address is of the machine itself: a board's double for tests and demonstrations."""
    return urlsplit(settings.CEBROKER_URL).hostname in LOOPBACK


def exchange(message: bytes) -> bytes:
    """Post one message and read what comes back. Raises NotSent or Unknown."""
    if off := why_off():
        raise NotSent(off)
    outgoing = with_secrets(
        message,
        parent_provider=settings.CEBROKER_PARENT_PROVIDER,
        upload_key=settings.CEBROKER_UPLOAD_KEY,
        test=settings.CEBROKER_TEST,
    )
    if len(outgoing) > MOST_BYTES:
        raise NotSent("The message is longer than 16 MB.")
    with requests.Session() as session:
        session.trust_env = False  # the key goes straight there, by no proxy and no .netrc
        try:
            return _post(session, outgoing.decode())
        except (requests.RequestException, OSError) as error:
            if _never_left(error):
                raise NotSent(f"No connection ({type(error).__name__}).") from error
            raise Unknown(f"No answer ({type(error).__name__}).") from error


def _post(session: requests.Session, message: str) -> bytes:
    """A form with one field; redirects are not followed, for they would carry the key elsewhere."""
    with session.post(
        settings.CEBROKER_URL,
        data={"InXML": message},
        timeout=(CONNECT, ANSWER),
        allow_redirects=False,
        stream=True,
    ) as response:
        if response.status_code != requests.codes.ok:
            raise Unknown(f"It answered with status {response.status_code}.")
        read = bytearray()
        for piece in response.iter_content(PIECE):
            read += piece
            if len(read) > MOST_BYTES:
                raise Unknown("Its answer is longer than 16 MB.")
        return bytes(read)


def _never_left(error: Exception) -> bool:
    """No connection, or a certificate that was refused before any of the message was sent."""
    if isinstance(error, ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else None
    refused = isinstance(reason, SSLError) and isinstance(reason.args[0], ssl.SSLCertVerificationError)
    return refused or isinstance(reason, NewConnectionError)
