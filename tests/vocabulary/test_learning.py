import dataclasses
import hashlib
import json
import os
import subprocess
import sys

import pytest

from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS, VocabularyConfig
from selectra_pipeline.vocabulary.learning import VocabularyError, in_sample, learn

CONFIG = VocabularyConfig(size=400, alphabet_limit=60)

LEARN_IN_A_PROCESS = """
import json, sys
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.vocabulary.learning import learn
given = json.load(sys.stdin)
configs = map(VocabularyConfig.from_params, given["configs"])
entries = [entry for config in configs for entry in learn(given["texts"], config)]
sys.stdout.buffer.write("\\n".join(entries).encode())
"""


def test_any_number_of_threads_gives_the_same_bytes(spanish_texts):
    configs = [dataclasses.replace(CONFIG, algorithm=name) for name in ("wordpiece", "bpe")]
    expected = "\n".join(entry for config in configs for entry in learn(spanish_texts, config))
    given = {"texts": spanish_texts, "configs": [config.to_dict() for config in configs]}
    for threads in ("1", "2", "4"):
        run = subprocess.run(
            [sys.executable, "-c", LEARN_IN_A_PROCESS],
            input=json.dumps(given).encode(),
            env=os.environ | {"RAYON_NUM_THREADS": threads, "TOKENIZERS_PARALLELISM": "true"},
            capture_output=True,
            check=True,
        )
        digests = [hashlib.sha256(b).hexdigest() for b in (run.stdout, expected.encode())]
        assert digests[0] == digests[1], f"{threads} threads"


@pytest.mark.parametrize("algorithm", ["wordpiece", "bpe"])
@pytest.mark.parametrize("size", [150, 287, 400])
def test_the_vocabulary_has_exactly_the_size_asked_for(algorithm, size, spanish_texts):
    config = dataclasses.replace(CONFIG, algorithm=algorithm, size=size)
    vocabulary = learn(spanish_texts, config)
    assert len(vocabulary) == len(set(vocabulary)) == size
    assert vocabulary[:5] == list(SPECIAL_TOKENS)


@pytest.mark.parametrize("algorithm", ["wordpiece", "bpe"])
def test_accents_survive_learning(algorithm, spanish_texts):
    vocabulary = learn(spanish_texts, dataclasses.replace(CONFIG, algorithm=algorithm))
    assert "camión" in vocabulary


@pytest.mark.parametrize("algorithm", ["wordpiece", "bpe"])
def test_a_size_beyond_the_text_names_the_size_that_works(algorithm, spanish_texts):
    texts = spanish_texts[:3]
    config = dataclasses.replace(CONFIG, algorithm=algorithm, size=9_000)
    with pytest.raises(VocabularyError, match=r"set vocabulary\.size to at most") as error:
        learn(texts, config)
    size = int(str(error.value).split("at most ")[1].split(",")[0])
    assert len(learn(texts, dataclasses.replace(config, size=size))) == size


def test_an_alphabet_that_fills_the_vocabulary_is_refused():
    texts = ["".join(chr(0xC0 + n) + "a" for n in range(150))]
    with pytest.raises(VocabularyError, match="alphabet_limit"):
        learn(texts, VocabularyConfig(size=110, alphabet_limit=109))


def test_lower_case_vocabularies_hold_no_capital(spanish_texts):
    vocabulary = learn(spanish_texts, dataclasses.replace(CONFIG, lowercase=True))
    assert all(entry == entry.lower() for entry in vocabulary[5:])
    assert "camión" in vocabulary


def test_text_without_accents_is_refused_unless_the_configuration_allows_it(spanish_texts):
    bare = [text.translate(str.maketrans("áéíóúüñ", "aeiouun")) for text in spanish_texts]
    with pytest.raises(VocabularyError, match="require_accents=false"):
        learn(bare, CONFIG)
    assert learn(bare, dataclasses.replace(CONFIG, require_accents=False))
    assert learn(spanish_texts, dataclasses.replace(CONFIG, strip_accents=True))


def test_an_alphabet_too_small_for_accented_letters_is_refused():
    texts = ["la casa es mas alta que la otra casa y canta " * 30 + "ñ"]
    with pytest.raises(VocabularyError, match="none is frequent enough"):
        learn(texts, VocabularyConfig(size=101, alphabet_limit=12))


def test_empty_text_is_refused():
    with pytest.raises(VocabularyError, match="no text"):
        learn([], CONFIG)


def test_the_sample_depends_on_text_and_seed_and_has_about_the_fraction_asked_for():
    texts = [f"texto {n}" for n in range(4000)]
    chosen = [text for text in texts if in_sample(text, 0.3, seed=1)]
    assert chosen == [text for text in texts if in_sample(text, 0.3, seed=1)]
    assert chosen != [text for text in texts if in_sample(text, 0.3, seed=2)]
    assert 1100 < len(chosen) < 1300
    assert set(chosen) < {text for text in texts if in_sample(text, 0.5, seed=1)}
    assert all(in_sample(text, 1.0, seed=1) for text in texts)
