"""Before anything is installed: can this machine run Stillpoint? One clear sentence for each thing that is missing.

Runs with whatever `python3` there is, so it uses nothing newer than Python 3.6 and nothing but the standard library.
"""

import importlib.util
import socket
import sys


def main():  # type: ignore[no-untyped-def]
    if sys.version_info < (3, 11):
        found = "{}.{}".format(*sys.version_info[:2])
        return "Stillpoint needs Python 3.11 or newer; this is {}. Then: make demo PYTHON=python3.11".format(found)
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            return "Python's venv module is missing. On Debian or Ubuntu: sudo apt install python3-venv"
    for port in sys.argv[1:]:
        if not _free(int(port)):
            return f"Port {port} is in use. Stop what listens there, or choose another one: make demo PORT=8010"
    return None


def _free(port):  # type: ignore[no-untyped-def]
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


if __name__ == "__main__":
    problem = main()
    if problem:
        sys.stderr.write(problem + "\n")
        sys.exit(1)
