import dataclasses
import os

import pytest

from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.vocabulary.learning import learn
from selectra_pipeline.vocabulary.stage import build_vocabulary, vocabulary_metrics
from selectra_pipeline.vocabulary.tokenizer import Tokenizer
from shards_of_documents import write_documents

CONFIG = VocabularyConfig(size=300, alphabet_limit=60)


def write_texts(directory, texts: dict[str, list[str]]) -> Manifest:
    splits = {
        split: [[Document(f"{split}:{number}", text) for number, text in enumerate(of_split)]]
        for split, of_split in {"train": [], "heldout": [], **texts}.items()
    }
    return write_documents(directory, splits)


@pytest.fixture
def documents(tmp_path, spanish_texts) -> Manifest:
    splits = {"train": spanish_texts[:50], "heldout": spanish_texts[50:]}
    return write_texts(tmp_path / "documents", splits)


def test_the_stage_learns_from_the_training_split_only(documents, spanish_texts, tmp_path):
    manifest = build_vocabulary(documents, CONFIG, tmp_path / "vocabulary")
    assert list(Tokenizer.load(manifest.directory).vocabulary) == learn(spanish_texts[:50], CONFIG)
    assert manifest.facts["size"] == 300


def test_the_report_is_measured_on_the_heldout_split_for_both_algorithms(documents, tmp_path):
    manifest = build_vocabulary(documents, CONFIG, tmp_path / "vocabulary")
    assert manifest.facts["measured_on"] == "heldout"
    assert {quality["words"] for quality in manifest.facts["quality"].values()} == {430}
    assert list(manifest.facts["quality"]) == ["wordpiece", "bpe"]
    assert "Measured on the heldout documents." in manifest.paths("report")[0].read_text()


def test_without_heldout_documents_the_report_says_that_it_is_on_training_text(
    spanish_texts, tmp_path
):
    documents = write_texts(tmp_path / "documents", {"train": spanish_texts})
    manifest = build_vocabulary(documents, CONFIG, tmp_path / "vocabulary")
    assert manifest.facts["measured_on"] == "train"


def test_a_finished_vocabulary_is_not_learned_again(documents, tmp_path):
    first = build_vocabulary(documents, CONFIG, tmp_path / "vocabulary")
    os.utime(tmp_path / "vocabulary" / "vocab.txt", ns=(0, 0))
    assert build_vocabulary(documents, CONFIG, tmp_path / "vocabulary") == first
    assert Manifest.load(tmp_path / "vocabulary") == first
    assert (tmp_path / "vocabulary" / "vocab.txt").stat().st_mtime_ns == 0


def test_another_configuration_or_other_documents_make_another_vocabulary(
    documents, spanish_texts, tmp_path
):
    first = build_vocabulary(documents, CONFIG, tmp_path / "vocabulary")
    smaller = dataclasses.replace(CONFIG, size=200)
    second = build_vocabulary(documents, smaller, tmp_path / "vocabulary")
    assert (second.facts["size"], Tokenizer.load(tmp_path / "vocabulary").size) == (200, 200)
    others = write_texts(tmp_path / "others", {"train": spanish_texts[20:]})
    third = build_vocabulary(others, smaller, tmp_path / "vocabulary")
    assert len({first.fingerprint, second.fingerprint, third.fingerprint}) == 3


def test_a_changed_vocabulary_is_learned_again(documents, tmp_path):
    directory = tmp_path / "vocabulary"
    first = build_vocabulary(documents, CONFIG, directory)
    text = (directory / "vocab.txt").read_text()
    (directory / "vocab.txt").write_text(text.replace("ó", "ò"))  # the same size in bytes
    assert build_vocabulary(documents, CONFIG, directory) == first
    assert (directory / "vocab.txt").read_text() == text


def test_an_alternative_that_cannot_be_learned_is_left_out_of_the_report(tmp_path):
    # Every word is rare: wordpiece merges their common pairs, bpe has no word to learn from.
    stems = [
        a + b
        for a in ("cam", "sol", "mar", "luz", "pan", "gran", "bord")
        for b in ("ión", "ería", "eño")
    ]
    words = [stem + ending for stem in stems for ending in "abcdefghijklmnopqrstuvwxyz"]
    documents = write_texts(tmp_path / "documents", {"train": [" ".join(words)]})
    config = VocabularyConfig(size=105, alphabet_limit=60)
    manifest = build_vocabulary(documents, config, tmp_path / "vocabulary")
    assert list(manifest.facts["quality"]) == ["wordpiece"]


def test_an_imported_vocabulary_is_taken_as_it_is_and_measured(documents, spanish_texts, tmp_path):
    learned = learn(spanish_texts, dataclasses.replace(CONFIG, size=200))
    Tokenizer(learned).save(tmp_path / "checkpoint")
    config = dataclasses.replace(CONFIG, import_from=str(tmp_path / "checkpoint"))
    manifest = build_vocabulary(documents, config, tmp_path / "vocabulary")
    assert list(Tokenizer.load(manifest.directory).vocabulary) == learned
    assert (manifest.facts["size"], manifest.facts["chosen"]) == (200, "imported")
    assert list(manifest.facts["quality"]) == ["imported"]
    assert "# Vocabulary: 200 entries, imported" in manifest.paths("report")[0].read_text()
    assert vocabulary_metrics(manifest)["vocabulary/words"] == 430


def test_a_vocabulary_is_imported_again_when_its_file_changes(documents, spanish_texts, tmp_path):
    learned = learn(spanish_texts, dataclasses.replace(CONFIG, size=200))
    config = dataclasses.replace(CONFIG, import_from=str(tmp_path / "checkpoint"))
    manifests = []
    for entries in (learned, learned, learned[:-1]):
        Tokenizer(entries).save(tmp_path / "checkpoint")
        manifests.append(build_vocabulary(documents, config, tmp_path / "vocabulary"))
    assert manifests[0] == manifests[1]
    assert manifests[2].facts["size"] == 199
