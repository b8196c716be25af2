"""Exact match and F1 of answers, as SQuAD's official scorer defines them.

The scorer knows English articles and ASCII punctuation. Here articles are an argument, and all
punctuation of Unicode is passed over ("¿", "«"), as in the scorer of MLQA (Lewis et al. 2020).
"""

import string
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence

ASCII_PUNCTUATION = frozenset(string.punctuation)


def normalize_answer(text: str, articles: Collection[str]) -> str:
    """Lower case, without punctuation and articles, single spaces."""
    kept = (c for c in text.lower() if not _is_punctuation(c))
    return " ".join(word for word in "".join(kept).split() if word not in articles)


def exact_match(answer: str, truths: Sequence[str], articles: Collection[str]) -> float:
    """1 if the answer is one of the true ones, else 0; no true one means that "" is right."""
    given = normalize_answer(answer, articles)
    return float(any(given == normalize_answer(truth, articles) for truth in truths or ("",)))


def answer_f1(answer: str, truths: Sequence[str], articles: Collection[str]) -> float:
    """The highest F1 of the answer's words with those of a true answer."""
    given = normalize_answer(answer, articles).split()
    return max(_f1(given, normalize_answer(truth, articles).split()) for truth in truths or ("",))


def _f1(given: list[str], true: list[str]) -> float:
    if not given or not true:
        return float(given == true)
    common = (Counter(given) & Counter(true)).total()
    return 2.0 * common / (len(given) + len(true))


def _is_punctuation(character: str) -> bool:
    return character in ASCII_PUNCTUATION or unicodedata.category(character)[0] == "P"
