import errno

import pyarrow.parquet as pq
import pytest

from selectra_pipeline.corpus import shuffle
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.corpus.shuffle import ShuffleError, is_whole, read_shuffle, write_shuffle
from selectra_pipeline.shards.files import StorageError

DOCUMENTS = [Document(str(number), f"texto número {number}") for number in range(100)]


@pytest.fixture
def path(tmp_path, monkeypatch):
    """A shuffle file of 3 shards in small row groups; the last shard is empty."""
    monkeypatch.setattr(shuffle, "LARGEST_ROW_GROUP", 100)
    path = tmp_path / "prepared" / "00000.parquet"
    with write_shuffle(path, shards=3) as writer:
        for number, document in enumerate(DOCUMENTS):
            writer.add(number % 2, document)
    return path


def test_each_shard_has_its_documents_in_order(path):
    shards = [list(read_shuffle(path, shard)) for shard in range(3)]
    assert shards == [DOCUMENTS[::2], DOCUMENTS[1::2], []]


def test_a_file_without_documents_can_be_read(tmp_path):
    with write_shuffle(tmp_path / "a.parquet", shards=2):
        pass
    assert list(read_shuffle(tmp_path / "a.parquet", 0)) == []
    assert is_whole(tmp_path / "a.parquet")


def test_texts_are_kept_to_the_character(tmp_path):
    texts = ["", "ñ\u2028\u0085 \ud7ff\U0001f600", "a\nb", "\x00"]
    with write_shuffle(tmp_path / "a.parquet", shards=1) as writer:
        for text in texts:
            writer.add(0, Document("ñ", text))
    assert [document.text for document in read_shuffle(tmp_path / "a.parquet", 0)] == texts


@pytest.mark.parametrize("left", [0, 3, 500, -1])
def test_a_file_that_was_cut_off_is_noticed(path, left):
    path.write_bytes(path.read_bytes()[:left])
    assert not is_whole(path)
    with pytest.raises(ShuffleError, match=r"00000\.parquet is damaged .*delete the folder"):
        list(read_shuffle(path, 0))


def test_the_footer_may_be_as_large_as_our_limit_and_not_only_as_arrows(path, monkeypatch):
    assert is_whole(path)
    assert shuffle.LARGEST_FOOTER > 100_000_000
    monkeypatch.setattr(shuffle, "LARGEST_FOOTER", 1)
    assert not is_whole(path)
    with pytest.raises(ShuffleError, match="is damaged"):
        list(read_shuffle(path, 0))


def test_a_missing_file_is_noticed(tmp_path):
    assert not is_whole(tmp_path / "a.parquet")
    with pytest.raises(ShuffleError, match="is damaged"):
        list(read_shuffle(tmp_path / "a.parquet", 0))


def test_a_changed_byte_is_noticed(path):
    with pq.ParquetFile(path) as parquet:
        texts = parquet.metadata.row_group(0).column(2)
    content = bytearray(path.read_bytes())
    content[texts.data_page_offset + texts.total_compressed_size - 5] ^= 1
    path.write_bytes(content)
    with pytest.raises(ShuffleError, match="is damaged"):
        [list(read_shuffle(path, shard)) for shard in range(3)]


def test_an_error_leaves_no_file(tmp_path):
    with pytest.raises(ZeroDivisionError), write_shuffle(tmp_path / "a.parquet", 1) as writer:
        writer.add(1 // 0, DOCUMENTS[0])
    assert not list(tmp_path.iterdir())


def test_a_full_disk_names_the_file_and_the_way_out(tmp_path, monkeypatch):
    def no_space(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shuffle.pq.ParquetWriter, "write_table", no_space)
    with (
        pytest.raises(StorageError, match=r"disk is full while writing .*a\.parquet"),
        write_shuffle(tmp_path / "a.parquet", 1) as writer,
    ):
        writer.add(0, DOCUMENTS[0])
    assert not list(tmp_path.iterdir())
