"""Text to TFRecords in plain Python, one character, one piece, one message at a time.

The measure for `benchmarks/records.py`: the passes of BERT's basic and WordPiece tokenizers (Devlin
et al. 2019, `tokenization.py`), ELECTRA's packing (Clark et al. 2020,
`build_pretraining_dataset.py`) and TensorFlow's message classes, written down straightforwardly. It
expects normalised text, as shards of documents hold it, and makes the records that the stage makes
with `packing: electra`, `format: padded`.
"""

import pathlib
import random
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import tensorflow as tf

LONGEST_WORD = 100


class PlainTokenizer:
    """Cleans, splits into words and then into the longest pieces from the left, pass by pass."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.ids = {entry: number for number, entry in enumerate(vocabulary)}

    def encode(self, text: str) -> list[int]:
        """Ids of a text, without special tokens."""
        pieces = [piece for word in split_words(text) for piece in self._pieces(word)]
        return [self.ids[piece] for piece in pieces]

    def _pieces(self, word: str) -> list[str]:
        characters = list(word)
        if len(characters) > LONGEST_WORD:
            return ["[UNK]"]
        pieces, start = [], 0
        while start < len(characters):
            end, found = len(characters), None
            while start < end and found is None:
                piece = "".join(characters[start:end])
                if start > 0:
                    piece = "##" + piece
                if piece in self.ids:
                    found = piece
                else:
                    end -= 1
            if found is None:
                return ["[UNK]"]
            pieces.append(found)
            start = end
        return pieces


def split_words(text: str) -> list[str]:
    """Words between white space; punctuation and ideographs are words of one character."""
    words = []
    for run in _set_apart_ideographs(_clean(text)).split():
        words.extend(_split_at_punctuation(run))
    return " ".join(words).split()


def _split_at_punctuation(run: str) -> list[str]:
    words: list[list[str]] = []
    in_word = False
    for character in run:
        if is_punctuation(character):
            words.append([character])
            in_word = False
        else:
            if not in_word:
                words.append([])
            in_word = True
            words[-1].append(character)
    return ["".join(characters) for characters in words]


def _clean(text: str) -> str:
    cleaned = []
    for character in text:
        if ord(character) in (0, 0xFFFD) or is_control(character):
            continue
        cleaned.append(" " if is_white_space(character) else character)
    return "".join(cleaned)


def is_control(character: str) -> bool:
    """What carries no text; tabs and ends of lines are white space."""
    if character in "\t\n\r":
        return False
    return unicodedata.category(character) in ("Cc", "Cf")


def is_white_space(character: str) -> bool:
    """What becomes a space."""
    return character in " \t\n\r" or unicodedata.category(character) == "Zs"


def _set_apart_ideographs(text: str) -> str:
    apart = []
    for character in text:
        apart.append(f" {character} " if is_ideograph(character) else character)
    return "".join(apart)


def is_punctuation(character: str) -> bool:
    """All ASCII symbols, and what Unicode calls P."""
    code = ord(character)
    if 33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126:
        return True
    return unicodedata.category(character).startswith("P")


def is_ideograph(character: str) -> bool:
    """Whether BERT makes a word of the character by itself."""
    code = ord(character)
    return (
        0x4E00 <= code <= 0x9FFF
        or 0x3400 <= code <= 0x4DBF
        or 0x20000 <= code <= 0x2A6DF
        or 0x2A700 <= code <= 0x2B73F
        or 0x2B740 <= code <= 0x2B81F
        or 0x2B820 <= code <= 0x2CEAF
        or 0xF900 <= code <= 0xFAFF
        or 0x2F800 <= code <= 0x2FA1F
    )


def plain_examples(
    documents: Iterable[str], tokenizer: PlainTokenizer, length: int, rng: random.Random
) -> Iterator[tuple[list[int], list[int]]]:
    """Segments A and B of each example, without special tokens."""
    target = length
    for document in documents:
        lines, gathered = [], 0
        for line in document.split("\n"):
            lines.append(tokenizer.encode(line))
            gathered += len(lines[-1])
            if gathered >= target:
                yield _segments(lines, target, length, rng)
                target = _next_target(length, rng)
                lines, gathered = [], 0
        if gathered:
            yield _segments(lines, target, length, rng)
            target = _next_target(length, rng)


def _segments(
    lines: list[list[int]], target: int, length: int, rng: random.Random
) -> tuple[list[int], list[int]]:
    room_in_first = 100_000 if rng.random() < 0.1 else (target - 3) // 2
    first: list[int] = []
    second: list[int] = []
    for line in lines:
        fits = not first or len(first) + len(line) < room_in_first
        if fits or (not second and len(first) < room_in_first and rng.random() < 0.5):
            first.extend(line)
        else:
            second.extend(line)
    first = first[: length - 2]
    return first, second[: max(0, length - 3 - len(first))]


def _next_target(length: int, rng: random.Random) -> int:
    return rng.randint(5, length) if rng.random() < 0.05 else length


def plain_record(first: list[int], second: list[int], ids: dict[str, int], length: int) -> bytes:
    """A serialised `tf.train.Example` with ids, mask and segments, padded to the length."""
    input_ids = [ids["[CLS]"], *first, ids["[SEP]"]]
    segment_ids = [0] * len(input_ids)
    if second:
        input_ids += [*second, ids["[SEP]"]]
        segment_ids += [1] * (len(second) + 1)
    input_mask = [1] * len(input_ids)
    features = {"input_ids": input_ids, "input_mask": input_mask, "segment_ids": segment_ids}
    padding = [0] * (length - len(input_ids))
    lists = {name: tf.train.Int64List(value=[*f, *padding]) for name, f in features.items()}
    feature = {name: tf.train.Feature(int64_list=values) for name, values in lists.items()}
    example = tf.train.Example(features=tf.train.Features(feature=feature))
    return example.SerializeToString(deterministic=True)


def write_plainly(
    documents: Iterable[str],
    tokenizer: PlainTokenizer,
    length: int,
    rng: random.Random,
    path: pathlib.Path,
) -> None:
    """Write the records of the documents, in their order."""
    with tf.io.TFRecordWriter(str(path)) as writer:
        for first, second in plain_examples(documents, tokenizer, length, rng):
            writer.write(plain_record(first, second, tokenizer.ids, length))
