"""`vocabulary.words.normalize` as operations of TensorFlow, on characters that know their places.

A character that normalisation makes of several stands for all of them: "e" and U+0301 become one
"é", whose place is that of both.
"""

from typing import NamedTuple, Self

import tensorflow as tf
import tensorflow_text as tf_text

from selectra_pipeline.serving.character_table import (
    CAPITAL_SIGMA,
    FINAL_SIGMA,
    Expansions,
    Trait,
    lower_case,
    traits,
    without_accents,
)


class Characters(NamedTuple):
    """The characters of all texts, one after the other. int tensors [characters].

    Attributes:
        codes: code points.
        begins, ends: the place in the raw text, in characters; `ends` is exclusive.
        rows: the number of the text, ascending.
    """

    codes: tf.Tensor
    begins: tf.Tensor
    ends: tf.Tensor
    rows: tf.Tensor

    @classmethod
    def of(cls, texts: tf.Tensor) -> Self:
        """Those of valid UTF-8, [texts]."""
        decoded = tf.strings.unicode_decode(texts, "UTF-8")
        rows = tf.cast(decoded.value_rowids(), tf.int32)
        places = tf.range(tf.size(rows)) - tf.gather(tf.cast(decoded.row_starts(), tf.int32), rows)
        return cls(decoded.values, places, places + 1, rows)

    def begin_rows(self) -> tf.Tensor:
        """Which are the first of their text, bool [characters]."""
        return differs_from_last(self.rows)

    def strings(self, count: int | tf.Tensor) -> tf.Tensor:
        """The texts, of which there are so many, as UTF-8."""
        ragged = tf.RaggedTensor.from_value_rowids(self.codes, self.rows, count)
        return tf.strings.unicode_encode(ragged, "UTF-8")


def differs_from_last(values: tf.Tensor) -> tf.Tensor:
    """Whether each value differs from the one before it, as the first does. bool [n]."""
    first = tf.ones_like(values[:1], tf.bool)
    return tf.concat([first, values[1:] != values[:-1]], axis=0)


def merge(characters: Characters, begins_unit: tf.Tensor) -> tuple[Characters, tf.Tensor]:
    """Runs of characters as units: the first one's code, the place of all.

    Returns:
        the units, and the number of each character's unit, int32 [characters]
    """
    unit = tf.cumsum(tf.cast(begins_unit, tf.int32)) - 1
    merged = Characters(
        tf.boolean_mask(characters.codes, begins_unit),
        tf.math.segment_min(characters.begins, unit),
        tf.math.segment_max(characters.ends, unit),
        tf.boolean_mask(characters.rows, begins_unit),
    )
    return merged, unit


class GraphNormalizer:
    """`words.normalize`, but for spaces at the ends and beside spaces, which no word sees."""

    def __init__(self, lowercase: bool, strip_accents: bool) -> None:
        self.lowercase = lowercase
        self.strip_accents = strip_accents
        self._traits = tf.constant(traits())  # made once: a graph that uses it holds one copy

    def __call__(self, texts: tf.Tensor) -> Characters:
        """The characters of valid UTF-8, [texts]."""
        characters = self._compose(self._clean(Characters.of(texts)))
        if self.lowercase:
            characters = _expand(self._end_words_in_sigma(characters), lower_case())
            characters = self._compose(characters)
        if self.strip_accents:
            characters = self._compose(_expand(characters, without_accents()))
        return characters

    def have(self, trait: Trait, characters: Characters) -> tf.Tensor:
        """Which characters have a trait, bool [characters]."""
        found = tf.gather(self._traits, characters.codes)
        return tf.bitwise.bitwise_and(found, int(trait)) > 0

    def _clean(self, characters: Characters) -> Characters:
        """Spaces for separators and line controls, and no invisible characters."""
        codes = tf.where(self.have(Trait.SPACE, characters), ord(" "), characters.codes)
        kept = ~self.have(Trait.DELETED, characters)
        return Characters(*(tf.boolean_mask(x, kept) for x in characters._replace(codes=codes)))

    def _compose(self, characters: Characters) -> Characters:
        """NFC. Most texts are in that form: then nothing is done."""
        joins = self.have(Trait.JOINS, characters)
        changes = joins | self.have(Trait.DECOMPOSED, characters)
        return tf.cond(
            tf.reduce_any(changes),
            lambda: _compose_runs(characters, joins, changes),
            lambda: characters,
        )

    def _end_words_in_sigma(self, characters: Characters) -> Characters:
        """The small letter that ends words for each capital sigma behind a word's last letter.

        As Unicode says (3.13, Final_Sigma): behind a cased letter and not before one, where
        characters that case ignores, such as accents, don't count.
        """
        cased = self.have(Trait.CASED, characters)
        counts = ~self.have(Trait.CASE_IGNORABLE, characters)
        seen = tf.cast(tf.where(counts)[:, 0], tf.int32)  # places of what counts, ascending
        places = tf.range(tf.size(characters.codes))

        def cased_at(number: tf.Tensor) -> tf.Tensor:
            """Whether the place `seen[number]` is of a cased letter, in each character's text."""
            exists = (number >= 0) & (number < tf.size(seen))
            place = tf.gather(tf.concat([seen, [0]], axis=0), tf.where(exists, number, 0))
            same_text = tf.gather(characters.rows, place) == characters.rows
            return exists & same_text & tf.gather(cased, place)

        before = cased_at(tf.searchsorted(seen, places) - 1)
        behind = cased_at(tf.searchsorted(seen, places, side="right"))
        final = (characters.codes == ord(CAPITAL_SIGMA)) & before & ~behind
        return characters._replace(codes=tf.where(final, ord(FINAL_SIGMA), characters.codes))


def _compose_runs(characters: Characters, joins: tf.Tensor, changes: tf.Tensor) -> Characters:
    """NFC of each run of characters that join, alone: it never looks beyond."""
    begins_run = ~joins | characters.begin_rows()
    runs, run = merge(characters, begins_run)
    codes = tf.RaggedTensor.from_value_rowids(characters.codes, run, tf.size(runs.codes))
    changed = tf.math.segment_max(tf.cast(changes, tf.int32), run) > 0  # perhaps
    strings = tf.strings.unicode_encode(tf.ragged.boolean_mask(codes, changed), "UTF-8")
    composed = tf_text.normalize_utf8(strings, "NFC")
    differs = composed != strings
    changed = tf.gather(tf.tensor_scatter_nd_update(changed, tf.where(changed), differs), run)
    # What is as it was stays single: "¿" and an accent behind it have places of their own.
    begins_unit = begins_run | ~changed
    units, _ = merge(characters, begins_unit)
    replacements = tf.strings.unicode_decode(tf.boolean_mask(composed, differs), "UTF-8")
    return _replace(units, tf.boolean_mask(changed, begins_unit), replacements)


def _expand(characters: Characters, expansions: Expansions) -> Characters:
    """Each character that has an expansion becomes it."""
    codes = tf.constant(expansions.codes)
    entries = tf.minimum(tf.searchsorted(codes, characters.codes), tf.size(codes) - 1)
    changed = tf.gather(codes, entries) == characters.codes
    values = tf.RaggedTensor.from_row_splits(expansions.values, expansions.splits)
    return _replace(characters, changed, tf.gather(values, tf.boolean_mask(entries, changed)))


def _replace(units: Characters, changed: tf.Tensor, by: tf.RaggedTensor) -> Characters:
    """The units, those that change replaced by the codes of `by`, [changed units, (codes)]."""
    numbers = tf.range(tf.size(units.codes))
    kept = tf.boolean_mask(numbers, ~changed)
    made_of = tf.repeat(tf.boolean_mask(numbers, changed), by.row_lengths())
    sources = tf.concat([kept, made_of], axis=0)
    codes = tf.concat([tf.gather(units.codes, kept), by.values], axis=0)
    order = tf.argsort(sources, stable=True)
    sources = tf.gather(sources, order)
    return Characters(tf.gather(codes, order), *(tf.gather(x, sources) for x in units[1:]))
