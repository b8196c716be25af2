"""Which words of a typed text the discriminator takes for replaced ones."""

import random
from collections.abc import Iterable
from typing import NamedTuple

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.serving.detection import Detection, detect_replaced
from selectra_pipeline.serving.served_model import ServedModel
from selectra_pipeline.serving.typed_text import InputProblem, TypedText, Word, read_typed
from selectra_pipeline.vocabulary.words import split_words

SHORTEST_WORD = 3  # that is put in another's place: an article would seldom be noticed


class JudgedWord(NamedTuple):
    """A word and the judgement of each of its pieces."""

    word: Word
    pieces: list[Detection]

    @property
    def probability(self) -> float:
        """Of the most suspicious piece."""
        return max(piece.probability for piece in self.pieces)

    @property
    def is_suspected(self) -> bool:
        """Whether the discriminator takes it for replaced (a logit above 0)."""
        return self.probability > 0.5


class JudgedText(NamedTuple):
    """The words of a text; [CLS] and [SEP] are judged too, but that is of no interest."""

    typed: TypedText
    words: list[JudgedWord]


class WordJudge:
    """A discriminator, ready to judge texts; may be used from several threads.

    Raises:
        ConfigError: the model is none.
    """

    def __init__(self, served: ServedModel) -> None:
        if served.kind != "discriminator":
            raise ConfigError(
                f"{served.source} is a {served.kind}, not a discriminator; name the export of a "
                "pre-training run in demo.model"
            )
        self._served = served

    def judge(self, typed: str) -> JudgedText:
        """The probability of every word's having been replaced.

        Raises:
            InputProblem: the text is blank or too long.
        """
        read = self._read(typed)
        ((_cls, *detections, _sep),) = detect_replaced(self._served, read.text)
        found = iter(detections)
        words = [JudgedWord(word, [next(found) for _ in word.ids]) for word in read.words]
        return JudgedText(read, words)

    def replace_at_random(
        self, typed: str, replacements: Iterable[str], draw: random.Random
    ) -> tuple[str, str]:
        """Put a word from elsewhere in a word's place.

        Args:
            replacements: texts whose words may come in.

        Returns:
            the changed text, and the word that came in.

        Raises:
            InputProblem: the text is blank or too long, or nothing in it can be replaced.
        """
        read = self._read(typed)
        own = {word.text.lower() for word in read.words}
        known = sorted({word for text in replacements for word in split_words(text)})
        others = [word for word in known if _is_replaceable(word) and word.lower() not in own]
        replaceable = [word for word in read.words if _is_replaceable(word.text)]
        if not replaceable or not others:
            raise InputProblem("none_replaceable", letters=SHORTEST_WORD)
        word = draw.choice(replaceable)
        as_large = [other for other in others if other[0].isupper() == word.text[0].isupper()]
        other = draw.choice(as_large or others)
        return read.text[: word.start] + other + read.text[word.end :], other

    def _read(self, typed: str) -> TypedText:
        limit = self._served.config.max_position_embeddings
        return read_typed(typed, self._served.tokenizer, limit)


def _is_replaceable(word: str) -> bool:
    return word.isalpha() and len(word) >= SHORTEST_WORD
