"""`python -m stripe_sandbox`: start the sandbox as its own process, or say in one sentence why not."""

import argparse
import logging
import signal
import sys

from stripe_sandbox.config import LOOPBACK, RefusalToStartError, from_environment
from stripe_sandbox.html import BANNER
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.server import Server


def main() -> int:
    parser = argparse.ArgumentParser(prog="stripe_sandbox", description="A Stripe-compatible development server.")
    parser.add_argument("--port", type=int, help="SANDBOX_PORT, else 12111")
    parser.add_argument("--host", default="localhost", help=" or ".join(LOOPBACK))
    parser.add_argument("--database", help="SANDBOX_DATABASE, else var/sandbox.sqlite3")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="sandbox: %(message)s")
    try:
        config = from_environment(host=options.host, port=options.port, database=options.database)
        server = Server(Sandbox(config))
    except RefusalToStartError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"Port {config.port} cannot be used ({error.strerror}). Choose another with --port.\n")
        return 2
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job begins with it ignored
    sys.stderr.write(f"{BANNER}. {server.url}/dashboard\n")
    try:
        server.run()
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
