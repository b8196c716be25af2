import random
import re
import unicodedata

import numpy as np
import pytest
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.writers import JsonlWriter
from datatrove.utils.hashing import HashConfig
from datatrove.utils.word_tokenizers import WhitespaceTokenizer

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.deduplication import NearDuplicatesConfig
from selectra_pipeline.corpus import near_duplicates
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.corpus.embedded import handwritten_documents
from selectra_pipeline.corpus.near_duplicate_clusters import NearDuplicatesFolder
from selectra_pipeline.corpus.near_duplicate_report import (
    near_duplicate_facts,
    near_duplicate_report,
)
from selectra_pipeline.corpus.near_duplicates import (
    Signatures,
    kept_documents,
    near_duplicate_stages,
)
from shards_of_documents import write_documents

CONFIG = NearDuplicatesConfig(enabled=True)
TEXTS = [annotated.document.text for annotated in handwritten_documents()]


def write_shards(folder, texts, shards=2):
    """The texts, whose ids are their numbers, one after the other into the shards in turn."""
    documents = [Document(str(number), text) for number, text in enumerate(texts)]
    of_shards = [documents[index::shards] for index in range(shards)]
    return write_documents(folder, {"train": of_shards}).paths("train")


def run(steps, tasks):
    """What the steps give, task after task, without an executor."""
    given = []
    for rank in range(tasks):
        data = None
        for step in steps:
            data = step(data, rank, tasks)
        given += data or ()
    return given


def kept_ids(folder, texts, config=CONFIG, shards=2):
    paths = write_shards(folder, texts, shards)
    for stage in near_duplicate_stages(paths, folder / "work", config, examples=3):
        run(stage.steps, stage.tasks)
    kept = run(kept_documents(paths, folder / "work"), shards)
    return sorted(int(document.id) for document in kept)


def edit_words(text, share, seed=1):
    """A text with a share of its words replaced, evenly over the text."""
    words, draw = text.split(" "), random.Random(seed)
    for position in draw.sample(range(len(words)), round(share * len(words))):
        words[position] = f"palabra{position}"
    return " ".join(words)


def cut(text):
    """A text without its last tenth."""
    return text[: round(0.9 * len(text))]


def bare(text):
    """A text without accents, capitals and punctuation."""
    marked = unicodedata.normalize("NFD", text.lower())
    return re.sub(r"[^\w\s]", "", marked)


# What is found


@pytest.mark.parametrize(
    "change", [lambda text: edit_words(text, 0.01), cut, bare], ids=["words", "cut", "bare"]
)
def test_every_planted_near_duplicate_is_found(tmp_path, change):
    texts = [*TEXTS, *map(change, TEXTS)]
    assert len(kept_ids(tmp_path, texts, shards=3)) == len(TEXTS)


def test_distinct_texts_stay(tmp_path):
    assert kept_ids(tmp_path, TEXTS) == list(range(len(TEXTS)))


def test_texts_that_share_less_than_half_stay(tmp_path):
    rewritten = [edit_words(text, 0.2) for text in TEXTS]  # a 5-gram stays with probability 0.33
    assert len(kept_ids(tmp_path, [*TEXTS, *rewritten])) == 2 * len(TEXTS)


def test_numbers_do_not_make_a_text_distinct(tmp_path):
    text = "El día 3 de mayo de 1998 llegaron 125 personas a la estación de Aguamansa en tren."
    assert kept_ids(tmp_path, [text, text.replace("125", "4").replace("3", "12")]) == [0]


def test_texts_shorter_than_an_ngram_have_no_near_duplicates(tmp_path):
    assert kept_ids(tmp_path, ["uno dos tres", "Uno, dos, tres", ""]) == [0, 1, 2]


def test_a_folder_whose_name_is_a_pattern_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"run\[1\].* has a wildcard"):
        near_duplicate_stages([], tmp_path / "run[1]", NearDuplicatesConfig(), 0)


def test_shards_may_be_empty(tmp_path):
    assert kept_ids(tmp_path, [TEXTS[0], cut(TEXTS[0])], shards=4) == [0]


def test_paragraphs_of_wikipedia_that_are_dropped_differ_in_little_but_numbers(tmp_path, wikipedia):
    texts = [document.text for document in wikipedia]
    dropped = set(range(len(texts))) - set(kept_ids(tmp_path, texts))
    assert 0 < len(dropped) <= 20
    words = [set(re.findall(r"[^\W\d]+", text)) for text in texts]
    for number in dropped:
        own, others = words[number], words[:number] + words[number + 1 :]
        assert max(len(own & other) / len(own | other) for other in others) > 0.6


# What is kept of a cluster


def test_the_whole_text_is_kept_rather_than_a_part(tmp_path):
    assert kept_ids(tmp_path, [cut(TEXTS[0]), TEXTS[0], cut(cut(TEXTS[0]))]) == [1]


def test_accents_are_kept_rather_than_lost(tmp_path):
    assert kept_ids(tmp_path, [bare(TEXTS[0]), TEXTS[0].lower()]) == [1]


def test_of_equal_size_the_first_is_kept(tmp_path):
    texts = [TEXTS[0].replace("el faro", f"{article} faro") for article in ("le", "al", "il")]
    assert kept_ids(tmp_path, texts, shards=3) == [0]


def test_the_number_of_shards_does_not_change_what_is_kept(tmp_path):
    texts = [*TEXTS, *map(cut, TEXTS[:8]), *map(bare, TEXTS[4:])]
    kept = [kept_ids(tmp_path / str(shards), texts, shards=shards) for shards in (1, 2, 5)]
    assert kept[0] == kept[1] == kept[2]


# Executors


def test_one_and_two_workers_write_the_same_bytes(tmp_path):
    texts = [*TEXTS, *map(cut, TEXTS[:8]), *map(bare, TEXTS[4:])]
    paths = write_shards(tmp_path, texts)
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        stages = near_duplicate_stages(paths, folder / "work", CONFIG, examples=3)
        writer = JsonlWriter(str(folder / "kept"), compression=None)
        removal = (*kept_documents(paths, folder / "work"), writer)
        for name, steps, tasks in [*map(_parts, stages), ("removal", removal, len(paths))]:
            logs = str(folder / "logs" / name)
            LocalPipelineExecutor(list(steps), tasks, workers, logs).run()
    first, second = (_contents(tmp_path / str(workers)) for workers in (1, 2))
    assert any(name.startswith("kept") for name in first)
    assert first == second


def _parts(stage):
    return stage.name, stage.steps, stage.tasks


def _contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for part in ("work", "kept")
        for path in (folder / part).rglob("*")
        if path.is_file()
    }


# Signatures


def test_a_signature_does_not_depend_on_the_blocks_it_is_made_in(tmp_path, monkeypatch):
    monkeypatch.setattr(near_duplicates, "SHINGLES_AT_A_TIME", 7)
    config = MinhashConfig(hash_config=HashConfig(hash_fc="sha1"))
    ours = Signatures(NearDuplicatesFolder(tmp_path), config)
    shingles = ours.get_shingles(TEXTS[0])
    theirs = MinhashDedupSignature(str(tmp_path / "theirs"), config, WhitespaceTokenizer())
    assert len(shingles) > 70
    assert ours.get_signature(shingles) == theirs.get_signature(shingles)


def test_pairs_are_found_with_the_probability_that_the_configuration_says(tmp_path):
    minhash = MinhashConfig(5, 4, 3, hash_config=HashConfig(hash_fc="sha1"))
    signatures = Signatures(NearDuplicatesFolder(tmp_path), minhash)
    draw, pairs, found = np.random.default_rng(1), 400, 0
    shared = 108  # of 200 shingles that either has: 1 - (1 - 0.54**3) ** 4 = 0.5
    for _ in range(pairs):
        shingles = draw.integers(0, 2**64, (200, 1), np.uint64)
        middle = shared + (200 - shared) // 2
        first = signatures.get_signature(shingles[:middle])
        second = signatures.get_signature(np.concatenate([shingles[:shared], shingles[middle:]]))
        found += any(a == b for a, b in zip(first, second, strict=True))
    assert abs(found / pairs - 0.5) < 0.08  # three standard deviations


# The report


def test_the_facts_count_and_quote_what_was_dropped(tmp_path):
    texts = [*TEXTS[:4], cut(TEXTS[1]), bare(TEXTS[1]), cut(TEXTS[3])]
    kept_ids(tmp_path, texts)
    facts = near_duplicate_facts(sorted(tmp_path.glob("train-*")), tmp_path / "work", CONFIG)
    assert (facts["clusters"], facts["dropped"], facts["largest_cluster"]) == (2, 3, 3)
    assert facts["dropped_bytes"] == sum(len(text.encode()) for text in texts[4:])
    pairs = {(pair["kept_id"], pair["dropped_id"]): pair for pair in facts["pairs"]}
    assert set(pairs) <= {("1", "4"), ("1", "5"), ("3", "6")}
    assert len(pairs) == 2
    pair = pairs["3", "6"]
    assert pair["kept_text"] == pair["dropped_text"] == TEXTS[3][:200]
    assert pair["similarity"] == pytest.approx(0.9, abs=0.02)
    report = near_duplicate_report(facts)
    assert "Groups: 2, the largest of 3 documents. Dropped: 3 documents" in report
    assert f"- kept 3: `{TEXTS[3][:20]}" in report


def test_without_near_duplicates_the_facts_are_zero(tmp_path):
    kept_ids(tmp_path, TEXTS)
    facts = near_duplicate_facts(sorted(tmp_path.glob("train-*")), tmp_path / "work", CONFIG)
    assert facts == {
        "clusters": 0,
        "dropped": 0,
        "dropped_bytes": 0,
        "largest_cluster": 0,
        "pairs": [],
    }
