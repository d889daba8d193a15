"""The private parts of our keys: files that only the site's user may read, or PEMs in the environment; never rows.

A file is called after its key (`<kid>.pem`). The key of the authority, which is needed only to certify a further PDF
key, is `authority-<kid>.pem`: it may be kept somewhere else meanwhile.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings

from certificates.credentials.keys import KeyProblem, PrivateKey, read_private_key

AUTHORITY = "authority-"
OTHERS = 0o077
PEM = re.compile(r"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----", re.DOTALL)
Keep = Callable[[PrivateKey, str], None]
"""Where a new private key goes: called with the key and what its name begins with."""


class NoKeys(Exception):
    """Nothing can be signed; the message says what to do."""


def private_key(kid: str) -> PrivateKey | None:
    """The private part of this key, if this server has it."""
    directory = settings.CERTIFICATE_KEYS_DIR
    path = Path(directory) / f"{kid}.pem"
    if directory and path.exists():
        key = read_file(path)
        if key.kid != kid:
            raise NoKeys(f"{path} holds another key ({key.kid}). Give each file the name of its key.")
        return key
    return next((key for key in in_environment() if key.kid == kid), None)


def authority_keys() -> Iterator[PrivateKey]:
    """Those with which a PDF key can be certified; in the environment any key may be one."""
    if settings.CERTIFICATE_KEYS_DIR:
        for path in sorted(Path(settings.CERTIFICATE_KEYS_DIR).glob(f"{AUTHORITY}*.pem")):
            yield read_file(path)
    yield from in_environment()


def in_environment() -> list[PrivateKey]:
    """The keys of CERTIFICATE_KEYS, one PEM after the other; line breaks may be written as a backslash and n."""
    text = settings.CERTIFICATE_KEYS.replace("\\n", "\n")
    try:
        found = [read_private_key(block) for block in PEM.findall(text)]
    except KeyProblem as problem:
        raise NoKeys(f"CERTIFICATE_KEYS cannot be read. {problem}") from problem
    if text.strip() and not found:
        raise NoKeys("CERTIFICATE_KEYS holds no PEM. It begins with -----BEGIN PRIVATE KEY-----.")
    return found


def read_file(path: Path) -> PrivateKey:
    """A key out of its file, which nobody else may read."""
    try:
        if path.stat().st_mode & OTHERS:
            raise NoKeys(f"Other users of this machine may read {path}. Run: chmod 600 {path}")
        return read_private_key(path.read_bytes())
    except OSError as error:
        raise NoKeys(f"{path} cannot be read: {error.strerror or error}.") from error
    except KeyProblem as problem:
        raise NoKeys(f"{path}: {problem}") from problem


def keep_in_directory(key: PrivateKey, prefix: str) -> None:
    """Write a new key into the directory, which is made if need be; a file that exists is never written over."""
    if not settings.CERTIFICATE_KEYS_DIR:
        raise NoKeys("Set CERTIFICATE_KEYS_DIR to a directory outside the site, or use --print and CERTIFICATE_KEYS.")
    directory = Path(settings.CERTIFICATE_KEYS_DIR)
    path = directory / f"{prefix}{key.kid}.pem"
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key.pem)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise NoKeys(f"{path} cannot be written: {error.strerror or error}.") from error
