import json
import shutil

import pytest

from selectra_pipeline.shards.files import write_text
from selectra_pipeline.shards.manifest import Manifest, ManifestError, Shard, finished, withdraw


@pytest.fixture
def manifest(tmp_path):
    """A finished directory of three shards in two splits."""
    directory = tmp_path / "stage"
    directory.mkdir()
    shards = {}
    for split, names in {"train": ("a", "b"), "heldout": ("c",)}.items():
        for name in names:
            (directory / name).write_text(f"contenido de {name}")
        shards[split] = tuple(Shard.describe(directory / name, count=5) for name in names)
    made = Manifest(directory, "documents", "mark", shards, {"año": [1, 2]})
    made.save()
    return made


def test_a_manifest_reads_back_as_it_was_saved(manifest):
    assert Manifest.load(manifest.directory) == manifest


def test_it_counts_and_lists_its_files(manifest):
    assert manifest.count("train") == 10
    assert manifest.paths("train") == [manifest.directory / "a", manifest.directory / "b"]


def test_a_directory_can_be_moved(manifest, tmp_path):
    moved = shutil.move(manifest.directory, tmp_path / "elsewhere")
    assert Manifest.load(moved).paths("heldout") == [tmp_path / "elsewhere" / "c"]


def test_a_directory_without_manifest_is_unfinished(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"manifest\.json does not exist: the stage"):
        Manifest.load(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"shards": []}',
        '{"shards": {"train": [{"name": "a"}]}}',
        "\xff",
    ],
)
def test_a_damaged_manifest_is_told_and_does_not_count_as_finished(manifest, content):
    (manifest.directory / "manifest.json").write_text(content, encoding="latin-1")
    with pytest.raises(ManifestError, match=r"manifest\.json is damaged .*; delete"):
        Manifest.load(manifest.directory)
    assert finished(manifest.directory, "mark") is None


def test_a_missing_shard_is_named(manifest):
    (manifest.directory / "b").unlink()
    with pytest.raises(ManifestError, match=r"/b is missing, the manifest says 14 bytes; delete"):
        Manifest.load(manifest.directory)


def test_a_shard_of_another_size_is_named(manifest):
    (manifest.directory / "c").write_text("más corto")
    with pytest.raises(ManifestError, match="/c has 10 bytes, the manifest says 14 bytes"):
        Manifest.load(manifest.directory)


def test_verifying_finds_a_change_that_keeps_the_size(manifest):
    manifest.verify()
    (manifest.directory / "c").write_text("contenido de x")
    with pytest.raises(ManifestError, match="/c was changed after it was written"):
        Manifest.load(manifest.directory).verify()


def test_a_stage_is_finished_only_with_the_same_fingerprint(manifest):
    assert finished(manifest.directory, "mark") == manifest
    assert finished(manifest.directory, "another") is None


def test_a_directory_whose_manifest_was_withdrawn_is_unfinished_and_keeps_its_shards(manifest):
    manifest.save()
    withdraw(manifest.directory)
    withdraw(manifest.directory)  # there is none any more
    assert finished(manifest.directory, manifest.fingerprint) is None
    assert all(path.exists() for path in manifest.paths("train"))


def test_a_remote_directory_is_loaded_and_verified(bucket):
    write_text(bucket / "a", "uno")
    shards = {"train": (Shard.describe(bucket / "a", 1),)}
    Manifest(bucket, "documents", "abc", shards).save()
    Manifest.load(bucket).verify()
    write_text(bucket / "a", "dos")
    with pytest.raises(ManifestError, match=f"{bucket}/a was changed after"):
        Manifest.load(bucket).verify()
    (bucket / "a").unlink()
    with pytest.raises(ManifestError, match=f"{bucket}/a is missing"):
        Manifest.load(bucket)


def test_the_digest_of_the_content_ignores_the_configuration_but_not_a_byte(manifest):
    renamed = Manifest(manifest.directory, "documents", "another", manifest.shards)
    assert renamed.content_digest == manifest.content_digest
    (manifest.directory / "c").write_text("contenido de x")
    heldout = (Shard.describe(manifest.directory / "c", 5),)
    changed = Manifest(
        manifest.directory, "documents", "mark", {**manifest.shards, "heldout": heldout}
    )
    assert changed.content_digest != manifest.content_digest


def test_the_directory_is_not_stored(manifest):
    stored = json.loads((manifest.directory / "manifest.json").read_text(encoding="utf-8"))
    assert str(manifest.directory) not in json.dumps(stored)
