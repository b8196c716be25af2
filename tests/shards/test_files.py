import errno
import gzip
import hashlib

import pytest
import tensorflow as tf
import zstandard

from selectra_pipeline.shards.files import (
    StorageError,
    file_sha256,
    open_binary,
    remove_unfinished,
    replace_file,
    storage_errors,
    tensorflow_errors,
    write_text,
)


def write_half_and_fail(path, error):
    with replace_file(path) as temporary:
        temporary.write_text("a medias")
        raise error


def test_a_file_appears_whole_under_its_name(tmp_path):
    path = tmp_path / "new" / "a.txt"
    with replace_file(path) as temporary:
        temporary.write_text("entero")
        assert not path.exists()
    assert path.read_text() == "entero"
    assert list(path.parent.iterdir()) == [path]


def test_an_error_keeps_the_old_file_and_leaves_no_temporary(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("viejo")
    with pytest.raises(RuntimeError):
        write_half_and_fail(path, RuntimeError())
    assert path.read_text() == "viejo"
    assert list(tmp_path.iterdir()) == [path]


def test_a_remote_file_appears_whole_under_its_name(bucket):
    path = bucket / "new" / "a.txt"
    with replace_file(path) as temporary:
        temporary.write_text("entero")
        assert not path.exists()
    assert path.read_text() == "entero"
    assert list(bucket.walk()) == [(bucket, ["new"], []), (path.parent, [], ["a.txt"])]
    assert not temporary.exists()


def test_an_error_keeps_the_old_remote_file(bucket):
    path = bucket / "a.txt"
    write_text(path, "viejo")
    with pytest.raises(RuntimeError):
        write_half_and_fail(path, RuntimeError())
    assert path.read_text() == "viejo"


def test_a_full_disk_names_where_files_wait_for_their_upload(bucket):
    with pytest.raises(StorageError, match=r"full while writing ram://.*; .* set TMPDIR"):
        write_half_and_fail(bucket / "a.txt", OSError(errno.ENOSPC, "no space"))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_names_the_file_and_the_way_out(tmp_path, number):
    error = OSError(number, "no space")
    with pytest.raises(StorageError, match=r"full while writing .*a\.txt; free some") as caught:
        write_half_and_fail(tmp_path / "a.txt", error)
    assert caught.value.errno == number
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_once_and_for_the_innermost_file():
    with (
        pytest.raises(StorageError, match=r"writing inner"),
        storage_errors("outer"),
        storage_errors("inner"),
    ):
        raise OSError(errno.ENOSPC, "no space")


def test_other_errors_of_the_system_pass_unchanged():
    with pytest.raises(InterruptedError), storage_errors("a"):
        raise InterruptedError(errno.EINTR, "interrupted")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOTDIR])
def test_a_place_that_may_not_be_written_is_named(number):
    with (
        pytest.raises(StorageError, match=r"/data/a can't be used \(denied\); .*data_root"),
        storage_errors("/data"),
    ):
        raise OSError(number, "denied", "/data/a")


def test_tensorflows_full_disk_is_one_too():
    with (
        pytest.raises(StorageError, match="the disk is full while writing a"),
        storage_errors("a"),
        tensorflow_errors(),
    ):
        raise tf.errors.ResourceExhaustedError(None, None, "no space")


def test_text_is_written_as_utf8(tmp_path):
    write_text(tmp_path / "a.txt", "año")
    assert (tmp_path / "a.txt").read_bytes() == "año".encode()


CONTENT = "".join(f"línea {i} {i**9}\n" for i in range(30_000)).encode()
PACKERS = {
    "a": bytes,
    "a.gz": gzip.compress,
    "a.zst": zstandard.compress,
    "a.ZST": zstandard.compress,
}


@pytest.mark.parametrize("name", PACKERS)
def test_files_are_opened_by_their_suffix(tmp_path, name):
    (tmp_path / name).write_bytes(PACKERS[name](CONTENT))
    with open_binary(tmp_path / name) as opened:
        assert opened.read() == CONTENT


@pytest.mark.parametrize("name", PACKERS)
def test_remote_files_are_opened_by_their_suffix(bucket, name):
    (bucket / name).write_bytes(PACKERS[name](CONTENT))
    with open_binary(bucket / name) as opened:
        assert list(opened) == CONTENT.splitlines(keepends=True)


def test_lines_of_a_zstd_file_can_be_iterated(tmp_path):
    (tmp_path / "a.zst").write_bytes(zstandard.compress(CONTENT))
    with open_binary(tmp_path / "a.zst") as opened:
        assert list(opened) == CONTENT.splitlines(keepends=True)


@pytest.mark.parametrize("name", ["a.gz", "a.zst"])
def test_compressed_parts_in_a_row_read_as_one(tmp_path, name):
    parts = [CONTENT, b"", b"fin\n"]
    (tmp_path / name).write_bytes(b"".join(map(PACKERS[name], parts)))
    with open_binary(tmp_path / name) as opened:
        assert opened.read() == CONTENT + b"fin\n"


@pytest.mark.parametrize("name", ["a.gz", "a.zst"])
@pytest.mark.parametrize("lost", [1, 1000])
def test_a_cut_off_file_raises_at_its_end(tmp_path, name, lost):
    (tmp_path / name).write_bytes(PACKERS[name](CONTENT)[:-lost])
    with open_binary(tmp_path / name) as opened, pytest.raises(EOFError):
        opened.read()


def test_an_empty_zstd_file_holds_nothing(tmp_path):
    (tmp_path / "a.zst").touch()
    with open_binary(tmp_path / "a.zst") as opened:
        assert opened.read() == b""


def test_checksums_are_those_of_sha256(tmp_path):
    (tmp_path / "a").write_bytes(CONTENT)
    assert file_sha256(tmp_path / "a") == hashlib.sha256(CONTENT).hexdigest()


def test_what_killed_processes_left_is_removed_and_nothing_else(tmp_path):
    kept = [tmp_path / name for name in ("a.json", ".hidden", "b.tmp")]
    for path in (*kept, tmp_path / ".a.json.123.tmp"):
        path.touch()
    remove_unfinished(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted(kept)
