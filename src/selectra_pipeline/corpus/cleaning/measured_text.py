"""What several filters count of one document, counted once."""

from collections import Counter
from functools import cached_property

import numpy as np

from selectra_pipeline.corpus.cleaning.words import split_words


class MeasuredText:
    """A normalised text with its lines, words and counts, each made when it is first asked for."""

    def __init__(self, text: str):
        self.text = text

    @cached_property
    def lines(self) -> list[str]:
        """None is empty, but for that of an empty text."""
        return self.text.split("\n")

    @cached_property
    def words(self) -> list[str]:
        """Words and punctuation marks."""
        return split_words(self.text)

    @cached_property
    def vocabulary(self) -> dict[str, int]:
        """Different words -> their index, in the order in which they first occur."""
        return {word: index for index, word in enumerate(dict.fromkeys(self.words))}

    @cached_property
    def word_indices(self) -> np.ndarray:
        """Index in the vocabulary of each word: int64 [words]."""
        indices = map(self.vocabulary.__getitem__, self.words)
        return np.fromiter(indices, dtype=np.int64, count=len(self.words))

    @cached_property
    def word_counts(self) -> np.ndarray:
        """How often each word of the vocabulary occurs: int64 [vocabulary]."""
        return np.bincount(self.word_indices, minlength=len(self.vocabulary))

    @cached_property
    def word_lengths(self) -> np.ndarray:
        """Characters of each word of the vocabulary: int64 [vocabulary]."""
        return np.fromiter(map(len, self.vocabulary), dtype=np.int64, count=len(self.vocabulary))

    @cached_property
    def repeated_lines(self) -> int:
        """Lines that repeat an earlier one."""
        return len(self.lines) - len(set(self.lines))

    @cached_property
    def repeated_line_characters(self) -> int:
        """Characters of the lines that repeat an earlier one, line breaks not counted."""
        if not self.repeated_lines:
            return 0
        return sum(map(len, self.lines)) - sum(map(len, set(self.lines)))

    def most_repeated_line(self) -> str:
        """The line whose repetitions hold the most characters."""
        counts = Counter(self.lines)
        return max(counts, key=lambda line: (counts[line] - 1) * len(line))
