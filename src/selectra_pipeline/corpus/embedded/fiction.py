"""Genres that tell: the short story with dialogue, the letter, the diary."""

from selectra_pipeline.corpus.embedded.grammar import rule
from selectra_pipeline.corpus.embedded.numerals import MONTHS, WEEKDAYS, in_words
from selectra_pipeline.corpus.embedded.phrasing import Actor, split_exchange
from selectra_pipeline.corpus.embedded.sentences import Discourse
from selectra_pipeline.corpus.embedded.surface import Sentence, mark
from selectra_pipeline.corpus.embedded.world import Person

Paragraphs = list[list[Sentence]]

_CAST = {"yo": Actor("", "m", 0), "tú": Actor("", "m", 1), "él": Actor("", "m", 2)}


def story(d: Discourse) -> Paragraphs:
    """Somebody, a place, a series of deeds, a meeting, talk, and an end."""
    hero, other = d.rng.sample(d.world.people, 2)
    place = d.rng.choice(d.world.settlements)
    d.named.update((hero.id, other.id))
    hero_full = Actor(mark(hero.id, hero.first), hero.gender, 2)
    friend = Actor(mark(other.id, other.first), other.gender, 2)
    opening = [
        d.tell("comienzo", hero_full, lugar=place),
        _narrate(d, hero_full, hero_full),
        _narrate(d, hero_full, Actor("", hero.gender, 2)),
    ]
    deeds = [_narrate(d, hero_full, _subject(d, hero)) for _ in range(d.rng.randint(2, 5))]
    meeting = [d.tell("encuentro", hero_full, t=friend)]
    meeting += [d.tell("trato", _subject(d, hero), t=friend) for _ in range(d.rng.randint(1, 3))]
    talk = dialogue(d, hero_full, friend, d.rng.randint(2, 4))
    after = [_narrate(d, friend, friend)]
    after += [_narrate(d, hero_full, _subject(d, hero)) for _ in range(d.rng.randint(1, 3))]
    moral = d.tell("moraleja", hero_full, n=hero_full)
    return [opening, deeds, meeting, *talk, [*after, moral]]


def _subject(d: Discourse, person: Person) -> Actor:
    """A known character as the subject: left out, a pronoun, or the first name."""
    roll = d.rng.random()
    if roll < 0.55:
        return Actor("", person.gender, 2)
    if roll < 0.65:
        return Actor("ella" if person.gender == "f" else "él", person.gender, 2)
    return Actor(mark(person.id, person.first), person.gender, 2)


def _narrate(d: Discourse, named: Actor, subject: Actor) -> Sentence:
    return d.tell("narracion", subject, n=named.text)


def dialogue(d: Discourse, speaker: Actor, hearer: Actor, turns: int) -> Paragraphs:
    """Exchanges between two people, one paragraph a turn, with em dashes."""
    lines = []
    for exchange in d.rng.sample(rule("intercambio"), turns):
        remark, answer = split_exchange(exchange)
        d.phrasing.slots.update(_CAST, n_monedas=in_words(d.rng.randint(2, 60), "f"))
        verb = "$pregunta" if remark.endswith("?") else "$dice"
        told = f" —{verb} {{s}}." if d.rng.random() < 0.7 else ("" if remark[-1] in "?!" else ".")
        replied = " —$responde." if d.rng.random() < 0.6 else "."
        lines.append([d.say(f"—{remark}{told}", speaker, "present", t=hearer)])
        lines.append([d.say(f"—{answer}{replied}", speaker, "present", t=hearer)])
        speaker, hearer = (hearer, speaker) if d.rng.random() < 0.4 else (speaker, hearer)
    return lines


def letter(d: Discourse) -> Paragraphs:
    """A letter from one person of the world to another, in the first person."""
    sender, receiver = d.rng.sample(d.world.people, 2)
    place = d.rng.choice(d.world.settlements)
    me = Actor("", sender.gender, 0)
    d.phrasing.slots.update(_CAST, yo=me)
    month, year = d.rng.choice(MONTHS), d.rng.randint(1950, 2024)
    day = str(d.rng.randint(1, 28))
    date = d.say("{l}, {d} de {m} de {a}", me, l=place, d=day, m=month, a=str(year))
    first_name = mark(receiver.id, receiver.first)
    greeting = d.tell("saludo", me, o="o" if receiver.gender == "m" else "a", p=first_name)
    body = d.rng.sample(rule("carta"), d.rng.randint(5, 9))
    cut = d.rng.randint(2, len(body) - 2)
    lines = [d.say(template, me, "present", lugar=place) for template in body]
    closing = d.tell("despedida", me)
    signature = d.say("{p}", me, p=mark(sender.id, d.rng.choice((sender.first, sender.name))))
    return [[date], [greeting], lines[:cut], lines[cut:], [closing], [signature]]


def diary(d: Discourse) -> Paragraphs:
    """Days in the first person: a date, what happened, how it felt."""
    me = Actor("", d.rng.choice("mf"), 0)
    day, month = d.rng.randint(1, 20), d.rng.choice(MONTHS)
    monday, entries = d.rng.randint(0, 6), []
    for _ in range(d.rng.randint(2, 4)):
        day += d.rng.randint(1, 2)
        weekday = WEEKDAYS[(day + monday) % 7]
        entries.append([d.say("{w}, {d} de {m}", me, w=weekday, d=str(day), m=month)])
        lines = [_narrate(d, Actor("mí"), me) for _ in range(d.rng.randint(2, 5))]
        lines.append(d.tell("fin_del_dia", me, "present"))
        entries.append(lines)
    return entries
