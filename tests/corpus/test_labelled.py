import collections
import itertools

from selectra_pipeline.corpus.embedded.labelled import genres, inferences, tagged_sentences


def test_a_seed_always_gives_the_same_examples_and_another_seed_others():
    assert list(inferences(20, 1)) == list(inferences(20, 1))
    assert list(tagged_sentences(20, 1)) == list(tagged_sentences(20, 1))
    assert not set(inferences(200, 1)) & set(inferences(200, 2))


def test_each_premise_has_a_hypothesis_of_each_label():
    rows = list(inferences(100, 3))
    for premise in (rows[i : i + 3] for i in range(0, len(rows), 3)):
        assert len({row.premise for row in premise}) == 1
        assert {row.label for row in premise} == {"entailment", "neutral", "contradiction"}


def test_the_order_of_the_labels_tells_nothing():
    firsts = collections.Counter(
        row.label for row in itertools.islice(inferences(300, 4), 0, None, 3)
    )
    assert min(firsts.values()) > 70


def test_what_contradicts_is_not_what_the_premise_says():
    for row in inferences(200, 5):
        assert row.hypothesis not in row.premise or row.label == "entailment"


def test_tags_stand_beside_words_and_mark_whole_names():
    found = collections.Counter()
    for words, tags in tagged_sentences(300, 1):
        assert len(words) == len(tags)
        for before, tag in itertools.pairwise(["O", *tags]):
            if tag.startswith("I-"):
                assert before[2:] == tag[2:]
            if tag.startswith("B-"):
                found[tag[2:]] += 1
    assert set(found) == {"PER", "LOC", "ORG", "MISC"}


def test_every_sentence_names_somebody_or_something():
    assert all(set(tags) != {"O"} for _, tags in tagged_sentences(100, 2))


def test_documents_of_many_genres_begin_each_with_a_text():
    rows = list(genres(300, 1))
    assert len({genre for _, genre in rows}) > 12
    assert all(text and "\n" not in text for text, _ in rows)
