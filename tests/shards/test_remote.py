import pytest

from selectra_pipeline.shards.files import file_sha256, local_copy, open_stored, write_text
from selectra_pipeline.shards.paths import StorageError
from selectra_pipeline.shards.remote import RemoteFile, require_access


def test_a_remote_file_can_be_read_from_any_place(bucket):
    content = bytes(range(256)) * 2000  # more than a buffer
    (bucket / "a").write_bytes(content)
    with open_stored(bucket / "a") as opened:
        assert opened.read() == content
        assert opened.seek(-3, 2) == len(content) - 3
        assert opened.read() == content[-3:]
        assert opened.seek(300_000) == opened.tell() == 300_000
        assert opened.read(10) == content[300_000:300_010]


def test_what_is_missing_is_named_with_the_way_out(bucket):
    with RemoteFile(bucket / "a") as opened, pytest.raises(StorageError) as caught:
        opened.read(1)
    assert str(caught.value).startswith(f"{bucket}/a cannot be read or written")
    assert "check that it exists and that your credentials allow it" in str(caught.value)


def test_a_storage_that_answers_is_accessible_before_anything_is_there(bucket):
    require_access(bucket / "nothing" / "yet")


def test_a_bucket_that_does_not_exist_is_named():
    with pytest.raises(StorageError, match="ram://nowhere does not exist; create the bucket"):
        require_access("ram://nowhere/data/documents")


def test_a_file_is_copied_under_its_own_name(bucket):
    write_text(bucket / "model" / "vocab.txt", "año\n")
    with local_copy(bucket / "model" / "vocab.txt") as copy:
        assert copy.name == "vocab.txt"
        assert copy.read_text(encoding="utf-8") == "año\n"
        assert file_sha256(copy) == file_sha256(bucket / "model" / "vocab.txt")
    assert not copy.exists()


def test_a_folder_is_copied_with_all_that_lies_below(bucket):
    for name in ("model/a", "model/deep/b", "model/deep/er/c"):
        write_text(bucket / name, name)
    with local_copy(bucket / "model") as copy:
        files = {path.relative_to(copy.parent).as_posix() for path in copy.rglob("?")}
        assert files == {"model/a", "model/deep/b", "model/deep/er/c"}
        assert (copy / "deep/er/c").read_text() == "model/deep/er/c"


def test_a_local_file_needs_no_copy(tmp_path):
    with local_copy(tmp_path / "a") as copy:
        assert copy == tmp_path / "a"
