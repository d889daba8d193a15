"""Words of anatomy that look alike and mean something else: a slip of the pen must never turn one into the other.

The first pairs are those of QUIZZES.md 5.4. The others are pairs that stand in J. Berman's list "Pitfalls in medical
terminology" (2014, julesberman.blogspot.com) and touch this trade, or differ from those in their ending only. Mere
variants of spelling do not belong here: somebody who writes one means the other.
"""

PAIRS: tuple[tuple[str, str], ...] = (
    ("abduction", "adduction"),
    ("abductor", "adductor"),
    ("abductors", "adductors"),
    ("abduct", "adduct"),
    ("abducted", "adducted"),
    ("ilium", "ileum"),
    ("iliac", "ileac"),
    ("perineal", "peroneal"),
    ("perineum", "peroneus"),
    ("hypertension", "hypotension"),
    ("hypertonic", "hypotonic"),
    ("hypertonia", "hypotonia"),
    ("hyperthermia", "hypothermia"),
    ("afferent", "efferent"),
    ("afferents", "efferents"),
    ("supraspinatus", "infraspinatus"),
    ("supraspinous", "infraspinous"),
    ("supraorbital", "infraorbital"),
    ("interosseous", "intraosseous"),
    ("intercranial", "intracranial"),
    ("metacarpal", "metatarsal"),
    ("metacarpals", "metatarsals"),
    ("metacarpus", "metatarsus"),
    ("malleus", "malleolus"),
    ("inhalation", "exhalation"),
    ("inspiration", "expiration"),
    ("mucus", "mucous"),
    ("flexion", "extension"),
    ("anterior", "interior"),
    ("exterior", "interior"),
    ("arteritis", "arthritis"),
    ("aural", "oral"),
    ("brachial", "branchial"),
    ("costal", "coastal"),
    ("dysphagia", "dysphasia"),
    ("facial", "fascial"),
    ("facies", "fascia"),
    ("fibrosis", "fibrositis"),
    ("humeral", "humoral"),
    ("keratosis", "ketosis"),
    ("mitosis", "miosis"),
    ("palpation", "palpitation"),
    ("perineal", "peritoneal"),
    ("perineum", "peritoneum"),
    ("peroneal", "peritoneal"),
    ("prostate", "prostrate"),
    ("trapezium", "trapezius"),
    ("trapezium", "trapezoid"),
    ("trapezius", "trapezoid"),
    ("ureter", "urethra"),
    ("ureteral", "urethral"),
    ("vagus", "valgus"),
    ("varus", "valgus"),
)

PREFIXES: tuple[tuple[str, str], ...] = (("hyper", "hypo"), ("supra", "infra"), ("inter", "intra"))
"""Beginnings that turn a word into its opposite or its neighbor, whatever follows."""


def rivals_of(word: str) -> frozenset[str]:
    """The other words that this one could be taken for, by the pairs and by an exchanged beginning."""
    found = {other for pair in PAIRS if word in pair for other in pair if other != word}
    for one, other in PREFIXES:
        for mine, theirs in ((one, other), (other, one)):
            if word.startswith(mine):
                found.add(theirs + word.removeprefix(mine))
    return frozenset(found - {word})
