import json

import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.interchange import directory
from selectra_pipeline.interchange.directory import check_replaceable, replace_directory


def test_directory_appears_whole(tmp_path):
    target = tmp_path / "deep" / "export"
    with replace_directory(target) as temporary:
        (temporary / "weights").write_text("new")
        assert not target.exists()
    assert (target / "weights").read_text() == "new"
    assert [path.name for path in target.parent.iterdir()] == ["export"]


def test_a_new_output_takes_the_place_of_the_old_one(tmp_path):
    target = tmp_path / "export"
    for name in ("old", "new"):
        with replace_directory(target) as temporary:
            (temporary / name).touch()
    assert [path.name for path in target.iterdir()] == ["new"]


def test_a_failure_leaves_the_old_output_alone_and_nothing_else(tmp_path):
    target = tmp_path / "export"
    target.mkdir()
    (target / "old").touch()
    with pytest.raises(FileNotFoundError), replace_directory(target) as temporary:
        (temporary / "missing" / "half").touch()
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["export", "old"]


def test_leftovers_of_a_killed_process_are_removed(tmp_path):
    target = tmp_path / "export"
    (tmp_path / ".export.new").mkdir()
    (tmp_path / ".export.new" / "half").touch()
    with replace_directory(target) as temporary:
        assert list(temporary.iterdir()) == []


def test_only_an_output_of_the_same_kind_may_be_replaced(tmp_path):
    check_replaceable(tmp_path / "absent", "export")
    check_replaceable(tmp_path, "export")  # empty
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"kind": "export"}))
    check_replaceable(tmp_path, "export")
    for content in ('{"kind": "pretraining"}', "no JSON", "[]"):
        manifest.write_text(content)
        with pytest.raises(ConfigError, match="would be lost; name another directory"):
            check_replaceable(tmp_path, "export")


def test_a_file_in_the_way_is_not_replaced(tmp_path):
    (tmp_path / "export").write_text("notes")
    with pytest.raises(ConfigError, match="would be lost"):
        check_replaceable(tmp_path / "export", "export")


# On an object store, where a directory cannot be renamed


def names_below(folder):
    return {
        str((root / name).relative_to(folder)) for root, _, names in folder.walk() for name in names
    }


def test_a_remote_directory_takes_the_place_of_the_old_one(bucket):
    for name in ("old", "new"):
        with replace_directory(bucket / "export") as temporary:
            (temporary / "encoder").mkdir()
            (temporary / "encoder" / name).write_text(name)
            (temporary / "manifest.json").write_text("{}")
    assert names_below(bucket) == {"export/encoder/new", "export/manifest.json"}


def test_a_failure_leaves_the_old_remote_output_alone(bucket):
    with replace_directory(bucket / "export") as temporary:
        (temporary / "old").touch()
    with pytest.raises(FileNotFoundError), replace_directory(bucket / "export") as temporary:
        (temporary / "missing" / "half").touch()
    assert names_below(bucket) == {"export/old"}


def test_an_upload_that_was_cut_short_has_no_manifest_and_may_be_replaced(bucket, monkeypatch):
    def upload_weights_only(local, path):
        assert local.name == "weights", "killed"
        path.write_bytes(b"")

    def replace(folder):
        with replace_directory(folder) as temporary:
            for name in ("manifest.json", "weights"):
                (temporary / name).touch()

    target = bucket / "export"
    with monkeypatch.context() as patch:
        patch.setattr(directory, "upload", upload_weights_only)
        with pytest.raises(AssertionError, match="killed"):
            replace(target)
    assert names_below(target) == {"weights"}
    check_replaceable(target, "export")
    replace(target)
    assert names_below(bucket) == {"export/manifest.json", "export/weights"}


def test_foreign_files_on_a_remote_storage_are_not_replaced(bucket):
    check_replaceable(bucket / "export", "export")
    (bucket / "export").mkdir()
    (bucket / "export" / "notes").write_text("mine")
    with pytest.raises(ConfigError, match="would be lost"):
        check_replaceable(bucket / "export", "export")
