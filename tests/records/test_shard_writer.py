import numpy as np
import pytest

from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.records import shard_writer
from selectra_pipeline.records.sentences import split_sentences
from selectra_pipeline.records.shard_writer import ShardReport, encoded_documents
from selectra_pipeline.shards.manifest import Shard
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

TOKENIZER = Tokenizer([*SPECIAL_TOKENS, ".", "Uno", "Dos", "Tres"])
DOCUMENTS = [Document("a", "Uno. Dos.\nTres."), Document("b", "Dos Tres.")]
UNO, DOS, TRES, STOP = 6, 7, 8, 5


@pytest.fixture
def finished(tmp_path):
    """A record file with its report, written under the fingerprint "one"."""
    records = tmp_path / "train-00000-of-00001.tfrecord"
    records.write_bytes(b"records")
    ShardReport(Shard.describe(records, 3), 7, np.array([1, 0, 5])).save(records, "one")
    return records


def test_a_report_is_read_back(finished):
    assert ShardReport.is_whole(finished, "one")
    report = ShardReport.load(finished)
    assert report.shard == Shard.describe(finished, 3)
    assert report.lost_tokens == 7
    assert report.token_counts.tolist() == [1, 0, 5]


def test_a_report_of_another_fingerprint_does_not_count(finished):
    assert not ShardReport.is_whole(finished, "two")


def test_a_report_of_a_changed_or_missing_file_does_not_count(finished):
    finished.write_bytes(b"rec")
    assert not ShardReport.is_whole(finished, "one")
    finished.unlink()
    assert not ShardReport.is_whole(finished, "one")


def test_a_damaged_report_does_not_count(finished):
    ShardReport.path(finished).write_text('{"fingerprint": "one"')
    assert not ShardReport.is_whole(finished, "one")


@pytest.mark.parametrize("characters", [1, 1_000_000])
def test_documents_are_encoded_part_by_part_in_batches_of_any_size(monkeypatch, characters):
    monkeypatch.setattr(shard_writer, "CHARACTERS_PER_BATCH", characters)
    batches = list(encoded_documents(DOCUMENTS, TOKENIZER, split_sentences))
    assert len(batches) == (2 if characters == 1 else 1)
    documents = [document for batch in batches for document in batch]
    assert [[line.tolist() for line in np.split(*document)][:-1] for document in documents] == [
        [[UNO, STOP], [DOS, STOP], [TRES, STOP]],
        [[DOS, TRES, STOP]],
    ]
