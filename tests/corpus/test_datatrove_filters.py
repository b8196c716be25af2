"""Our filters of web text give the verdicts of datatrove's, with the same words."""

import dataclasses
import gzip
import json
import random

import pytest
from datatrove.data import Document as DatatroveDocument
from datatrove.pipeline.filters import (
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
    fineweb_quality_filter,
    gopher_quality_filter,
    gopher_repetition_filter,
)

from selectra_pipeline.config.cleaning import CleaningConfig
from selectra_pipeline.corpus.cleaning.fineweb import fineweb_quality
from selectra_pipeline.corpus.cleaning.gopher import gopher_quality
from selectra_pipeline.corpus.cleaning.measured_text import MeasuredText
from selectra_pipeline.corpus.cleaning.repetition import repetition
from selectra_pipeline.corpus.cleaning.words import split_words
from selectra_pipeline.corpus.normalization import normalize_document

# With two limits that FineWeb-2 leaves loose.
CONFIG = CleaningConfig.from_params(
    {
        "gopher": {"enabled": True, "max_words": 300},
        "repetition": {"enabled": True},
        "fineweb": {"enabled": True, "max_short_lines": 0.67},
    }
)
# Limits that nothing exceeds.
LOOSE = {
    "gopher": {
        "min_words": 1,
        "max_words": 10**9,
        "min_word_length": 0.0,
        "max_word_length": 1e9,
        "max_symbols_per_word": 1e9,
        "max_bullet_lines": 1.0,
        "max_ellipsis_lines": 1.0,
        "min_alphabetic_words": 0.0,
        "min_stop_words": 0,
    },
    "repetition": {
        "max_repeated_lines": 1.0,
        "max_top_ngrams": (1.0,) * 3,
        "max_repeated_ngrams": (1.0,) * 6,
    },
    "fineweb": {
        "min_punctuated_lines": 0.0,
        "max_short_lines": 1.0,
        "max_repeated_characters": 1.0,
        "max_lines_per_word": 1.0,
    },
}
THEIR_NAMES = {
    "gopher_short_doc": "gopher/too_few_words",
    "gopher_long_doc": "gopher/too_many_words",
    "gopher_below_avg_threshold": "gopher/short_words",
    "gopher_above_avg_threshold": "gopher/long_words",
    "gopher_too_many_hashes": "gopher/hash_signs",
    "gopher_too_many_ellipsis": "gopher/ellipses",
    "gopher_too_many_bullets": "gopher/bullet_lines",
    "gopher_too_many_end_ellipsis": "gopher/ellipsis_lines",
    "gopher_below_alpha_threshold": "gopher/words_without_letters",
    "gopher_enough_stop_words": "gopher/too_few_stop_words",
    "line_punct_ratio": "fineweb/unpunctuated_lines",
    "short_line_ratio": "fineweb/short_lines",
    "char_dup_ratio": "fineweb/repeated_characters",
    "list_ratio": "fineweb/many_lines",
    "dup_line_frac": "repetition/lines",
    **{f"top_{n}_gram": f"repetition/top_{n}_gram" for n in (2, 3, 4)},
    **{f"duplicated_{n}_n_grams": f"repetition/{n}_grams" for n in range(5, 11)},
}


PIECES = (
    *("de", "la", "que", "el", "y", "luna", "pino", "roca", "árbol", "camión", "ñandú", "D."),
    *("...", "…", "#", "-", "•", ".", ",", "!", "?", ")", "12", "3,5", "x_y", "-dijo", "—Sí"),
    *("100%", "«ay»", "https://ejemplo.es/p?q=1", "otorrinolaringólogo"),
)


@pytest.fixture(autouse=True)
def _our_words(monkeypatch):
    for module in (gopher_quality_filter, gopher_repetition_filter, fineweb_quality_filter):
        monkeypatch.setattr(module, "split_into_words", lambda text, language: split_words(text))


def our_verdicts(text, config):
    """The first reason of each family, or None."""
    measured = MeasuredText(text)
    families = (
        gopher_quality(measured, config.gopher),
        repetition(measured, config.repetition),
        fineweb_quality(measured, config.fineweb),
    )
    return [next((m.reason for m in family if m.fails), None) for family in families]


def their_verdicts(text, config):
    """The same from datatrove's classes with the same limits."""
    gopher, repeated, fineweb = config.gopher, config.repetition, config.fineweb
    filters = (
        GopherQualityFilter(
            min_doc_words=gopher.min_words,
            max_doc_words=gopher.max_words,
            min_avg_word_length=gopher.min_word_length,
            max_avg_word_length=gopher.max_word_length,
            max_symbol_word_ratio=gopher.max_symbols_per_word,
            max_bullet_lines_ratio=gopher.max_bullet_lines,
            max_ellipsis_lines_ratio=gopher.max_ellipsis_lines,
            max_non_alpha_words_ratio=gopher.min_alphabetic_words,
            min_stop_words=gopher.min_stop_words,
            stop_words=list(gopher.stop_words),
        ),
        GopherRepetitionFilter(
            dup_line_frac=repeated.max_repeated_lines,
            dup_para_frac=0,
            dup_line_char_frac=0,
            dup_para_char_frac=0,
            top_n_grams=tuple(zip(range(2, 5), repeated.max_top_ngrams, strict=True)),
            dup_n_grams=tuple(zip(range(5, 11), repeated.max_repeated_ngrams, strict=True)),
        ),
        FineWebQualityFilter(
            line_punct_thr=fineweb.min_punctuated_lines,
            short_line_thr=fineweb.max_short_lines,
            char_duplicates_ratio=fineweb.max_repeated_characters,
            new_line_ratio=fineweb.max_lines_per_word,
        ),
    )
    found = (judge.filter(DatatroveDocument(text=text, id="a")) for judge in filters)
    return [None if verdict is True else THEIR_NAMES[verdict[1]] for verdict in found]


def odd_text(generator):
    """Few different words, signs and line breaks, so that limits are met from both sides."""
    words = generator.sample(PIECES, generator.randint(2, len(PIECES)))
    line_break = generator.choice([0, 0.02, 0.1, 0.3])
    run = generator.choices(words, k=generator.randint(2, 12))
    length = generator.choice([1, 10, 60, 200, 1000])
    made = []
    while len(made) < length:
        made += run if generator.random() < 0.1 else [generator.choice(words)]
        made.append("\n" if generator.random() < line_break else " ")
    return normalize_document(" ".join(made)) or "y"


def one_limit(generator):
    """Only one limit of each family is in force, so that others don't come before it."""
    changed = {}
    for group, loose in LOOSE.items():
        values = getattr(CONFIG, group)
        limits = [
            (name, index)
            for name, value in loose.items()
            for index in range(len(value) if isinstance(value, tuple) else 1)
        ]
        name, index = generator.choice(limits)
        kept = getattr(values, name)
        if isinstance(kept, tuple):
            kept = (*loose[name][:index], kept[index], *loose[name][index + 1 :])
        changed[group] = dataclasses.replace(values, **{**loose, name: kept})
    return dataclasses.replace(CONFIG, **changed)


def test_odd_texts_are_judged_as_datatrove_judges_them():
    met = set()
    for seed in range(1500):
        generator = random.Random(seed)
        text, config = odd_text(generator), one_limit(generator)
        ours = our_verdicts(text, config)
        assert ours == their_verdicts(text, config), (seed, text)
        met.update(ours)
    assert met == {None, *THEIR_NAMES.values()}


@pytest.mark.parametrize("name", ["documentacion_debian", "parlamento_espana", "leyes_uruguay"])
def test_real_documents_are_judged_as_datatrove_judges_them(name, shared_data):
    with gzip.open(shared_data / "corpus" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [normalize_document(json.loads(line)["text"]) for line in list(lines)[::40]]
    for text in texts:
        if len(text) < 50_000:
            assert our_verdicts(text, CONFIG) == their_verdicts(text, CONFIG)
