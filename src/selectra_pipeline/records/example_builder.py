"""The packing of google-research/electra (Clark et al. 2020), kept for comparable runs.

A line that does not fit into an example is cut and its rest is lost; `packing.py` loses nothing.
"""

import random

import numpy as np

from selectra_pipeline.records.example import Example, make_example
from selectra_pipeline.vocabulary.tokenizer import EncodedLines

UNREACHABLE = 100_000  # as the target length of segment A: the example gets one segment
NO_TOKENS = np.empty(0, np.int32)


class ExampleBuilder:
    """Gathers lines until they reach a target length, then makes one example of them.

    With the same lines and the same `random.Random(seed)` it makes the examples of the original,
    because it draws in the same order: one number for the single segment; one for each line that
    might overflow segment A; one for a shorter next target and, if so, that target.
    """

    def __init__(
        self,
        sequence_length: int,
        cls_id: int,
        sep_id: int,
        rng: random.Random,
        short_sequence_probability: float = 0.05,
        single_segment_probability: float = 0.1,
    ) -> None:
        self.lost_tokens = 0
        self._sequence_length = sequence_length
        self._cls_id, self._sep_id = cls_id, sep_id
        self._rng = rng
        self._short_sequence_probability = short_sequence_probability
        self._single_segment_probability = single_segment_probability
        self._lines: list[np.ndarray] = []
        self._gathered = 0  # tokens in self._lines
        self._target = sequence_length

    def add_document(self, document: EncodedLines) -> list[Example]:
        """Take a document's lines; its end also ends the current example."""
        examples, start = [], 0
        for end in document.ends.tolist():
            self._lines.append(document.ids[start:end])
            self._gathered += end - start
            start = end
            if self._gathered >= self._target:
                examples.append(self._build())
        return examples + self.flush()

    def flush(self) -> list[Example]:
        """Make an example of what was gathered, if anything was."""
        return [self._build()] if self._gathered else []

    def _build(self) -> Example:
        first, second = self._segments()
        first = first[: self._sequence_length - 2]
        second = second[: max(0, self._sequence_length - 3 - len(first))]
        self.lost_tokens += self._gathered - len(first) - len(second)
        self._lines, self._gathered = [], 0
        self._target = self._draw_target()
        return make_example(first, second, self._cls_id, self._sep_id)

    def _segments(self) -> tuple[np.ndarray, np.ndarray]:
        single = self._rng.random() < self._single_segment_probability
        target = UNREACHABLE if single else (self._target - 3) // 2
        first, second = [NO_TOKENS], [NO_TOKENS]
        first_length = second_length = 0
        for line in self._lines:
            length = len(line)
            fits = not first_length or first_length + length < target
            if fits or (not second_length and first_length < target and self._rng.random() < 0.5):
                first.append(line)
                first_length += length
            else:
                second.append(line)
                second_length += length
        return np.concatenate(first), np.concatenate(second)

    def _draw_target(self) -> int:
        if self._rng.random() < self._short_sequence_probability:
            return self._rng.randint(5, self._sequence_length)
        return self._sequence_length
