"""Doors of credit: licenses, claims, the learner's ledger, the count, evaluations. One module each."""
