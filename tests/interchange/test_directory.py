import json

import pytest

from selectra_pipeline.config.base import ConfigError
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
