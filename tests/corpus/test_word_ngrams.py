import pickle

import numpy as np

from selectra_pipeline.corpus import word_ngrams
from selectra_pipeline.corpus.word_ngrams import WordHasher, fold, ngram_hashes


def hashes_of(text, n, hasher=None):
    *_, (_, hashes) = ngram_hashes((hasher or WordHasher()).hash_words(text), n)
    return hashes.tolist()


def test_case_accents_and_punctuation_do_not_count():
    assert hashes_of("¡El Camión cruzó, la frontera!", 2) == hashes_of(
        "el camion «cruzo» LA\nfrontera", 2
    )


def test_words_and_their_order_count():
    hashes = hashes_of("uno dos uno tres dos dos", 2)
    assert len(set(hashes)) == len(hashes) == 5  # "uno dos" is not "dos uno"


def test_equal_ngrams_have_equal_hashes_wherever_they_stand():
    first, second = hashes_of("a b c d e f", 3), hashes_of("x y b c d z", 3)
    assert set(first) & set(second) == {first[1]} == {second[2]}


def test_each_length_is_that_of_the_ngrams_alone():
    words = WordHasher().hash_words("uno dos tres cuatro cinco")
    lengths = dict(ngram_hashes(words, 7))
    assert [len(hashes) for hashes in lengths.values()] == [5, 4, 3, 2, 1, 0, 0]
    assert lengths[3].tolist()[1:2] == hashes_of("dos tres cuatro", 3)


def test_hashes_are_the_same_in_every_process_and_after_pickling():
    assert hashes_of("año nuevo", 1) == [3945923582374900484, 17199126665888870233]
    hasher = WordHasher()
    before = hashes_of("año nuevo", 2, hasher)
    assert hashes_of("año nuevo", 2, pickle.loads(pickle.dumps(hasher))) == before


def test_forgetting_words_changes_no_hash(monkeypatch):
    monkeypatch.setattr(word_ngrams, "LARGEST_CACHE", 2)
    hasher = WordHasher()
    texts = ["uno dos tres", "cuatro cinco seis", "uno dos tres"]
    first, _, again = (hasher.hash_words(text) for text in texts)
    assert np.array_equal(first, again)


def test_folding_takes_case_and_marks_away():
    assert [fold(word) for word in ("AÑO", "pingüino", "Straße")] == [
        "ano",
        "pinguino",
        "strasse",
    ]


def test_vowel_signs_of_other_scripts_belong_to_their_words():
    """As \\w has it, these three words would be eight."""
    assert len(WordHasher().hash_words("हिन्दी में लिखा")) == 3
    assert hashes_of("hola ❤\ufe0f mundo", 2) == hashes_of("hola mundo", 2)  # no mark alone
