import errno
import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.execution import ExecutionConfig, SlurmConfig
from selectra_pipeline.config.ingestion import IngestionConfig
from selectra_pipeline.corpus import document_shards, gathering, ingestion, preparation, shuffle
from selectra_pipeline.corpus.document import text_digest
from selectra_pipeline.corpus.document_shards import iterate_documents, read_shard
from selectra_pipeline.corpus.evaluation_files import EvaluationFileError
from selectra_pipeline.corpus.ingestion import CorpusError, ingest
from selectra_pipeline.corpus.ingestion_report import ingestion_report
from selectra_pipeline.corpus.splits import split_of
from selectra_pipeline.execution.errors import StageError
from selectra_pipeline.shards.files import StorageError
from selectra_pipeline.shards.manifest import Manifest

WORDS = (
    *("camión", "año", "niño", "montaña", "río", "casa", "pueblo", "noche"),
    *("lluvia", "camino", "piedra", "árbol", "viento", "fuego", "mar"),
)


def prose(number):
    """A document of its own for every number: long enough to be kept."""
    chosen = [WORDS[(number + 7 * i) % len(WORDS)] for i in range(25)]
    return f"Documento {number}: " + " ".join(chosen)


def write_corpus(folder, numbers, name="a.jsonl"):
    folder.mkdir(exist_ok=True)
    lines = [json.dumps({"text": prose(n)}, ensure_ascii=False) + "\n" for n in numbers]
    (folder / name).write_text("".join(lines), encoding="utf-8")
    return folder


def config_for(folder, **options):
    return IngestionConfig.from_params(
        {"source": {"paths": str(folder)}, "heldout_fraction": 0.2, "shards": 3, **options}
    )


def texts(manifest, split):
    return {document.text for document in iterate_documents(manifest, split)}


def membership(manifest):
    """The file that holds each text."""
    shards = [*manifest.paths("train"), *manifest.paths("heldout")]
    return {document.text: path.name for path in shards for document in read_shard(path)}


def contents(directory):
    """Of the stage's output, without what it keeps while it is not finished."""
    paths = [path for path in sorted(directory.iterdir()) if path.name != "work"]
    return {path.name: path.read_bytes() for path in paths}


@pytest.fixture
def corpus(tmp_path):
    return write_corpus(tmp_path / "corpus", range(200))


def test_every_document_is_in_exactly_one_split(corpus, tmp_path):
    manifest = ingest(config_for(corpus), tmp_path / "out")
    train, heldout = texts(manifest, "train"), texts(manifest, "heldout")
    assert train | heldout == {prose(n) for n in range(200)}
    assert not train & heldout
    assert manifest.count("train") + manifest.count("heldout") == 200
    assert 20 <= len(heldout) <= 60


def test_shards_are_named_by_split_and_number(corpus, tmp_path):
    manifest = ingest(config_for(corpus), tmp_path / "out")
    assert sorted(contents(tmp_path / "out")) == [
        "heldout-00000-of-00001.jsonl.zst",
        "manifest.json",
        "train-00000-of-00003.jsonl.zst",
        "train-00001-of-00003.jsonl.zst",
        "train-00002-of-00003.jsonl.zst",
    ]
    manifest.verify()


def test_documents_are_normalised_and_their_duplicates_dropped(tmp_path):
    folder = write_corpus(tmp_path / "corpus", range(50))
    decomposed = prose(3).replace("ñ", "n\u0303").replace(" ", "\u00a0 ")
    (folder / "b.txt").write_text(decomposed, encoding="utf-8")
    manifest = ingest(config_for(folder), tmp_path / "out")
    assert manifest.facts["rejected"] == {"duplicate": 1}
    assert manifest.facts["examples"]["duplicate"] == [{"id": "b.txt:1", "text": prose(3)[:200]}]


def test_duplicates_are_kept_on_request(tmp_path, monkeypatch):
    monkeypatch.setattr(gathering, "text_digest", lambda _: pytest.fail("a text was remembered"))
    folder = write_corpus(tmp_path / "corpus", [*range(50), *range(50)])
    manifest = ingest(config_for(folder, cleaning={"deduplicate": False}), tmp_path / "out")
    assert manifest.count("train") + manifest.count("heldout") == 100


def test_the_counts_add_up(tmp_path):
    folder = write_corpus(tmp_path / "corpus", range(60))
    (folder / "b.jsonl").write_text('{"text": "corto"}\n{"text": "breve"}\nroto\n')
    config = config_for(folder, source={"paths": str(folder), "on_error": "skip"})
    facts = ingest(config, tmp_path / "out").facts
    kept = facts["kept"]["train"]["documents"] + facts["kept"]["heldout"]["documents"]
    assert (facts["documents_read"], kept) == (62, 60)
    assert facts["rejected"] == {"too_short": 2}
    assert facts["skipped"] == {"bad_json": 1}
    assert [source["name"] for source in facts["sources"]] == ["a.jsonl", "b.jsonl"]


def test_the_size_of_the_text_is_measured(corpus, tmp_path):
    manifest = ingest(config_for(corpus), tmp_path / "out")
    train = texts(manifest, "train")
    counted = manifest.facts["kept"]["train"]
    assert counted["characters"] == sum(map(len, train))
    assert counted["bytes"] == sum(len(text.encode()) for text in train)
    assert counted["words"] == sum(len(text.split()) for text in train)
    accented = sum(text.count(letter) for text in train for letter in "áéíóúñ")
    assert counted["accented"] == accented


def test_the_order_of_the_files_changes_no_membership(corpus, tmp_path):
    other = write_corpus(tmp_path / "other", range(100, 200), "1.jsonl")
    write_corpus(other, range(99, -1, -1), "2.jsonl")
    one = ingest(config_for(corpus), tmp_path / "one")
    two = ingest(config_for(other), tmp_path / "two")
    assert membership(one) == membership(two)


def test_a_document_stays_on_its_side_when_the_corpus_grows(corpus, tmp_path):
    before = membership(ingest(config_for(corpus), tmp_path / "out"))
    write_corpus(corpus, range(200, 400), "0.jsonl")
    after = membership(ingest(config_for(corpus), tmp_path / "out"))
    assert before.items() < after.items()


def test_what_was_held_out_stays_so_when_the_fraction_grows():
    digests = [text_digest(prose(n)) for n in range(500)]
    small = {digest for digest in digests if split_of(digest, 0.05) == "heldout"}
    large = {digest for digest in digests if split_of(digest, 0.2) == "heldout"}
    assert small < large


def test_the_same_corpus_gives_the_same_bytes(corpus, tmp_path):
    ingest(config_for(corpus), tmp_path / "one")
    ingest(config_for(corpus), tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_shards_do_not_depend_on_how_often_buffers_are_written(corpus, tmp_path, monkeypatch):
    one = membership(ingest(config_for(corpus), tmp_path / "one"))
    monkeypatch.setattr(document_shards, "LARGEST_FRAME", 1_000)
    monkeypatch.setattr(shuffle, "LARGEST_ROW_GROUP", 1_000)
    assert membership(ingest(config_for(corpus), tmp_path / "two")) == one


def test_more_shards_than_documents_leave_readable_empty_shards(corpus, tmp_path):
    manifest = ingest(config_for(corpus, shards=300), tmp_path / "out")
    assert len(texts(manifest, "train")) == manifest.count("train")
    assert 0 in [shard.count for shard in manifest.shards["train"]]


def test_a_finished_stage_is_not_run_again(corpus, tmp_path, caplog, monkeypatch):
    first = ingest(config_for(corpus), tmp_path / "out")
    monkeypatch.setattr(preparation, "open_corpus", lambda *_: pytest.fail("the corpus was read"))
    with caplog.at_level(logging.INFO):
        assert ingest(config_for(corpus), tmp_path / "out") == first
    assert "ingestion is up to date" in caplog.text


def test_a_changed_file_or_configuration_runs_the_stage_again(corpus, tmp_path):
    first = ingest(config_for(corpus), tmp_path / "out")
    fewer = ingest(config_for(corpus, shards=2), tmp_path / "out")
    assert fewer.fingerprint != first.fingerprint
    assert len(list((tmp_path / "out").glob("train-*"))) == 2
    write_corpus(corpus, range(1, 201))
    assert prose(200) in membership(ingest(config_for(corpus, shards=2), tmp_path / "out"))


def test_an_error_halfway_leaves_nothing_behind(corpus, tmp_path):
    (corpus / "b.jsonl").write_text("roto\n")
    with pytest.raises(ValueError, match=r"b\.jsonl, line 1"):
        ingest(config_for(corpus), tmp_path / "out")
    assert contents(tmp_path / "out") == {}


def test_a_killed_run_goes_on_with_the_files_that_were_not_read(corpus, tmp_path, monkeypatch):
    write_corpus(corpus, range(200, 300), "b.jsonl")
    each_file = ExecutionConfig(task_megabytes=0)
    script = (
        "import os, signal, sys\n"
        "from selectra_pipeline.corpus import ingestion, preparation\n"
        "from selectra_pipeline.config.execution import ExecutionConfig\n"
        "from selectra_pipeline.config.ingestion import IngestionConfig\n"
        "original, calls = preparation.clean, []\n"
        "def clean(*arguments):\n"
        "    calls.append(1)\n"
        "    if len(calls) == 250: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return original(*arguments)\n"
        "preparation.clean = clean\n"
        "params = {'source': {'paths': sys.argv[1]}, 'heldout_fraction': 0.2, 'shards': 3}\n"
        "config = IngestionConfig.from_params(params)\n"
        "ingestion.ingest(config, sys.argv[2], ExecutionConfig(task_megabytes=0))\n"
    )
    out = tmp_path / "out"
    source = str(Path(ingestion.__file__).parents[2])
    killed = subprocess.run(
        [sys.executable, "-c", script, corpus, out], env={**os.environ, "PYTHONPATH": source}
    )
    assert killed.returncode == -signal.SIGKILL
    with pytest.raises(FileNotFoundError, match="has not finished"):
        Manifest.load(out)
    read = []
    original = preparation.open_corpus

    def open_corpus(config, files, counts):
        read.extend(file.name for file in files)
        return original(config, files, counts)

    with monkeypatch.context() as patch:
        patch.setattr(preparation, "open_corpus", open_corpus)
        ingest(config_for(corpus), out, each_file)
    assert read == ["b.jsonl"]
    assert not (out / "work").exists()
    ingest(config_for(corpus), tmp_path / "unbroken")
    assert contents(out) == contents(tmp_path / "unbroken")


def test_a_full_disk_names_the_file_and_the_way_out(corpus, tmp_path, monkeypatch):
    def no_space(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(document_shards, "open", no_space, raising=False)
    with pytest.raises(StorageError, match=r"disk is full while writing .*train-00000-of-00003"):
        ingest(config_for(corpus), tmp_path / "out")
    assert contents(tmp_path / "out") == {}


def test_an_empty_corpus_says_what_became_of_it(tmp_path):
    (tmp_path / "a.txt").write_text("corto\n\nbreve")
    with pytest.raises(CorpusError, match=r"no document was kept of 2 read .*too_short 2"):
        ingest(config_for(tmp_path / "a.txt"), tmp_path / "out")
    assert contents(tmp_path / "out") == {}


@pytest.mark.parametrize(("split", "remedy"), [("heldout", "raise"), ("train", "lower")])
def test_an_empty_split_says_how_to_fill_it(tmp_path, split, remedy):
    other = {"heldout": "train", "train": "heldout"}[split]
    number = next(n for n in range(99) if split_of(text_digest(prose(n)), 0.2) == other)
    folder = write_corpus(tmp_path / "corpus", [number])
    with pytest.raises(CorpusError, match=f"{split} is empty; add text or {remedy} heldout_frac"):
        ingest(config_for(folder), tmp_path / "out")


def test_a_corpus_without_accents_is_ingested_with_a_warning(tmp_path, caplog):
    plain = str.maketrans("áéíóúñ", "aeioun")
    (tmp_path / "a.txt").write_text("\n".join(prose(n).translate(plain) for n in range(60)))
    config = config_for(
        tmp_path / "a.txt", source={"paths": str(tmp_path / "a.txt"), "text_unit": "line"}
    )
    manifest = ingest(config, tmp_path / "out")
    assert manifest.facts["accented_share"] == 0.0
    assert "not one accented letter" in caplog.text


def test_progress_is_logged(corpus, tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(preparation, "SECONDS_BETWEEN_REPORTS", 0.0)
    with caplog.at_level(logging.INFO):
        ingest(config_for(corpus), tmp_path / "out")
    assert "ingestion: 200 documents read" in caplog.text


def test_a_damaged_shard_is_named_with_the_remedy(corpus, tmp_path):
    path = ingest(config_for(corpus), tmp_path / "out").paths("train")[1]
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(
        ValueError, match=rf"{path} is damaged at or after line .*delete .*manifest"
    ):
        list(read_shard(path))


def test_identifiers_that_cannot_be_written_are_cleaned(tmp_path):
    lines = [json.dumps({"id": f"{n}\ud83d\n", "text": prose(n)}) for n in range(50)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    manifest = ingest(config_for(tmp_path / "a.jsonl"), tmp_path / "out")
    ids = [d.id for split in ("train", "heldout") for d in iterate_documents(manifest, split)]
    assert sorted(map(int, ids)) == list(range(50))


def test_the_report_shows_sizes_reasons_and_examples(corpus, tmp_path):
    (corpus / "b.txt").write_text("demasiado\ncorto")
    manifest = ingest(config_for(corpus), tmp_path / "out")
    report = ingestion_report(manifest)
    assert f"| train | {manifest.count('train')} |" in report
    assert "| too_short | 1 |" in report
    assert "- b.txt:1 (15, at least 100): `demasiado / corto`" in report


def test_near_duplicates_are_left_out_and_counted(tmp_path):
    texts = [" ".join(f"palabra{'ñáé'[n % 3]}{n}x{i}" for i in range(40)) for n in range(60)]
    longer = f"{texts[3]} y nada más"
    lines = [json.dumps({"text": text}) + "\n" for text in (*texts, longer)]
    (tmp_path / "a.jsonl").write_text("".join(lines))
    lenient = {"cleaning": {"max_word_length": 20}, "near_duplicates": {"enabled": True}}
    manifest = ingest(config_for(tmp_path / "a.jsonl", **lenient), tmp_path / "out")
    assert set(membership(manifest)) == {longer, *texts} - {texts[3]}
    assert manifest.facts["rejected"] == {"near_duplicate": 1}
    assert manifest.facts["rejected_characters"] == {"near_duplicate": len(texts[3])}
    report = ingestion_report(manifest)
    assert "it is almost equal to a larger one" in report
    assert "- dropped a.jsonl:4: `palabra" in report


@pytest.mark.parametrize("name", ["*.sig", "*.sizes", "*.dups", "*.clusters", "*.remove"])
def test_damaged_files_of_near_duplicates_are_made_again(tmp_path, monkeypatch, name, caplog):
    texts = [" ".join(f"palabra{n}x{i}" for i in range(40)) for n in range(60)]
    lines = [json.dumps({"text": text}) + "\n" for text in (*texts, f"{texts[3]} y nada más")]
    (tmp_path / "a.jsonl").write_text("".join(lines))
    lenient = {"cleaning": {"max_word_length": 20}, "near_duplicates": {"enabled": True}}
    config = config_for(tmp_path / "a.jsonl", **lenient)
    ingest(config, tmp_path / "unbroken")
    with monkeypatch.context() as patch:
        patch.setattr(ingestion, "kept_documents", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            ingest(config, tmp_path / "out")
    written = [path for path in (tmp_path / "out/work").rglob(name) if path.stat().st_size]
    assert written
    for path in written:
        os.truncate(path, 0)
    ingest(config, tmp_path / "out")
    assert "is damaged: made again" in caplog.text
    assert contents(tmp_path / "out") == contents(tmp_path / "unbroken")


def test_what_is_refused_leaves_the_last_result_in_place(corpus, tmp_path, monkeypatch):
    directory = tmp_path / "run[1]"
    manifest = ingest(config_for(corpus), directory)
    monkeypatch.setattr(preparation, "open_corpus", lambda *_: pytest.fail("the corpus was read"))
    with pytest.raises(ConfigError, match="has a wildcard"):
        ingest(config_for(corpus, near_duplicates={"enabled": True}), directory)
    (tmp_path / "empty.txt").write_text("")
    decontamination = {"files": [str(tmp_path / "empty.txt")]}
    with pytest.raises(EvaluationFileError):
        ingest(config_for(corpus, decontamination=decontamination), directory)
    monkeypatch.setenv("PATH", "")
    slurm = ExecutionConfig(executor="slurm", in_process_megabytes=0, slurm=SlurmConfig("a"))
    with pytest.raises(StageError, match="cannot be found"):
        ingest(config_for(corpus, shards=2), directory, slurm)
    assert Manifest.load(directory) == manifest


@pytest.mark.parametrize(("action", "kept"), [("remove", 49), ("report", 50)])
def test_text_of_evaluation_files_is_removed_or_reported(tmp_path, action, kept):
    folder = write_corpus(tmp_path / "corpus", range(50))
    test_set = tmp_path / "test.txt"
    test_set.write_text(prose(7).split(": ")[0] + " " + prose(7).split(": ")[1], encoding="utf-8")
    options = {"files": [str(test_set)], "run_words": 26, "min_sentence_words": 26}
    config = config_for(folder, decontamination={**options, "action": action})
    manifest = ingest(config, tmp_path / "out")
    assert len(membership(manifest)) == kept
    facts = manifest.facts
    found = facts["rejected" if action == "remove" else "noted"]
    assert found == {"contaminated": 1}
    assert facts["examples"]["contaminated"][0]["finding"].endswith("test.txt, line 1")
    assert "## Evaluation files" in ingestion_report(manifest)
    test_set.write_text(prose(8), encoding="utf-8")
    assert ingest(config, tmp_path / "out").fingerprint != manifest.fingerprint


@pytest.mark.parametrize("masks", [False, True])
def test_text_of_evaluation_files_is_found_where_personal_data_is_masked(tmp_path, masks):
    sentence = "Para reservar una mesa llame al teléfono 912 345 678 antes del viernes"
    documents = [f"{prose(n)}\n{sentence}\n{prose(n + 100)}" for n in range(40)]
    lines = [json.dumps({"text": text}) + "\n" for text in documents]
    (tmp_path / "a.jsonl").write_text("".join(lines))
    (tmp_path / "test.txt").write_text(sentence, encoding="utf-8")
    config = config_for(
        tmp_path / "a.jsonl",
        cleaning={"personal_data": {"enabled": masks}},
        decontamination={"files": [str(tmp_path / "test.txt")], "action": "report"},
    )
    assert ingest(config, tmp_path / "out").facts["noted"] == {"contaminated": 40}
