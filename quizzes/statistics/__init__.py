"""The statistics of quizzes as pure functions over integer sums and histograms (QUIZZES.md section 13).

`sums` says what is kept: integers only, so that an attempt can be taken back exactly. `spread`, `items` and `papers`
hold the formulae: results are `Fraction`; a float appears at the very end and only where a square root does, because
there is no exact one. `advice` says in words what the figures mean. No database, clock or request anywhere.
"""
