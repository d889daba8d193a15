"""The back office of certificates: what was issued and what may become of it, what waits, and how they look."""
