"""Genres of the newspaper that report: news, sports, weather."""

from selectra_pipeline.corpus.embedded.agreement import feminine
from selectra_pipeline.corpus.embedded.grammar import rule
from selectra_pipeline.corpus.embedded.numerals import WEEKDAYS, in_figures, in_words
from selectra_pipeline.corpus.embedded.sentences import Discourse
from selectra_pipeline.corpus.embedded.surface import Sentence, mark
from selectra_pipeline.corpus.embedded.world import Organisation, Person

Paragraphs = list[list[Sentence]]


def living(d: Discourse) -> Person:
    """A person of the world who is alive today."""
    while True:
        person = d.rng.choice(d.world.people)
        if person.died is None:
            return person


def trade(person: Person) -> str:
    """The profession of a person in her or his gender."""
    return feminine(person.profession) if person.gender == "f" else person.profession


def headline(sentence: Sentence) -> Sentence:
    """The same sentence in capitals, without its full stop."""
    return Sentence(sentence.text.rstrip(".").upper(), sentence.entities, sentence.facts)


def _authorities(d: Discourse) -> list[Organisation]:
    kinds = ("ayuntamiento", "empresa", "universidad", "instituto")
    return [o for o in d.world.organisations if o.kind in kinds]


def _news_slots(d: Discourse) -> dict:
    person = living(d)
    rng = d.rng
    return {
        "org": rng.choice(_authorities(d)), "lugar": rng.choice(d.world.settlements),
        "p": person, "oficio": trade(person), "o": "a" if person.gender == "f" else "o",
        "w": rng.choice(WEEKDAYS), "mes": rng.choice(("enero", "abril", "mayo", "octubre")),
        "n": in_figures(rng.randint(11, 990) * 1000), "nw": in_words(rng.randint(2, 9) * 100, "f"),
        "n2": in_words(rng.randint(2, 12) * 100), "k": in_words(rng.randint(2, 29), "m", True),
        "pct": str(rng.randint(11, 89)),
    }  # fmt: skip


def news(d: Discourse) -> Paragraphs:
    """A headline now and then, the lead, reactions, and the background in facts."""
    slots = _news_slots(d)
    lead = d.tell("noticia", **slots)
    first, rest = slots["p"], []
    for template in d.rng.sample(rule("reaccion"), d.rng.randint(3, 6)):
        again = _news_slots(d)
        again["lugar"] = slots["lugar"]
        rest.append(d.say(template, **again))
    background = [d.state(f) for f in _background(d, slots["lugar"].id, first.id)]
    top = [[headline(lead)]] if d.rng.random() < 0.12 else []
    cut = len(rest) // 2
    return [*top, [lead, *rest[:cut]], [*rest[cut:], *background]]


def _background(d: Discourse, *subjects: str) -> list:
    relations = ("inhabitants", "founded_in", "on_river", "produces", "born_in", "located_in")
    facts = [f for s in subjects for f in d.world.facts_about[s] if f.relation in relations]
    return d.rng.sample(facts, 2)


def sports(d: Discourse) -> Paragraphs:
    """The chronicle of a match between two clubs of the world."""
    clubs = [o for o in d.world.organisations if o.kind == "club"]
    home, guest, third = d.rng.sample(clubs, 3)
    goals, against = d.rng.randint(0, 4), d.rng.randint(0, 4)
    verb = "venció a" if goals > against else "empató con" if goals == against else "perdió ante"
    opening = d.tell(
        "partido",
        e=home,
        v=verb,
        f=guest,
        g=in_words(goals),
        h=in_words(against),
        w=d.rng.choice(WEEKDAYS),
        a=in_figures(d.rng.randint(2, 38) * 500),
        lugar=d.world[home.seat],
    )
    lines = []
    for template in d.rng.sample(rule("jugada"), d.rng.randint(4, 7)):
        scorer, mate, minute = living(d), living(d), str(d.rng.randint(3, 90))
        slots = {
            "m": minute if d.rng.random() < 0.6 else in_words(int(minute)),
            "p": mark(scorer.id, scorer.surnames[0]), "q": mark(mate.id, mate.surnames[0]),
            "o": "a" if scorer.gender == "f" else "o", "oq": "a" if mate.gender == "f" else "o",
            "e": home, "f": third if "próximo" in template else guest,
            "puesto": d.rng.choice(("primer", "segundo", "tercer", "cuarto", "quinto", "último")),
            "k": in_words(d.rng.randint(2, 19)), "w": d.rng.choice(WEEKDAYS),
        }  # fmt: skip
        lines.append(d.say(template, **slots))
    return [[opening, *lines[:2]], lines[2:]]


def weather(d: Discourse) -> Paragraphs:
    """The forecast for several provinces and towns."""
    provinces = [p for p in d.world.places if p.kind == "provincia"]
    lines = []
    for template in d.rng.sample(rule("pronostico"), d.rng.randint(4, 7)):
        low = d.rng.randint(-4, 17)
        lines.append(d.say(
            template, z=d.rng.choice(provinces), l=d.rng.choice(d.world.settlements),
            w=d.rng.choice(WEEKDAYS), m=str(d.rng.randint(8, 22) * 100),
            v=str(d.rng.randint(3, 11) * 10), t=str(low + d.rng.randint(6, 17)), u=str(low),
        ))  # fmt: skip
    return [lines]
