"""The WSGI entry. Django runs its system checks in `runserver` only, so they are run here: a server that could
take money or issue certificates wrongly must not start (DESIGN.md section 5)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from config.startup import refuse_to_start_unless_sound  # noqa: E402 - apps must be loaded first

refuse_to_start_unless_sound()
