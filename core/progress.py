"""A bar that is drawn over itself, for commands that walk many rows."""

import sys

BAR = 40


def show_progress(done: int, total: int) -> None:
    """On standard error, where somebody watches; a log gets no bar."""
    if not sys.stderr.isatty() and done != total:
        return
    filled = BAR * done // max(1, total)
    end = "\n" if done == total else ""
    sys.stderr.write(f"\r[{'#' * filled}{'.' * (BAR - filled)}] {done} of {total}{end}")
    sys.stderr.flush()
