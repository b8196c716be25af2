"""The world is coherent, and sentences say what it says."""

from random import Random

import pytest

from selectra_pipeline.corpus.embedded.grammar import tables
from selectra_pipeline.corpus.embedded.sentences import Discourse
from selectra_pipeline.corpus.embedded.world import World


@pytest.fixture(scope="module")
def world():
    return World.build(0)


def test_the_world_is_as_large_as_promised(world):
    assert len(world.people) >= 300
    assert len(world.places) >= 100
    assert len(world.organisations) >= 100
    assert len(world.works) >= 150
    assert len(world.events) >= 150


def test_a_seed_makes_one_world(world):
    assert World.build(0).facts == world.facts
    assert World.build(1).facts != world.facts


def test_names_are_unambiguous(world):
    for entities in (world.people, world.settlements, world.organisations, world.works):
        assert len({e.forms[0] for e in entities}) == len(entities)


def test_facts_have_objects_that_exist(world):
    ids = set(world.entities)
    for fact in world.facts:
        assert fact.subject in ids
        if ":" in fact.object and not fact.object.endswith(":"):
            assert fact.object in ids, fact


def test_marriage_is_mutual(world):
    for person in world.people:
        if person.spouse:
            assert world[person.spouse].spouse == person.id


def test_children_are_younger_and_inherit_both_surnames(world):
    children = [p for p in world.people if p.father]
    assert children
    for child in children:
        father, mother = world[child.father], world[child.mother]
        assert child.surnames == (father.surnames[0], mother.surnames[0])
        assert child.born.year >= max(father.born.year, mother.born.year) + 20


def test_works_and_deaths_come_in_order(world):
    for work in world.works:
        author = world[work.author]
        assert author.born.year + 23 <= work.year <= (author.died.year if author.died else 2024)


def test_a_capital_lies_in_its_province(world):
    for place in world.places:
        if place.capital:
            assert world[place.capital].province == place.id


def test_every_realisation_of_a_birthplace_names_the_person_and_the_place(world):
    fact = next(f for f in world.facts if f.relation == "born_in")
    texts = set()
    for seed in range(30):
        sentence = Discourse(world, Random(seed)).state(fact)
        assert {span.entity_id for span in sentence.entities} == {fact.subject, fact.object}
        assert sentence.facts == (fact,)
        texts.add(sentence.text)
    assert len(texts) > 5


def test_questions_name_their_subject_and_are_marked_as_questions(world):
    relations = [n.removeprefix("question.") for n in tables() if n.startswith("question.")]
    assert len(relations) > 20
    for relation in relations:
        fact = next(f for f in world.facts if f.relation == relation)
        question = Discourse(world, Random(0)).ask(fact)
        assert question.text.startswith("¿")
        assert question.text.endswith("?")
        assert fact.subject in {span.entity_id for span in question.entities}


def test_the_subject_may_be_left_out_once_known(world):
    fact = next(f for f in world.facts if f.relation == "born_on")
    texts = {Discourse(world, Random(seed)).state(fact, elide=True).text for seed in range(20)}
    date = fact.object
    assert f"Nació el {date}." in texts
