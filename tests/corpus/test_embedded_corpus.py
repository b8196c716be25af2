"""The corpus as a whole: reproducible, balanced, accented, varied, coherent with its world."""

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from itertools import islice

import pytest

from selectra_pipeline.corpus.embedded import (
    World,
    generate_annotated,
    generate_documents,
    handwritten_documents,
)


@pytest.fixture(scope="module")
def megabyte():
    return list(generate_annotated(1.0, seed=0))


@pytest.fixture(scope="module")
def text(megabyte):
    return "\n".join(annotated.document.text for annotated in megabyte)


def test_the_bytes_do_not_depend_on_hash_order():
    program = (
        "import hashlib\n"
        "from selectra_pipeline.corpus.embedded import generate_documents\n"
        "digest = hashlib.sha256()\n"
        "for d in generate_documents(0.1, 7): digest.update(f'{d.id}\\n{d.text}\\n'.encode())\n"
        "print(digest.hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    here = hashlib.sha256()
    for document in generate_documents(0.1, 7):
        here.update(f"{document.id}\n{document.text}\n".encode())
    assert digests == {here.hexdigest() + "\n"}


def test_a_larger_corpus_begins_with_a_smaller_one(megabyte):
    small = list(generate_documents(0.1, seed=0))
    assert small == [annotated.document for annotated in islice(megabyte, len(small))]


def test_seeds_differ_after_the_hand_written_texts():
    first, second = (list(generate_documents(0.1, seed)) for seed in (0, 1))
    written = len(list(handwritten_documents()))
    assert first[:written] == second[:written]
    assert first[written:] != second[written:]


def test_hand_written_texts_are_of_a_readable_length_in_sorted_order():
    texts = list(handwritten_documents())
    assert len(texts) >= 14
    assert [t.document.id for t in texts] == sorted(t.document.id for t in texts)
    for annotated in texts:
        assert annotated.document.id.startswith("embedded:texto-")
        assert 350 <= len(annotated.document.text.split()) <= 700, annotated.document.id


def test_four_megabytes_are_reached_and_hardly_exceeded():
    size = sum(len(document.text.encode()) for document in generate_documents(4.0, seed=0))
    assert 4_000_000 <= size < 4_020_000


def test_an_empty_corpus_is_refused():
    with pytest.raises(ValueError, match="ask for more than 0"):
        next(generate_documents(0, seed=0))


def test_ids_are_unique_and_paragraphs_are_not_blank(megabyte):
    ids = [annotated.document.id for annotated in megabyte]
    assert len(set(ids)) == len(ids)
    for annotated in megabyte:
        lines = annotated.document.text.split("\n")
        assert all(line and line == line.strip() for line in lines), annotated.document.id


def test_every_accented_letter_occurs_in_both_cases(text):
    assert set("áéíóúüñÁÉÍÓÚÜÑ") <= set(text)


def test_questions_and_exclamations_balance(megabyte):
    for annotated in megabyte:
        body = annotated.document.text
        assert body.count("¿") == body.count("?"), annotated.document.id
        assert body.count("¡") == body.count("!"), annotated.document.id
        assert body.count("«") == body.count("»"), annotated.document.id


def test_articles_are_contracted_and_nothing_of_the_notation_is_left(text):
    assert not re.search(r"\b[Dd]e el\b|\b[Aa] el\b", text)
    assert not re.search(r"[{}\[\]|@$<>~*\x02\x03\x1f]|  | [,.;:?!»]|,,|\.\.", text)


def test_entity_spans_are_names_of_their_entities(megabyte):
    world = World.build(0)
    labels = Counter()
    for annotated in megabyte:
        body = annotated.document.text
        for span in annotated.entities:
            surface = body[span.start : span.end].casefold()
            forms = [form.casefold() for form in world[span.entity_id].forms]
            assert surface in forms, (surface, span)
            labels[span.label] += 1
    assert set(labels) == {"PER", "LOC", "ORG", "MISC"}
    assert min(labels.values()) > 200


def test_sentences_lie_where_their_offsets_say(megabyte):
    for annotated in megabyte:
        for offset, sentence in annotated.sentences:
            end = offset + len(sentence.text)
            assert annotated.document.text[offset:end] == sentence.text


def test_every_stated_fact_holds_in_the_world(megabyte):
    known = set(World.build(0).facts)
    stated = {fact for annotated in megabyte for fact in annotated.facts}
    assert len(stated) > 1200
    assert stated <= known


def test_genres_are_many_and_none_dominates(megabyte):
    sizes = Counter()
    for annotated in megabyte:
        sizes[annotated.genre] += len(annotated.document.text)
    assert len(sizes) == 18
    assert max(sizes.values()) < 0.45 * sum(sizes.values())


def test_a_megabyte_is_rich_in_words_and_poor_in_repeated_sentences(megabyte, text):
    assert len(set(re.findall(r"\w+", text.lower()))) > 6500  # 7,196 measured
    sentences = Counter(s.text for annotated in megabyte for _, s in annotated.sentences)
    total = sum(sentences.values())
    assert 1 - len(sentences) / total < 0.08
