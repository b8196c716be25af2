"""Records of a text that is easy to learn: numbers counted in order, and the tiny run on them."""

import random
from pathlib import Path
from types import SimpleNamespace

import pytest
from tiny_run import ListTracker, config

from selectra_pipeline.config.records import RecordsConfig
from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.corpus.document_shards import DocumentShardsWriter
from selectra_pipeline.pretraining.loop import pretrain
from selectra_pipeline.pretraining.strategy import create_strategy
from selectra_pipeline.records.writer import write_records
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

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
    with DocumentShardsWriter(root / "documents", {"train": 2, "heldout": 1}) as shards:
        for split, count in DOCUMENTS.items():
            for number in range(count):
                index = number % 2 if split == "train" else 0
                shards.add(split, index, Document(f"{split}:{number}", counting(draw)))
    documents = Manifest(root / "documents", "documents", "fingerprint", shards.describe())
    settings = RecordsConfig(sequence_length=32, workers=1, **changes)
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
