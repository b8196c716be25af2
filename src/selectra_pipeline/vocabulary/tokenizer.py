"""The tokenizer: the only thing that turns text into ids, at every stage and in every export."""

import hashlib
import itertools
import json
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np

from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.shards.files import write_text
from selectra_pipeline.shards.paths import Path, as_path
from selectra_pipeline.vocabulary.alphabet import CONTINUATION
from selectra_pipeline.vocabulary.words import MAX_WORD_CHARACTERS, normalize, word_pattern

VOCABULARY_FILE = "vocab.txt"
SETTINGS_FILE = "tokenizer_settings.json"

# TensorFlow Text limits words by bytes, BERT by characters, of which UTF-8 has at most 4 bytes.
MAX_WORD_BYTES = 4 * MAX_WORD_CHARACTERS
OVERLONG_WORD = "x" * (MAX_WORD_BYTES + 1)  # stands for a word over the limit: surely one [UNK]


class EncodedLines(NamedTuple):
    """Token ids of lines that follow one another.

    Attributes:
        ids: of all lines. int32 [tokens].
        ends: where each line ends in them. int64 [lines], rising.
    """

    ids: np.ndarray
    ends: np.ndarray

    def lines(self, first: int, last: int) -> "EncodedLines":
        """Lines `first` to `last` (exclusive) alone."""
        start = self.ends[first - 1] if first else 0
        ends = self.ends[first:last]
        return EncodedLines(self.ids[start : ends[-1] if len(ends) else start], ends - start)


class Tokenizer:
    """Text to WordPiece ids (Devlin et al. 2019), without special tokens, and back.

    Text is normalised (`normalize`), split at white space and around punctuation and ideographs,
    and each word into its longest pieces from the left; a word that can't be spelled, or that has
    over 100 characters, is one [UNK]. "[MASK]" in a text is three words: text never makes special
    ids other than [UNK]. Cheap to make and to pickle: TensorFlow is imported at the first encoding.

    Example:
        >>> Tokenizer([*SPECIAL_TOKENS, "cami", "##ón"]).tokenize("camión")
        ['cami', '##ón']
    """

    def __init__(
        self, vocabulary: Sequence[str], lowercase: bool = False, strip_accents: bool = False
    ) -> None:
        """Take entries in id order.

        Raises:
            ValueError: an entry is missing, doubled, empty or holds white space.
        """
        self.vocabulary: tuple[str, ...] = tuple(vocabulary)
        self.lowercase = lowercase
        self.strip_accents = strip_accents
        _check_entries(self.vocabulary)
        self.ids = {entry: number for number, entry in enumerate(self.vocabulary)}
        self.pad_id, self.unk_id, self.cls_id, self.sep_id, self.mask_id = (
            self.ids[token] for token in SPECIAL_TOKENS
        )

    @classmethod
    def load(cls, directory: str | Path) -> Self:
        """Read what `save` wrote.

        Raises:
            FileNotFoundError: a file is missing.
            ValueError: a file is damaged, or vocab.txt is not the one that was saved.
        """
        directory = as_path(directory)
        for path in (directory / VOCABULARY_FILE, directory / SETTINGS_FILE):
            if not path.exists():
                raise FileNotFoundError(f"{path} does not exist: run the vocabulary stage first")
        content = (directory / VOCABULARY_FILE).read_bytes()
        try:
            settings = json.loads((directory / SETTINGS_FILE).read_text(encoding="utf-8"))
            expected = settings["sha256"]
            options = {name: settings[name] for name in ("lowercase", "strip_accents")}
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f"{directory / SETTINGS_FILE} is damaged ({error!r}); "
                f"delete {directory} and run the vocabulary stage again"
            ) from error
        if hashlib.sha256(content).hexdigest() != expected:
            raise ValueError(
                f"{directory / VOCABULARY_FILE} was changed after it was saved (its checksum "
                "differs): ids would not mean what they meant in training; restore the file, or "
                f"delete {directory} and run the vocabulary stage again"
            )
        return cls(content.decode().removesuffix("\n").split("\n"), **options)

    def save(self, directory: str | Path) -> None:
        """Write vocab.txt (an entry a line, in id order) and tokenizer_settings.json."""
        text = self._vocabulary_text
        settings = {
            "lowercase": self.lowercase,
            "strip_accents": self.strip_accents,
            "max_word_characters": MAX_WORD_CHARACTERS,
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
        }
        write_text(as_path(directory) / VOCABULARY_FILE, text)
        write_text(as_path(directory) / SETTINGS_FILE, json.dumps(settings, indent=2) + "\n")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.vocabulary, self.lowercase, self.strip_accents)

    @property
    def _vocabulary_text(self) -> str:
        return "".join(f"{entry}\n" for entry in self.vocabulary)

    @property
    def size(self) -> int:
        """Number of entries."""
        return len(self.vocabulary)

    @cached_property
    def continuation(self) -> np.ndarray:
        """Which entries go on with a word ("##x"). Bool [size]."""
        inner = [len(entry) > 2 and entry.startswith(CONTINUATION) for entry in self.vocabulary]
        return np.array(inner, dtype=bool)

    @property
    def digest(self) -> str:
        """SHA-256 (first 16 hex digits) of all that decides about ids."""
        settings = f"{self.lowercase} {self.strip_accents} {MAX_WORD_CHARACTERS}\n"
        return hashlib.sha256((settings + self._vocabulary_text).encode()).hexdigest()[:16]

    @cached_property
    def graph_tokenizer(self) -> Any:
        """TensorFlow Text's FastBertTokenizer, int32 ids: for normalised text, in any graph."""
        import tensorflow as tf
        import tensorflow_text as tf_text

        with tf.init_scope():  # first asked for inside a graph, it is of use outside, too
            return tf_text.FastBertTokenizer(
                list(self.vocabulary),
                suffix_indicator=CONTINUATION,
                max_bytes_per_word=MAX_WORD_BYTES,
                token_out_type=tf.int32,
                unknown_token="[UNK]",
                no_pretokenization=False,
                lower_case_nfd_strip_accents=False,  # `normalize` does what is wanted of it
            )

    def normalize(self, text: str) -> str:
        """The text that is split into words: NFC, one line, single spaces (`words.normalize`)."""
        return normalize(text, self.lowercase, self.strip_accents)

    def encode(self, text: str) -> list[int]:
        """Ids of one text, without special tokens."""
        return self.encode_batch([text])[0]

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of many texts, without special tokens; far faster than one text at a time."""
        encoded = self.encode_lines(texts)
        ids = encoded.ids.tolist()
        return [ids[start:end] for start, end in itertools.pairwise([0, *encoded.ends.tolist()])]

    def encode_lines(self, texts: Sequence[str], normalized: bool = False) -> EncodedLines:
        """What `encode_batch` gives, as arrays: no object for each id or text.

        Args:
            normalized: the texts are as `normalize_line` leaves them, like those of the shards of
                documents, and need not be looked through again.
        """
        if not texts:
            return EncodedLines(np.empty(0, np.int32), np.empty(0, np.int64))
        if not normalized or self.lowercase or self.strip_accents:
            texts = [self.normalize(text) for text in texts]
        # [texts, (tokens)]
        ragged = self.graph_tokenizer.tokenize([_replace_overlong(text) for text in texts])
        return EncodedLines(ragged.values.numpy(), ragged.row_splits.numpy()[1:])

    def tokenize(self, text: str) -> list[str]:
        """The entries that a text is encoded to."""
        return [self.vocabulary[number] for number in self.encode(text)]

    def decode(self, ids: Sequence[int]) -> str:
        """Words of the ids, joined by spaces: the text up to its spacing and its unknown words."""
        strange = [number for number in ids if not 0 <= number < self.size]
        if strange:
            raise ValueError(f"ids must be from 0 to {self.size - 1}, got {strange[0]}")
        words: list[str] = []
        for number in ids:
            entry = self.vocabulary[number]
            if words and self.continuation[number]:
                words[-1] += entry.removeprefix(CONTINUATION)
            else:
                words.append(entry)
        return " ".join(words)


def _replace_overlong(normalized: str) -> str:
    if not _has_long_run(normalized):
        return normalized
    return word_pattern().sub(
        lambda word: OVERLONG_WORD if len(word[0]) > MAX_WORD_CHARACTERS else word[0], normalized
    )


def _has_long_run(normalized: str) -> bool:
    """Whether more characters than a word may have stand between two spaces.

    From one space that is near enough to the farthest such one: seven times as fast as splitting.
    """
    start = 0
    while len(normalized) - start > MAX_WORD_CHARACTERS:
        space = normalized.rfind(" ", start, start + MAX_WORD_CHARACTERS + 1)
        if space < 0:
            return True
        start = space + 1
    return False


def _check_entries(vocabulary: tuple[str, ...]) -> None:
    if not vocabulary:
        raise ValueError("the vocabulary is empty; learn one with the vocabulary stage")
    missing = [token for token in SPECIAL_TOKENS if token not in vocabulary]
    if missing:
        raise ValueError(
            f"the vocabulary lacks {', '.join(missing)}; add an entry for each of "
            f"{' '.join(SPECIAL_TOKENS)}"
        )
    first_seen: dict[str, int] = {}
    for number, entry in enumerate(vocabulary):
        if not entry or entry.split() != [entry]:
            raise ValueError(
                f"vocabulary entry {number} is {entry!r}; remove entries that are empty or "
                "hold white space"
            )
        if first_seen.setdefault(entry, number) != number:
            raise ValueError(
                f"vocabulary entry {entry!r} stands at {first_seen[entry]} and at {number}; "
                "remove one of them"
            )
