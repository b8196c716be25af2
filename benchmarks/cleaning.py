"""What cleaning costs, and what it drops of real text.

    python benchmarks/cleaning.py FOLDER [--env selectra_small] [--every 8] [--spacy]

FOLDER holds files of text (docs/corpus.md has the formats), one kind of text a file. Speed is that
of one process, in megabytes of UTF-8 a second; each filter makes what it needs of the text itself,
cleaning as a whole shares it. With `--spacy` the words are compared with spaCy's, on which
FineWeb-2's thresholds were found; that needs `pip install spacy` in an environment of its own with
this project, and takes 5 seconds a megabyte. Prints Markdown tables.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from datatrove.data import Document as DatatroveDocument
from datatrove.pipeline.filters import (
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
    fineweb_quality_filter,
    gopher_quality_filter,
    gopher_repetition_filter,
)
from datatrove.utils.word_tokenizers import load_word_tokenizer
from recipe import load_recipe

from selectra_pipeline.config.cleaning import CleaningConfig
from selectra_pipeline.config.source import SourceConfig
from selectra_pipeline.corpus.cleaning import REASONS, Edits, Rejection, clean
from selectra_pipeline.corpus.cleaning.boilerplate import boilerplate_lines
from selectra_pipeline.corpus.cleaning.cleaner import measurements
from selectra_pipeline.corpus.cleaning.fineweb import fineweb_quality
from selectra_pipeline.corpus.cleaning.gopher import gopher_quality
from selectra_pipeline.corpus.cleaning.measured_text import MeasuredText
from selectra_pipeline.corpus.cleaning.personal_data import mask_personal_data
from selectra_pipeline.corpus.cleaning.plain_text import plain_text
from selectra_pipeline.corpus.cleaning.repetition import repetition
from selectra_pipeline.corpus.cleaning.words import split_words
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.corpus.normalization import normalize_document
from selectra_pipeline.corpus.source_files import find_source_files
from selectra_pipeline.corpus.sources import read_file

Texts = dict[str, list[str]]  # file -> its documents, normalised


def read_texts(folder: str) -> Texts:
    """The normalised documents of each file in the folder."""
    texts: Texts = {}
    for file in find_source_files((folder,)):
        documents = read_file(file, SourceConfig(), Counter())
        texts[file.name.split(".")[0]] = [normalize_document(d.text) for d in documents]
    return texts


def megabytes(texts: Iterable[str]) -> float:
    """Size in 10^6 bytes of UTF-8."""
    return sum(len(text.encode()) for text in texts) / 1e6


def rate(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """Megabytes a second of processor time, the better of two runs."""
    seconds = []
    for _ in range(2):
        start = time.process_time()
        for text in texts:
            work(text)
        seconds.append(time.process_time() - start)
    return megabytes(texts) / min(seconds)


def print_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a Markdown table; all columns but the first are numbers."""
    print(f"| {' | '.join(head)} |\n|---|{'---:|' * (len(head) - 1)}")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |")
    print()


def failures(measured: MeasuredText, config: CleaningConfig) -> set[str]:
    """All reasons for which a text could be dropped."""
    return {m.reason for m in measurements(measured, config) if m.fails}


def datatrove_filters() -> dict[str, Callable[[str], object]]:
    """Filters of the same rules in datatrove, with our words instead of spaCy's."""
    for module in (gopher_quality_filter, gopher_repetition_filter, fineweb_quality_filter):
        module.split_into_words = lambda text, language: split_words(text)
    filters = (GopherQualityFilter(), GopherRepetitionFilter(), FineWebQualityFilter())
    return {
        f"datatrove's {type(judge).__name__}, our words": lambda text, judge=judge: judge.filter(
            DatatroveDocument(text=text, id="")
        )
        for judge in filters
    }


def speed(texts: Sequence[str], config: CleaningConfig) -> None:
    """Print the rate of each group of checks and of all."""
    placeholders = config.personal_data.placeholders
    work: dict[str, Callable[[str], object]] = {
        "words": split_words,
        "plain text": lambda text: [*plain_text(MeasuredText(text), config)],
        "boilerplate": lambda text: [*boilerplate_lines(text, config.boilerplate)],
        "fineweb": lambda text: [*fineweb_quality(MeasuredText(text), config.fineweb)],
        "gopher": lambda text: [*gopher_quality(MeasuredText(text), config.gopher)],
        "repetition": lambda text: [*repetition(MeasuredText(text), config.repetition)],
        "personal data": lambda text: mask_personal_data(text, placeholders),
        "every check, none rejecting": lambda text: [*measurements(MeasuredText(text), config)],
        "`clean`": lambda text: clean(Document("", text), config),
        **datatrove_filters(),
    }
    print_table(("one process", "MB/s"), ((n, f"{rate(w, texts):.1f}") for n, w in work.items()))


def drops(texts: Texts, config: CleaningConfig) -> None:
    """Shares of documents that fail each check, whatever else they fail, and what is changed."""
    failed: dict[str, Counter[str]] = {name: Counter() for name in texts}
    edits = {name: Edits() for name in texts}
    for name, documents in texts.items():
        for text in documents:
            failed[name].update(failures(MeasuredText(text), config))
            result = clean(Document("", text), config, edits[name])
            failed[name]["dropped"] += isinstance(result, Rejection)
    reasons = [
        reason for reason in (*REASONS, "dropped") if any(f[reason] for f in failed.values())
    ]
    print_table(
        ("fails", *texts),
        (
            (reason, *(f"{failed[name][reason] / len(texts[name]):.2%}" for name in texts))
            for reason in reasons
        ),
    )
    kinds = sorted(set().union(*(edit.counts for edit in edits.values())))
    print_table(
        ("changed, per MB", *texts),
        (
            (kind, *(f"{edits[n].counts[kind] / megabytes(texts[n]):.2f}" for n in texts))
            for kind in kinds
        ),
    )


def compare_with_spacy(texts: Sequence[str], config: CleaningConfig) -> None:
    """How many documents each check judges differently with spaCy's words."""
    tokenizer = load_word_tokenizer("spa")
    theirs, ours, differently = Counter(), Counter(), Counter()
    start = time.process_time()
    words = [tokenizer.word_tokenize(text) for text in texts]
    spacy_rate = megabytes(texts) / (time.process_time() - start)
    for text, spacy_words in zip(texts, words, strict=True):
        measured = MeasuredText(text)
        measured.words = spacy_words
        verdicts = failures(measured, config), failures(MeasuredText(text), config)
        for counts, failed in zip((theirs, ours), verdicts, strict=True):
            counts.update({*failed, "any"} if failed else failed)
        differently.update(verdicts[0] ^ verdicts[1])
        differently["any"] += bool(verdicts[0]) != bool(verdicts[1])
    print(f"spaCy's words: {spacy_rate:.2f} MB/s. Of {len(texts)} documents fail:\n")
    print_table(
        ("check", "with spaCy's words", "with ours", "judged differently"),
        (
            (reason, theirs[reason], ours[reason], differently[reason])
            for reason in (*REASONS, "any")
            if theirs[reason] or ours[reason]
        ),
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--env", default="selectra_small", help="whose configuration")
    parser.add_argument("--every", type=int, default=8, help="of the documents, to measure speed")
    parser.add_argument("--spacy", action="store_true", help="compare the words with spaCy's")
    arguments = parser.parse_args()
    config = load_recipe(arguments.env).ingestion.cleaning
    texts = read_texts(arguments.folder)
    sample = [text for documents in texts.values() for text in documents[:: arguments.every]]
    speed(sample, config)
    drops(texts, config)
    if arguments.spacy:
        compare_with_spacy([text for text in sample if len(text) < 200_000], config)


if __name__ == "__main__":
    main()
