"""Question files of other systems, in and out: small pure parsers and writers, one per format (QUIZZES.md section 14).

A parser takes the bytes of a file and gives one `Parsed` or `Refused` per question: nothing is silent. It knows no
database, clock or request.
"""
