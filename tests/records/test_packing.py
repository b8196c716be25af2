import random
from itertools import pairwise

import numpy as np
import pytest

from selectra_pipeline.records.example import Example
from selectra_pipeline.records.packing import LosslessPacker
from selectra_pipeline.vocabulary.tokenizer import EncodedLines

CLS, SEP = 2, 3
FIRST_WORD, FIRST_PIECE, SIZE = 10, 500, 1000  # ids from FIRST_PIECE on are "##" entries
CONTINUATION = np.arange(SIZE) >= FIRST_PIECE


def packer(sequence_length, seed=1, short=0.0, single=0.0):
    return LosslessPacker(
        sequence_length, CLS, SEP, CONTINUATION, random.Random(seed), short, single
    )


def pack(documents, **arguments):
    made = packer(**arguments)
    examples = [e for document in documents for e in made.add_document(encoded(document))]
    examples += made.flush()
    assert made.lost_tokens == 0
    return [Example(example.input_ids.tolist(), example.segment_a_length) for example in examples]


def encoded(lines):
    ids = [number for line in lines for number in line]
    ends = np.cumsum([len(line) for line in lines], dtype=np.int64)
    return EncodedLines(np.array(ids, np.int32), ends)


def words(*ids):
    return [FIRST_WORD + i for i in ids]


def random_documents(rng, max_pieces=4, max_sentences=12, max_words=30):
    def word():
        pieces = [rng.randrange(FIRST_PIECE, SIZE) for _ in range(rng.randrange(max_pieces))]
        return [rng.randrange(FIRST_WORD, FIRST_PIECE), *pieces]

    def sentence():
        return [piece for _ in range(rng.randrange(max_words)) for piece in word()]

    return [
        [sentence() for _ in range(rng.randrange(max_sentences))]
        for _ in range(rng.randrange(1, 20))
    ]


def content(examples):
    return [i for example in examples for i in example.input_ids if i not in (CLS, SEP)]


def stream(documents):
    return [i for document in documents for sentence in document for i in sentence]


@pytest.mark.parametrize("seed", range(40))
def test_the_examples_hold_every_token_once_and_in_order(seed):
    rng = random.Random(seed)
    documents = random_documents(rng, max_pieces=rng.choice([1, 4, 30]))
    examples = pack(
        documents, sequence_length=rng.choice([8, 9, 31, 64]), seed=seed, short=0.3, single=0.2
    )
    assert content(examples) == stream(documents)


@pytest.mark.parametrize("seed", range(20))
def test_examples_are_framed_and_no_segment_is_empty(seed):
    documents = random_documents(random.Random(seed))
    for ids, a_length in pack(documents, sequence_length=24, seed=seed, short=0.3, single=0.2):
        assert 3 <= a_length <= len(ids) <= 24
        assert ids[0] == CLS
        assert ids[a_length - 1] == ids[-1] == SEP
        assert CLS not in ids[1:]
        assert (SEP, SEP) not in pairwise(ids)
        assert ids[1] != SEP


@pytest.mark.parametrize("seed", range(20))
def test_no_example_begins_inside_a_word(seed):
    documents = random_documents(random.Random(seed))
    examples = pack(documents, sequence_length=24, seed=seed, short=0.0, single=0.2)
    assert not any(CONTINUATION[example.input_ids[1]] for example in examples)


@pytest.mark.parametrize("seed", range(20))
def test_only_the_last_example_lacks_more_than_a_word(seed):
    longest_word = 4
    documents = random_documents(random.Random(seed), max_pieces=longest_word)
    examples = pack(documents, sequence_length=32, seed=seed, single=0.2)
    # less than a word, and one more where a document ends just there
    assert all(len(example.input_ids) >= 32 - longest_word for example in examples[:-1])


def test_one_token_words_fill_every_example():
    examples = pack([[words(*range(100))] * 5], sequence_length=20)
    assert {len(example.input_ids) for example in examples[:-1]} == {20}


def test_segments_meet_at_the_sentence_end_nearest_to_the_middle():
    sentences = [words(1, 2), words(3, 4, 5), words(6, 7, 8, 9), words(10)]
    (example,) = pack([sentences], sequence_length=16)
    assert example.input_ids == [CLS, *words(1, 2, 3, 4, 5), SEP, *words(6, 7, 8, 9, 10), SEP]
    assert example.segment_a_length == 7


def test_there_is_one_segment_where_no_sentence_ends_inside():
    first, second = pack([[words(*range(9))]], sequence_length=8)
    assert first == ([CLS, *words(0, 1, 2, 3, 4, 5), SEP], 8)
    assert second == ([CLS, *words(6, 7, 8), SEP], 5)


def test_single_segment_probability_one_gives_one_segment_only():
    documents = random_documents(random.Random(1))
    for ids, a_length in pack(documents, sequence_length=24, single=1.0):
        assert a_length == len(ids)


def test_a_sep_stands_between_documents_inside_a_segment():
    (example,) = pack([[words(1)], [words(2, 3)]], sequence_length=16, single=1.0)
    assert example.input_ids == [CLS, *words(1), SEP, *words(2, 3), SEP]
    assert example.segment_a_length == 6


def test_the_segment_separator_serves_between_documents():
    (example,) = pack([[words(1, 2)], [words(3, 4)]], sequence_length=16)
    assert example == ([CLS, *words(1, 2), SEP, *words(3, 4), SEP], 4)


def test_a_document_that_starts_with_the_example_gets_no_sep_before_it():
    first, second = pack([[words(*range(6))], [words(6, 7)]], sequence_length=8)
    assert first.input_ids == [CLS, *words(*range(6)), SEP]
    assert second.input_ids == [CLS, *words(6, 7), SEP]


def test_a_word_that_does_not_fit_is_carried_over_whole():
    long_word = [FIRST_WORD, FIRST_PIECE, FIRST_PIECE + 1]
    first, second = pack([[[*words(1, 2, 3, 4), *long_word]]], sequence_length=8)
    assert first.input_ids == [CLS, *words(1, 2, 3, 4), SEP]
    assert second.input_ids == [CLS, *long_word, SEP]


def test_a_word_longer_than_an_example_is_cut():
    word = [FIRST_WORD, *range(FIRST_PIECE, FIRST_PIECE + 20)]
    examples = pack([[word]], sequence_length=8)
    assert [len(example.input_ids) for example in examples] == [8, 8, 8, 5]
    assert content(examples) == word


def test_documents_without_tokens_leave_no_trace():
    with_empty = [[], [words(1)], [[]], [words(2)], [[], []]]
    assert pack(with_empty, sequence_length=16) == pack(
        [[words(1)], [words(2)]], sequence_length=16
    )


def test_short_sequence_probability_is_the_share_of_shorter_examples():
    documents = [[words(*range(10))] * 4000]
    examples = pack(documents, sequence_length=32, short=0.2)
    short = sum(len(example.input_ids) < 32 for example in examples[:-1])
    assert 0.15 < short / len(examples) < 0.25


def test_the_seed_decides_the_examples():
    documents = random_documents(random.Random(1)) * 5
    assert pack(documents, sequence_length=32, seed=1, short=0.5) == pack(
        documents, sequence_length=32, seed=1, short=0.5
    )
    assert pack(documents, sequence_length=32, seed=1, short=0.5) != pack(
        documents, sequence_length=32, seed=2, short=0.5
    )
