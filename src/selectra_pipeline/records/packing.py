"""Packing that loses nothing: the documents of a shard as one stream, cut into full examples."""

import random
from bisect import bisect_left

import numpy as np

from selectra_pipeline.records.example import Example, make_example
from selectra_pipeline.vocabulary.tokenizer import EncodedLines


class LosslessPacker:
    """Cuts a stream of sentences into [CLS] A [SEP] B [SEP] of the target length.

    - Every token of the documents is in exactly one example, in order.
    - Examples end between words; the rest is carried over. Only a word that is longer than a whole
      example is cut. So an example, except the last, lacks less than a word of its target length
      (and one token more, where a document ends just there).
    - A and B meet at the sentence end nearest to the middle. There is one segment where no sentence
      ends inside, and otherwise with `single_segment_probability`.
    - Inside a segment one [SEP] stands between two documents. Where two documents meet at the
      end of a segment, the [SEP] of the segment is enough.

    Args:
        sequence_length: longest example, [CLS] and [SEP] included.
        continuation: bool [vocabulary size], true for "##" entries.
        rng: draws the target length and the number of segments of each example.
        short_sequence_probability: share of examples whose target length is drawn from 5 to
            `sequence_length`.

    The ids of a document must not contain `sep_id`; a tokenizer never makes it from text.
    """

    def __init__(
        self,
        sequence_length: int,
        cls_id: int,
        sep_id: int,
        continuation: np.ndarray,
        rng: random.Random,
        short_sequence_probability: float = 0.05,
        single_segment_probability: float = 0.1,
    ) -> None:
        self.lost_tokens = 0
        self._sequence_length = sequence_length
        self._cls_id, self._sep_id = cls_id, sep_id
        self._continuation = np.asarray(continuation, bool).tobytes()  # fastest to index by one id
        self._rng = rng
        self._short_sequence_probability = short_sequence_probability
        self._single_segment_probability = single_segment_probability
        self._tokens = np.empty(0, np.int32)  # the stream from the start of the next example on
        self._sentence_ends: list[int] = []  # positions in it, rising
        self._draw_shape()

    def add_document(self, document: EncodedLines) -> list[Example]:
        """Append a document, given as its sentences; give the examples that are now full."""
        if not len(document.ids):
            return []
        if len(self._tokens):
            self._tokens = np.append(self._tokens, np.int32(self._sep_id))
        start = len(self._tokens)
        self._tokens = np.concatenate((self._tokens, document.ids))
        ends = np.unique(document.ends)  # sentences without tokens end where another one does
        self._sentence_ends += (start + ends[ends > 0]).tolist()
        return self._cut_examples(final=False)

    def flush(self) -> list[Example]:
        """Give the rest of the stream, in examples of which the last may be short."""
        return self._cut_examples(final=True)

    def _cut_examples(self, final: bool) -> list[Example]:
        examples, start = [], 0
        # One token more than fits must be there: it shows whether a word ends before it.
        while len(self._tokens) - start > (0 if final else self._target - 2):
            if self._tokens[start] == self._sep_id:  # documents meet between two examples
                start += 1
                continue
            first, second, start = self._cut_segments(start)
            examples.append(make_example(first, second, self._cls_id, self._sep_id))
            self._draw_shape()
        self._tokens = self._tokens[start:]
        passed = bisect_left(self._sentence_ends, start)
        self._sentence_ends = [end - start for end in self._sentence_ends[passed:]]
        return examples

    def _cut_segments(self, start: int) -> tuple[np.ndarray, np.ndarray, int]:
        """Segments A and B of the example that starts at `start`, and where it ends."""
        tokens = self._tokens
        if not self._single_segment:
            end = self._word_end(start, start + self._target - 3)
            split = self._sentence_end_near_middle(start, end)
            if split and tokens[split] != self._sep_id:
                return tokens[start:split], tokens[split:end], end
            if split:  # the [SEP] between the documents is the one between the segments
                end = self._word_end(start, start + self._target - 2)
                return tokens[start:split], tokens[split + 1 : end], end
        end = self._word_end(start, start + self._target - 2)
        return tokens[start:end], tokens[:0], end

    def _word_end(self, start: int, limit: int) -> int:
        """The last position up to `limit` at which a word ends and no document is just behind."""
        if limit >= len(self._tokens):
            return len(self._tokens)
        end = limit
        while end > start and self._continuation[self._tokens[end]]:
            end -= 1
        if end == start:  # one word fills it all
            return limit
        return end - 1 if self._tokens[end - 1] == self._sep_id else end

    def _sentence_end_near_middle(self, start: int, end: int) -> int | None:
        """Position in (start, end) of the nearest sentence end to the middle, if there is one."""
        middle = (start + end) / 2
        after = bisect_left(self._sentence_ends, middle)
        near = self._sentence_ends[max(after - 1, 0) : after + 1]
        inside = [position for position in near if start < position < end]
        return min(inside, key=lambda position: abs(position - middle), default=None)

    def _draw_shape(self) -> None:
        """Draw the target length and the number of segments of the next example."""
        rng, length = self._rng, self._sequence_length
        short = rng.random() < self._short_sequence_probability
        self._target = rng.randint(5, length) if short else length
        self._single_segment = rng.random() < self._single_segment_probability
