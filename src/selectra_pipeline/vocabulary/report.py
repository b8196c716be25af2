"""How well a vocabulary fits text that it was not learned from."""

import dataclasses
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.vocabulary.alphabet import CONTINUATION, accented_entries
from selectra_pipeline.vocabulary.tokenizer import Tokenizer
from selectra_pipeline.vocabulary.words import count_words, is_standalone

BATCH = 10_000
EXAMPLE_SENTENCES = 5
EXAMPLE_LENGTHS = range(40, 161)  # characters of an example sentence
EXAMPLE_ENTRIES = 24


@dataclass(frozen=True)
class VocabularyQuality:
    """Fit of a vocabulary to a text. Words are runs of letters, digits and the like.

    Attributes:
        words: number of words; punctuation and ideographs, always one token, are not among them.
        tokens: number of tokens, those of punctuation and ideographs included.
        tokens_per_word: tokens of the words, by word (fertility).
        unknown_per_token: share of [UNK] among the tokens.
        unknown_per_word: share of the words that are [UNK].
        whole_words: share of the words that are one token, and not [UNK].
        characters_per_token: characters that are not white space, by token.
    """

    words: int
    tokens: int
    tokens_per_word: float
    unknown_per_token: float
    unknown_per_word: float
    whole_words: float
    characters_per_token: float


def measure(tokenizer: Tokenizer, texts: Iterable[str]) -> VocabularyQuality:
    """Measure a vocabulary on texts, which are read once.

    Raises:
        ValueError: the texts hold no word.
    """
    return measure_counts(
        tokenizer, count_words(texts, tokenizer.lowercase, tokenizer.strip_accents)
    )


def measure_counts(tokenizer: Tokenizer, words: Mapping[str, int]) -> VocabularyQuality:
    """Measure a vocabulary on counted words: a word is encoded the same way wherever it stands."""
    total = tokens = unknown_tokens = characters = 0
    word_tokens = unknown_words = whole_words = 0
    for word, count, ids in _encode_words(tokenizer, words):
        unknown = tokenizer.unk_id in ids
        tokens += count * len(ids)
        unknown_tokens += count * unknown
        characters += count * len(word)
        if not is_standalone(word[0]):
            total += count
            word_tokens += count * len(ids)
            unknown_words += count * unknown
            whole_words += count * (len(ids) == 1 and not unknown)
    if not total:
        raise ValueError("there is no word to measure the vocabulary on; give it some text")
    return VocabularyQuality(
        words=total,
        tokens=tokens,
        tokens_per_word=word_tokens / total,
        unknown_per_token=unknown_tokens / tokens,
        unknown_per_word=unknown_words / total,
        whole_words=whole_words / total,
        characters_per_token=characters / tokens,
    )


def _encode_words(
    tokenizer: Tokenizer, words: Mapping[str, int]
) -> Iterator[tuple[str, int, list[int]]]:
    """Each word with its count and its ids."""
    listed = list(words)
    for start in range(0, len(listed), BATCH):
        batch = listed[start : start + BATCH]
        for word, ids in zip(batch, tokenizer.encode_batch(batch), strict=True):
            yield word, words[word], ids


def entry_kinds(vocabulary: tuple[str, ...]) -> dict[str, int]:
    """Number of entries by kind; accented ones are counted in the other kinds too."""
    counts = Counter(map(_kind, vocabulary))
    kinds = ("special", "character", "word_start", "continuation_character", "continuation")
    return {kind: counts[kind] for kind in kinds} | {
        "accented": int(accented_entries(vocabulary).sum())
    }


def _kind(entry: str) -> str:
    if entry in SPECIAL_TOKENS:
        return "special"
    if entry.startswith(CONTINUATION) and len(entry) > 2:
        return "continuation_character" if len(entry) == 3 else "continuation"
    return "character" if len(entry) == 1 else "word_start"


def vocabulary_report(
    candidates: Mapping[str, Tokenizer], texts: Iterable[str], measured_on: str = "heldout"
) -> tuple[dict[str, Any], str]:
    """Compare vocabularies on texts that they were not learned from.

    Args:
        candidates: tokenizers by the name of their algorithm, the chosen one first; all of them
            lower-case and strip accents alike.
        texts: read once.
        measured_on: the split that the texts are from, for the record.

    Returns:
        the facts (JSON values: "chosen", "size", "measured_on", "quality" by name, "entries" by
        kind, "accented_examples", "sentences") and the same as Markdown.
    """
    chosen, tokenizer = next(iter(candidates.items()))
    sentences: list[str] = []
    words = count_words(
        _collect_sentences(texts, sentences), tokenizer.lowercase, tokenizer.strip_accents
    )
    facts = {
        "chosen": chosen,
        "size": tokenizer.size,
        "measured_on": measured_on,
        "quality": {
            name: dataclasses.asdict(measure_counts(candidate, words))
            for name, candidate in candidates.items()
        },
        "entries": entry_kinds(tokenizer.vocabulary),
        "accented_examples": _accented_examples(tokenizer.vocabulary),
        "sentences": [
            {"text": sentence, "tokens": tokenizer.tokenize(sentence)} for sentence in sentences
        ],
    }
    return facts, _to_markdown(facts)


def _accented_examples(vocabulary: tuple[str, ...]) -> list[str]:
    accented = itertools.compress(vocabulary, accented_entries(vocabulary))
    longer = (entry for entry in accented if len(entry.removeprefix(CONTINUATION)) > 2)
    return list(itertools.islice(longer, EXAMPLE_ENTRIES))


def _collect_sentences(texts: Iterable[str], sentences: list[str]) -> Iterator[str]:
    """Pass texts on; add to `sentences` the first fit line of each until there are enough."""
    for text in texts:
        if len(sentences) < EXAMPLE_SENTENCES:
            fit = (line for line in text.split("\n") if len(line) in EXAMPLE_LENGTHS)
            sentences.extend(itertools.islice(fit, 1))
        yield text


def _to_markdown(facts: Mapping[str, Any]) -> str:
    sections = [
        f"# Vocabulary: {facts['size']:,} entries, {facts['chosen']}",
        f"Measured on the {facts['measured_on']} documents.",
        _quality_table(facts["quality"]),
        "\n".join(
            ["| entries | |", "|---|---:|"]
            + [f"| {kind.replace('_', ' ')} | {n:,} |" for kind, n in facts["entries"].items()]
        ),
        f"Entries with an accent, for example: {', '.join(facts['accented_examples']) or 'none'}",
    ]
    for sentence in facts["sentences"]:
        sections.append(f"```text\n{sentence['text']}\n{' '.join(sentence['tokens'])}\n```")
    return "\n\n".join(sections) + "\n"


def _quality_table(quality: Mapping[str, Mapping[str, Any]]) -> str:
    lines = [f"| | {' | '.join(quality)} |", "|---|" + "---:|" * len(quality)]
    for field in dataclasses.fields(VocabularyQuality):
        values = [measured[field.name] for measured in quality.values()]
        cells = (f"{value:,}" if isinstance(value, int) else f"{value:.4f}" for value in values)
        lines.append(f"| {field.name.replace('_', ' ')} | {' | '.join(cells)} |")
    return "\n".join(lines)
