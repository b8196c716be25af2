"""Gopher's rules of repetition (Rae et al. 2021, table A1).

They agree with datatrove's `GopherRepetitionFilter` on every document, but for n-grams that differ
only in where one word ends and the next begins. That class runs at 1.5 MB/s even with fast words,
because it makes a text of every n-gram of every length; here only those positions are looked at
where the n-gram one word shorter occurs more than once, which in prose are few.
"""

from collections.abc import Iterator

import numpy as np

from selectra_pipeline.config.cleaning import RepetitionConfig
from selectra_pipeline.corpus.cleaning.measured_text import MeasuredText
from selectra_pipeline.corpus.cleaning.rejection import Measurement

TOP_LENGTHS = range(2, 5)
REPEATED_LENGTHS = range(5, 11)


def repetition(measured: MeasuredText, limits: RepetitionConfig) -> Iterator[Measurement]:
    """Repeated lines, the most frequent short n-grams, and long n-grams that come again."""
    yield Measurement(
        "repetition/lines",
        measured.repeated_lines / len(measured.lines),
        most=limits.max_repeated_lines,
        shown=measured.most_repeated_line,
    )
    ngrams = RepeatedNgrams(measured)
    for n, most in zip(TOP_LENGTHS, limits.max_top_ngrams, strict=True):
        ngrams.lengthen()
        position, characters = ngrams.most_frequent()
        yield Measurement(
            f"repetition/top_{n}_gram",
            characters / len(measured.text),
            most=most,
            shown=lambda n=n, start=position: " ".join(measured.words[start : start + n]),
        )
    for n, most in zip(REPEATED_LENGTHS, limits.max_repeated_ngrams, strict=True):
        ngrams.lengthen()
        position, characters = ngrams.repeated()
        yield Measurement(
            f"repetition/{n}_grams",
            characters / len(measured.text),
            most=most,
            shown=lambda n=n, start=position: " ".join(measured.words[start : start + n]),
        )


class RepeatedNgrams:
    """The n-grams of words that occur more than once, for one n after the other.

    Attributes:
        n: their length; 1 to begin with.
        positions: where they begin, ascending: int64 [occurrences].
        ids: a number for each, the same where the n-gram is: int64 [occurrences].
    """

    def __init__(self, measured: MeasuredText):
        self._words = measured.word_indices
        self._vocabulary_size = len(measured.vocabulary)
        lengths = measured.word_lengths[self._words]
        self._ends = np.concatenate(([0], np.cumsum(lengths)))  # [words + 1], without spaces
        self.n = 1
        self.positions = np.flatnonzero(measured.word_counts[self._words] > 1)
        self.ids = self._words[self.positions]

    def lengthen(self) -> None:
        """Go on to the n-grams that are one word longer."""
        self.n += 1
        # Both the first and the last n - 1 words must occur more than once.
        followed = np.flatnonzero(self.positions[1:] == self.positions[:-1] + 1)
        starts = self.positions[followed]
        last = self._words[starts + self.n - 1]
        # Smaller than the number of words squared: no overflow.
        keys = self.ids[followed] * self._vocabulary_size + last
        _, ids, counts = np.unique(keys, return_inverse=True, return_counts=True)
        kept = counts[ids] > 1
        self.positions, self.ids = starts[kept], ids[kept]

    def most_frequent(self) -> tuple[int, int]:
        """Where the most frequent n-gram begins; the characters of all its occurrences.

        Of equally frequent ones it is the first, as in datatrove; so one that does not repeat, too.
        The spaces within it count.
        """
        if len(self._words) < self.n:
            return 0, 0
        start, count = 0, 1
        if len(self.ids):
            counts = np.bincount(self.ids)[self.ids]
            start, count = int(self.positions[counts.argmax()]), int(counts.max())
        return start, count * (self._characters(start) + self.n - 1)

    def repeated(self) -> tuple[int, int]:
        """Where the first n-gram that came before begins; the characters of all of them.

        Going from left to right, an n-gram that came before is counted and passed over as a whole.
        The spaces within it don't count.
        """
        seen: set[int] = set()
        free = characters = first = 0
        for position, ngram in zip(self.positions.tolist(), self.ids.tolist(), strict=True):
            if position < free:
                continue
            if ngram not in seen:
                seen.add(ngram)
                continue
            first = first if characters else position
            characters += self._characters(position)
            free = position + self.n
        return first, characters

    def _characters(self, start: int) -> int:
        return int(self._ends[start + self.n] - self._ends[start])
