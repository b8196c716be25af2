"""Records of a text that is easy to learn: numbers counted in order, and the tiny run on them."""

import random
from pathlib import Path
from types import SimpleNamespace

import pytest
from tiny_run import ListTracker, config

from selectra_pipeline.config.records import RecordsConfig
from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.pretraining.loop import pretrain
from selectra_pipeline.pretraining.strategy import create_strategy
from selectra_pipeline.records.writer import write_records
from selectra_pipeline.vocabulary.tokenizer import Tokenizer
from shards_of_documents import write_documents

WORDS = ["uno", "dos", "tres", "cuatro"]
DOCUMENTS = {"train": 150, "heldout": 12}


def counting(draw: random.Random) -> str:
    """Sentences that count on from a random number: each word tells the next."""
    start = draw.randrange(4)
    return " ".join(WORDS[(start + i) % 4] for i in range(draw.randint(30, 90))) + " ."


def write_tiny(root: Path, **changes) -> SimpleNamespace:
    """`records`, `tokenizer` and `tokenizer_directory` of the counting text."""
    tokenizer = Tokenizer([*SPECIAL_TOKENS, ".", *WORDS, *(f"nunca{i}" for i in range(190))])
    tokenizer.save(root / "tokenizer")
    draw = random.Random(1)
    train, heldout = (
        [Document(f"{split}:{number}", counting(draw)) for number in range(count)]
        for split, count in DOCUMENTS.items()
    )
    splits = {"train": [train[::2], train[1::2]], "heldout": [heldout]}
    documents = write_documents(root / "documents", splits)
    settings = RecordsConfig(sequence_length=32, **changes)
    records = write_records(documents, root / "tokenizer", settings, root / "records")
    return SimpleNamespace(
        records=records, tokenizer=tokenizer, tokenizer_directory=root / "tokenizer"
    )


@pytest.fixture(scope="session")
def tiny(tmp_path_factory) -> SimpleNamespace:
    """Records of 32 tokens, nearly all of them full."""
    return write_tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def tiny_of_all_lengths(tmp_path_factory) -> SimpleNamespace:
    """Records of 32 tokens, most of them shorter."""
    return write_tiny(tmp_path_factory.mktemp("short"), short_sequence_probability=0.8)


@pytest.fixture(scope="session")
def unbroken(tiny, tmp_path_factory) -> SimpleNamespace:
    """A run from the first step to the last: `manifest`, `directory`, `told` to the tracker."""
    directory, tracker = tmp_path_factory.mktemp("unbroken"), ListTracker()
    manifest = pretrain(
        config(), tiny.records, tiny.tokenizer, directory, tracker, create_strategy(config())
    )
    return SimpleNamespace(manifest=manifest, directory=directory, told=tracker.told)
