"""Signing and checking of the papers we hand out: pure, without models, settings or clock."""
