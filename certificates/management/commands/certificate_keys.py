"""`manage.py certificate_keys`: make, add, list, retire and disown the keys that sign certificates."""

import sys
from argparse import ArgumentParser
from typing import Any

from cryptography import x509
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from certificates.credentials.keys import KeyProblem, PrivateKey
from certificates.models import SigningKey
from certificates.paper.keys import fingerprint
from certificates.services.key_files import NoKeys, keep_in_directory, private_key
from certificates.services.resigning import sign_survivors
from certificates.services.rotation import KeyRefusal, MadeKey, add_key, disown_key, named_key, retire_key
from core.progress import show_progress

Use = SigningKey.Use


class Command(BaseCommand):
    """Exit status 0: done; 1: it was refused, or something could not be signed again."""

    help = "Make, add, list, retire and disown the keys that sign certificates."
    # The server's own refusals are not asked: they would say that there are no keys.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        make = steps.add_parser("make", help="the first keys: one for badges, one for PDFs")
        add = steps.add_parser("add", help="a further key, which signs from now on; the older ones go on verifying")
        add.add_argument("--use", choices=Use.values, action="append", help="only this one; without it both")
        steps.add_parser("list", help="all keys and what became of them")
        retire = steps.add_parser("retire", help="sign nothing more with a key; what it signed stays valid")
        compromised = steps.add_parser("compromised", help="somebody else may have a key: drop it, sign again")
        compromised.add_argument("--yes", action="store_true", help="do not ask")
        for one in (retire, compromised):
            one.add_argument("kid", help="its name, or the beginning of it")
        for one in (make, add, compromised):
            one.add_argument("--print", action="store_true", help="print the private keys instead of writing files")
            one.add_argument("--name", default="", help="in the certificate of a PDF key; else the school's name")

    def handle(self, *args: Any, **options: Any) -> None:
        self.printed: list[str] = []
        self.keep = self._print_later if options.get("print") else keep_in_directory
        try:
            getattr(self, f"_{options['step']}")(options)
        except (NoKeys, KeyRefusal, KeyProblem) as problem:
            raise CommandError(str(problem)) from problem
        if self.printed:
            self.stdout.write("Add to CERTIFICATE_KEYS, on one line, and keep it secret:")
            self.stdout.write("".join(self.printed).replace("\n", "\\n"))

    def _make(self, options: dict[str, Any]) -> None:
        there = set(SigningKey.objects.trusted().filter(is_demo=False, retired_at=None).values_list("use", flat=True))
        missing = [use for use in Use if use not in there]
        if not missing:
            raise KeyRefusal(
                "There are keys already. See them with: certificate_keys list. One more: certificate_keys add"
            )
        self._add_each(missing, options)

    def _add(self, options: dict[str, Any]) -> None:
        self._add_each([Use(use) for use in options["use"] or Use.values], options)
        self.stdout.write("The older keys go on verifying what they signed. Retire them when all servers have these.")

    def _add_each(self, uses: list[Use], options: dict[str, Any]) -> None:
        with transaction.atomic():
            made = [add_key(use=use, keep=self.keep, name=options["name"]) for use in uses]
        for one in made:
            self._tell(one)
        if not self.printed:
            self.stdout.write(f"The private parts are in {settings.CERTIFICATE_KEYS_DIR}. Back them up, encrypted.")

    def _list(self, options: dict[str, Any]) -> None:
        keys = list(SigningKey.objects.all())
        for key in keys:
            signed = key.papers.count() + key.files.count()
            self.stdout.write(
                f"{key.kid}\n    {key.get_use_display()}, made {key.made_at:%Y-%m-%d}, {_state(key)}, signed {signed}"
            )
            if key.authority:
                self.stdout.write(f"    authority {_root(key)}")
        if not keys:
            self.stdout.write("There are no keys. Make them with: manage.py certificate_keys make")

    def _retire(self, options: dict[str, Any]) -> None:
        key = retire_key(kid=options["kid"])
        self.stdout.write(f"{key.kid} signs nothing more. What it signed stays valid; keep its file with the backups.")

    def _compromised(self, options: dict[str, Any]) -> None:
        key = named_key(options["kid"])
        if not options["yes"]:
            self._ask(key)
        made = disown_key(kid=key.kid, keep=self.keep)
        self.stdout.write(f"{key.kid} is no longer trusted.")
        for one in made:
            self._tell(one)
        if self.printed:
            self.stdout.write("Set the new key in CERTIFICATE_KEYS, then run this once more: it signs the survivors.")
            return
        done = sign_survivors(on_progress=show_progress)
        self.stdout.write(f"Signed again: {done.renewed}.")
        for problem in done.problems:
            self.stderr.write(problem)
        if done.problems:
            sys.exit(1)

    def _ask(self, key: SigningKey) -> None:
        self.stdout.write(
            f"Every signature of {key.kid} ({key.get_use_display()}) will count no longer, for ever.\n"
            "Certificates in force are signed again; copies that people already have will be refused as badges."
        )
        if input("Type yes to go on: ").strip() != "yes":
            raise KeyRefusal("Nothing was changed.")

    def _tell(self, made: MadeKey) -> None:
        self.stdout.write(f"{made.row.kid}\n    {made.row.get_use_display()}, signs from now on.")
        if made.new_authority:
            self.stdout.write(
                f"    Its authority is new; readers of PDFs may install its certificate: {_root(made.row)}"
            )

    def _print_later(self, key: PrivateKey, prefix: str) -> None:
        self.printed.append(key.pem.decode())


def _root(key: SigningKey) -> str:
    """The fingerprint that the school publishes."""
    return fingerprint(x509.load_pem_x509_certificate(key.authority.encode()))


def _state(key: SigningKey) -> str:
    """In words; also whether this server has the private part."""
    if key.compromised_at:
        return f"compromised {key.compromised_at:%Y-%m-%d}"
    if key.is_demo:
        return "throw-away key, proves nothing"
    try:
        here = "" if private_key(key.kid) else ", its private part is not here"
    except NoKeys as problem:
        here = f", {problem}"
    return (f"retired {key.retired_at:%Y-%m-%d}" if key.retired_at else "signs") + here
