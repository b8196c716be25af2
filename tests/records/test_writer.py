import random
from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.execution import ExecutionConfig
from selectra_pipeline.config.records import RecordsConfig
from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.records import shard_writer, writer
from selectra_pipeline.records.reader import heldout_batches, training_batches
from selectra_pipeline.records.writer import RecordsError, write_records
from selectra_pipeline.shards.manifest import MANIFEST_NAME, Manifest
from selectra_pipeline.vocabulary.accents import AccentError
from selectra_pipeline.vocabulary.tokenizer import Tokenizer
from shards_of_documents import write_documents

WORDS = ["El", "camión", "cruzó", "la", "frontera", "Nadie", "lo", "vio", "ayer", "tarde"]
TOKENIZER = Tokenizer([*SPECIAL_TOKENS, ".", *WORDS, "##s", "##ción"])
CONFIG = RecordsConfig(sequence_length=32)
SHARDS = {"train": 3, "heldout": 1}


def sentence(rng, words):
    return " ".join(rng.choices(words, k=rng.randint(3, 15))).capitalize() + "."


def make_documents(directory, words=WORDS, splits=("train", "heldout")):
    rng = random.Random(1)
    shards = {split: [[] for _ in range(count)] for split, count in SHARDS.items()}
    for split in splits:
        for number in range(40):
            lines = [
                " ".join(sentence(rng, words) for _ in range(rng.randint(1, 6)))
                for _ in range(rng.randint(1, 5))
            ]
            document = Document(f"{split}:{number}", "\n".join(lines))
            shards[split][number % SHARDS[split]].append(document)
    return write_documents(directory, shards)


@pytest.fixture(scope="module")
def tokenizer_directory(tmp_path_factory):
    directory = tmp_path_factory.mktemp("vocabulary")
    TOKENIZER.save(directory)
    return directory


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    return make_documents(tmp_path_factory.mktemp("documents"))


@pytest.fixture(scope="module")
def records(documents, tokenizer_directory, tmp_path_factory):
    return write_records(documents, tokenizer_directory, CONFIG, tmp_path_factory.mktemp("records"))


def file_bytes(directory):
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}


def stored_ids(records, split):
    for path in records.paths(split):
        for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
            features = tf.train.Example.FromString(record).features.feature
            yield list(features["input_ids"].int64_list.value)


def test_there_is_one_shard_of_records_for_each_shard_of_documents(records):
    assert [path.name for path in records.paths("train")] == [
        f"train-0000{index}-of-00003.tfrecord" for index in range(3)
    ]
    assert [path.name for path in records.paths("heldout")] == ["heldout-00000-of-00001.tfrecord"]


def test_the_directory_holds_shards_manifest_and_token_counts_and_nothing_else(records):
    shards = {path.name for split in SHARDS for path in records.paths(split)}
    assert set(file_bytes(records.directory)) == shards | {MANIFEST_NAME, "token_counts.npy"}


def test_the_manifest_counts_what_the_shards_hold(records):
    loaded = Manifest.load(records.directory)
    loaded.verify()
    assert loaded == records
    assert records.kind == "records"
    for split in SHARDS:
        examples = list(stored_ids(records, split))
        tokens = sum(map(len, examples))
        assert records.count(split) == len(examples)
        assert records.facts[split] == {
            "examples": len(examples),
            "tokens": tokens,
            "fill_rate": tokens / (len(examples) * 32),
            "lost_tokens": 0,
            "unknown_share": sum(ids.count(TOKENIZER.unk_id) for ids in examples) / tokens,
        }


def test_the_manifest_says_what_made_the_records(records):
    assert records.facts["sequence_length"] == 32
    assert records.facts["format"] == "unpadded"
    assert records.facts["packing"] == "lossless"
    assert records.facts["vocab_size"] == TOKENIZER.size
    assert records.facts["tokenizer_digest"] == TOKENIZER.digest


def test_token_counts_are_those_of_the_train_split(records):
    counts = np.load(records.directory / "token_counts.npy")
    ids = [i for example in stored_ids(records, "train") for i in example]
    assert counts.dtype == np.int64
    assert counts.tolist() == np.bincount(ids, minlength=TOKENIZER.size).tolist()


def test_examples_are_shuffled_within_a_shard(records, documents, tokenizer_directory, monkeypatch):
    monkeypatch.setattr(random.Random, "shuffle", lambda self, items: None)
    in_order = write_records(
        documents, tokenizer_directory, CONFIG, records.directory.parent / "in_order"
    )
    shuffled, ordered = (list(stored_ids(made, "heldout")) for made in (records, in_order))
    assert sorted(shuffled) == sorted(ordered)
    assert shuffled != ordered


def test_two_workers_write_the_same_bytes(records, documents, tokenizer_directory, tmp_path):
    two = ExecutionConfig(workers=2, in_process_megabytes=0)
    write_records(documents, tokenizer_directory, CONFIG, tmp_path, two)
    assert file_bytes(tmp_path) == file_bytes(records.directory)
    assert not (tmp_path / "work").exists()


def test_padded_records_have_the_names_and_the_batches_they_should(
    records, documents, tokenizer_directory, tmp_path
):
    padded = write_records(
        documents, tokenizer_directory, replace(CONFIG, format="padded"), tmp_path
    )
    assert [path.name for path in padded.paths("train")] == [
        f"pretrain_data.tfrecord-{index}-of-3" for index in range(3)
    ]
    assert [path.name for path in padded.paths("heldout")] == ["heldout_data.tfrecord-0-of-1"]
    for batches in (
        lambda source: training_batches(source, batch_size=8, seed=1).take(6),
        lambda source: heldout_batches(source, batch_size=8),
    ):
        ours, theirs = (
            [np.stack(batch) for batch in batches(source).as_numpy_iterator()]
            for source in (records, padded)
        )
        np.testing.assert_array_equal(ours, theirs)


def test_the_original_packing_counts_what_it_loses(documents, tokenizer_directory, tmp_path):
    electra = write_records(
        documents, tokenizer_directory, replace(CONFIG, packing="electra"), tmp_path
    )
    assert electra.facts["train"]["lost_tokens"] > 0


def test_a_finished_directory_is_left_as_it_is(
    records, documents, tokenizer_directory, monkeypatch
):
    monkeypatch.setattr(writer, "run_stage", lambda *_: pytest.fail("shards were written again"))
    more_workers = ExecutionConfig(workers=7)
    made = write_records(documents, tokenizer_directory, CONFIG, records.directory, more_workers)
    assert made == records


def interrupt_after(shards, monkeypatch):
    """Let `write_shard` be interrupted after so many shards."""
    written = []
    original = shard_writer.write_shard

    def write_shard(task):
        if len(written) == shards:
            raise KeyboardInterrupt
        written.append(task.records.name)
        original(task)

    monkeypatch.setattr(shard_writer, "write_shard", write_shard)
    return written


def test_an_interrupted_run_leaves_no_manifest_and_is_taken_up_where_it_stopped(
    records, documents, tokenizer_directory, tmp_path, monkeypatch
):
    with monkeypatch.context() as patch:
        interrupt_after(2, patch)
        with pytest.raises(KeyboardInterrupt):
            write_records(documents, tokenizer_directory, CONFIG, tmp_path)
    assert MANIFEST_NAME not in file_bytes(tmp_path)
    first, second = sorted(tmp_path.glob("*.tfrecord"))
    written = first.stat().st_mtime_ns
    second.write_bytes(second.read_bytes()[:-1])
    (tmp_path / ".train-00002-of-00003.tfrecord.1.tmp").write_bytes(b"half a shard")
    write_records(documents, tokenizer_directory, CONFIG, tmp_path)
    assert first.stat().st_mtime_ns == written
    assert file_bytes(tmp_path) == file_bytes(records.directory)


def test_another_configuration_writes_all_shards_anew(
    documents, tokenizer_directory, tmp_path, monkeypatch
):
    with monkeypatch.context() as patch:
        interrupt_after(2, patch)
        with pytest.raises(KeyboardInterrupt):
            write_records(documents, tokenizer_directory, CONFIG, tmp_path)
    longer = write_records(
        documents, tokenizer_directory, replace(CONFIG, sequence_length=64), tmp_path
    )
    longer.verify()
    assert max(map(len, stored_ids(longer, "train"))) == 64


def test_shards_of_an_earlier_configuration_are_removed(documents, tokenizer_directory, tmp_path):
    write_records(documents, tokenizer_directory, CONFIG, tmp_path)
    write_records(documents, tokenizer_directory, replace(CONFIG, format="padded"), tmp_path)
    assert not list(tmp_path.glob("*.tfrecord"))


def test_stripped_text_is_an_error_and_leaves_no_manifest(tokenizer_directory, tmp_path):
    plain = [word for word in WORDS if word.isascii()]
    stripped = make_documents(tmp_path / "documents", words=plain)
    with pytest.raises(AccentError):
        write_records(stripped, tokenizer_directory, CONFIG, tmp_path / "records")
    assert not (tmp_path / "records" / MANIFEST_NAME).exists()


def test_a_split_without_examples_says_what_to_do(tokenizer_directory, tmp_path):
    documents = make_documents(tmp_path / "documents", splits=("train",))
    with pytest.raises(RecordsError, match=r"heldout.*ingestion\.heldout_fraction"):
        write_records(documents, tokenizer_directory, CONFIG, tmp_path / "records")
