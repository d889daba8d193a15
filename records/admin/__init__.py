"""The back office of records: the audit view, retention policies, legal holds."""
