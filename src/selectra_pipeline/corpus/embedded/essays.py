"""Genres that think aloud: the opinion column, the interview, popular science."""

from selectra_pipeline.corpus.embedded.grammar import rule
from selectra_pipeline.corpus.embedded.numerals import in_figures, in_words
from selectra_pipeline.corpus.embedded.phrasing import Actor, split_exchange
from selectra_pipeline.corpus.embedded.press import Paragraphs, living, trade
from selectra_pipeline.corpus.embedded.sentences import Discourse
from selectra_pipeline.corpus.embedded.surface import mark


def opinion(d: Discourse) -> Paragraphs:
    """A column: claims, concessions, a conclusion, signed."""
    author = living(d)
    place = d.rng.choice(d.world.settlements)
    me = Actor("", author.gender, 0)
    chosen = d.rng.sample(rule("opinion"), d.rng.randint(5, 8))
    lines = [d.say(template, me, lugar=place) for template in chosen]
    cut = d.rng.randint(2, len(lines) - 1)
    signature = d.say("{p}, {o}.", p=mark(author.id, author.name), o=trade(author))
    return [lines[:cut], lines[cut:], [signature]]


def interview(d: Discourse) -> Paragraphs:
    """Questions to a living person and answers in the first person."""
    person = living(d)
    place = d.world[person.birthplace]
    me = Actor("", person.gender, 0)
    home = d.world[person.residence]
    intro = d.tell("presentacion", d.actor(person), hogar=home, oficio=trade(person))
    turns = []
    for exchange in d.rng.sample(rule("entrevista"), d.rng.randint(4, 6)):
        question, answer = split_exchange(exchange)
        slots = {
            "lugar": place,
            "oficio": trade(person),
            "k": in_words(d.rng.randint(9, 30), "m", True),
            "usted": Actor("", person.gender, 2),
        }
        turns.append([d.say(f"—{question}", me, "present", **slots)])
        turns.append([d.say(f"—{answer}", me, "present", **slots)])
    return [[intro], *turns]


def science(d: Discourse) -> Paragraphs:
    """A popular explanation, with questions, experiments and doubts."""
    institutes = [o for o in d.world.organisations if o.kind in ("instituto", "universidad")]
    lines = [
        d.say(t, año=str(d.rng.randint(1930, 2023)), org=d.rng.choice(institutes),
              n=in_figures(d.rng.randint(2, 90) * 100))
        for t in d.rng.sample(rule("ciencia"), d.rng.randint(5, 9))
    ]  # fmt: skip
    cut = d.rng.randint(2, len(lines) - 1)
    return [lines[:cut], lines[cut:]]
