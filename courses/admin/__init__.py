"""The back office of courses."""
