"""Labelled examples about the invented world: named entities, genres, inference between sentences.

They are a pure function of their seed, and each seed has a world of its own: a model that is tuned
on one and scored on another cannot have learnt the names by heart.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from random import Random
from typing import NamedTuple

from selectra_pipeline.corpus.embedded.genres import write_document
from selectra_pipeline.corpus.embedded.sentences import Discourse
from selectra_pipeline.corpus.embedded.surface import Sentence
from selectra_pipeline.corpus.embedded.world import Fact, World

ENTAILMENT, NEUTRAL, CONTRADICTION = "entailment", "neutral", "contradiction"
WORD = re.compile(r"\w+|[^\w\s]")
# Of these a subject has one at most, so that another object contradicts.
SINGLE_VALUED = frozenset(
    (
        "born_in",
        "born_on",
        "lives_in",
        "lived_in",
        "died_on",
        "profession",
        "located_in",
        "has_capital",
        "founded_in",
        "seat",
        "founder",
        "author",
        "year",
        "theme",
        "publisher",
        "held_on",
        "held_in",
        "star",
    )
)


class Inference(NamedTuple):
    """What follows from a premise, or contradicts it, or neither."""

    premise: str
    hypothesis: str
    label: str


def tagged_sentences(count: int, seed: int) -> Iterator[tuple[list[str], list[str]]]:
    """Words and entity tags (`O`, `B-type`, `I-type`) of so many sentences that name entities."""
    yield from islice(_tagged(seed), count)


def genres(count: int, seed: int) -> Iterator[tuple[str, str]]:
    """The first paragraph of so many documents, and the genre of the document."""
    world = World.build(seed)
    for number in range(count):
        document = write_document(world, seed, number)
        yield document.document.text.split("\n")[0], document.genre


def inferences(premises: int, seed: int) -> Iterator[Inference]:
    """Three hypotheses for each of so many premises, one of each label, in random order.

    The premise states two facts about an entity. One of them in other words follows; with another
    object it contradicts; a fact of another relation is neutral.
    """
    yield from islice(_inferences(seed), 3 * premises)


def _tagged(seed: int) -> Iterator[tuple[list[str], list[str]]]:
    world, number = World.build(seed), 0
    while True:
        for _, sentence in write_document(world, seed, number).sentences:
            if sentence.entities:
                yield _tags(sentence)
        number += 1


def _tags(sentence: Sentence) -> tuple[list[str], list[str]]:
    words, tags = [], []
    for match in WORD.finditer(sentence.text):
        tag = "O"
        for entity in sentence.entities:
            if entity.start <= match.start() < entity.end:
                tag = f"{'B' if match.start() == entity.start else 'I'}-{entity.label}"
        words.append(match[0])
        tags.append(tag)
    return words, tags


def _inferences(seed: int) -> Iterator[Inference]:
    world, rng = World.build(seed), Random(f"inferences:{seed}")
    objects = _objects(world)
    subjects = list(world.facts_about)
    while True:
        facts = _statable(world, rng, rng.choice(subjects))
        if len(facts) < 3:
            continue
        told, other = facts[:2], facts[2]
        single = [fact for fact in told if fact.relation in SINGLE_VALUED]
        if not single:
            continue
        contradicted = rng.choice(single)
        pool = objects[_kind(contradicted)]
        wrong = contradicted._replace(object=rng.choice([o for o in pool if o not in _true(facts)]))
        premise = _state(world, rng, *told)
        hypotheses = [(rng.choice(told), ENTAILMENT), (other, NEUTRAL), (wrong, CONTRADICTION)]
        rng.shuffle(hypotheses)
        for fact, label in hypotheses:
            yield Inference(premise, _state(world, rng, fact), label)


def _objects(world: World) -> dict[tuple[str, str], list[str]]:
    """The objects that a relation has anywhere in the world, by kind of subject and relation."""
    found = defaultdict(set)
    for fact in world.facts:
        found[_kind(fact)].add(fact.object)
    return {kind: sorted(objects) for kind, objects in found.items()}


def _kind(fact: Fact) -> tuple[str, str]:
    return fact.subject[:3], fact.relation


def _statable(world: World, rng: Random, subject: str) -> list[Fact]:
    """Facts about an entity that have words, of different relations, in random order."""
    voice = Discourse(world, rng)
    facts = [fact for fact in world.facts_about[subject] if voice.can_state(fact)]
    rng.shuffle(facts)
    return list({fact.relation: fact for fact in facts}.values())


def _true(facts: list[Fact]) -> set[str]:
    return {fact.object for fact in facts}


def _state(world: World, rng: Random, *facts: Fact) -> str:
    """Sentences that state the facts, the first of which names the subject anew."""
    voice = Discourse(world, rng)
    return " ".join(voice.state(fact).text for fact in facts)
