"""Genres that state facts: entries on people, places, organisations, works and events; a quiz."""

from selectra_pipeline.corpus.embedded.agreement import feminine
from selectra_pipeline.corpus.embedded.grammar import rule
from selectra_pipeline.corpus.embedded.numerals import WEEKDAYS, in_words
from selectra_pipeline.corpus.embedded.sentences import Discourse
from selectra_pipeline.corpus.embedded.surface import Sentence, mark
from selectra_pipeline.corpus.embedded.world import COUNTRY, Entity, Fact, Person

Paragraphs = list[list[Sentence]]
_WORK_RULES = {
    "cuadro": "obra_plástica",
    "escultura": "obra_plástica",
    "película": "obra_estrenada",
    "sinfonía": "obra_estrenada",
    "canción": "obra_estrenada",
}


def biography(d: Discourse) -> Paragraphs:
    """A person: a definition, a life, and what came of it."""
    person = d.rng.choice(d.world.people)
    facts = {fact.relation: fact for fact in d.world.facts_about[person.id]}
    opening = _definition(d, person, facts)
    stated = ("born_in", "born_on", "profession")
    youth = _tell(
        d, person, [r for r in ("child_of", "studied_at", "employer") if r in facts], facts
    )
    later = [r for r in ("spouse", "lives_in", "lived_in") if r in facts and r not in stated]
    d.rng.shuffle(later)
    closing = _tell(d, person, [*later, *(["died_on"] if "died_on" in facts else [])], facts)
    works = [_work_line(d, work) for work in d.world.works_of.get(person.id, ())]
    children = d.world.children_of.get(person.id, ())
    if children:
        closing.append(_offspring(d, person, children))
    anecdote = d.tell("anecdota", d.actor(person, ""))
    return [[opening], youth, works, [*closing, anecdote]]


def _offspring(d: Discourse, person: Person, children: tuple[Person, ...]) -> Sentence:
    named = [d.name(child) for child in children]
    listed = ", ".join(named[:-1]) + " y " + named[-1] if len(named) > 1 else named[0]
    one = "un hijo" if children[0].gender == "m" else "una hija"
    number = one if len(named) == 1 else f"{in_words(len(named))} hijos"
    facts = [Fact(child.id, "child_of", person.id) for child in children]
    return d.say("{p} tuvo {k}: {l}.", facts=facts, p=person, k=number, l=listed)


def _definition(d: Discourse, person: Person, facts: dict[str, Fact]) -> Sentence:
    trade = feminine(person.profession) if person.gender == "f" else person.profession
    said = [facts["born_in"], facts["born_on"], facts["profession"]]
    if person.died:
        said.append(facts["died_on"])
    full = mark(person.id, person.full_name)
    d.named.add(person.id)
    return d.tell(
        "definicion_de_muerto" if person.died else "definicion_de_vivo",
        d.actor(person, ""),
        facts=said,
        n=full,
        lugar=d.world[person.birthplace],
        nace=person.born.text,
        muere=person.died.text if person.died else "",
        oficio=trade,
        a="a" if person.gender == "f" else "",
        país=COUNTRY,
    )


def _lead(d: Discourse) -> str:
    """A connective, or nothing more often than not."""
    return f"{d.rng.choice(rule('conectivo'))} " if d.rng.random() < 0.45 else ""


def _tell(d: Discourse, entity: Entity, relations: list[str], facts: dict[str, Fact]) -> list:
    told = []
    for number, relation in enumerate(relations):
        lead = _lead(d) if number else ""
        told.append(d.state(facts[relation], elide=number > 0 and d.rng.random() < 0.8, lead=lead))
    return told


def _work_line(d: Discourse, work) -> Sentence:
    facts = [f for f in d.world.facts_about[work.id] if f.relation in ("author", "year", "kind")]
    return d.tell(
        _WORK_RULES.get(work.kind, "obra_escrita"),
        facts=facts,
        año=str(work.year),
        w=work,
        tipo=work.kind,
        tema=work.theme,
        a="a" if work.gender == "f" else "",
        o="a" if work.gender == "f" else "o",
    )


def place_entry(d: Discourse) -> Paragraphs:
    """A town: where it lies, its numbers, its people, a view."""
    place = d.rng.choice(d.world.settlements)
    facts = {fact.relation: fact for fact in d.world.facts_about[place.id]}
    relations = [r for r in ("inhabitants", "founded_in", "on_river", "produces") if r in facts]
    d.rng.shuffle(relations)
    geography = _tell(d, place, ["located_in", *relations], facts)
    natives = [p for p in d.world.people if p.birthplace == place.id][:3]
    people = [d.state(Fact(p.id, "born_in", place.id)) for p in natives]
    events = [e for e in d.world.events if e.place == place.id][:2]
    history = [s for e in events for s in _event_lines(d, e)]
    view = [d.tell("paisaje", lugar=place), d.tell("fiesta", día=d.rng.choice(WEEKDAYS))]
    return [geography, [*people, *history], view]


def _event_lines(d: Discourse, event) -> list[Sentence]:
    facts = [f for f in d.world.facts_about[event.id] if d.can_state(f)]
    return [d.state(f, elide=n > 0) for n, f in enumerate(d.rng.sample(facts, min(2, len(facts))))]


def thing_entry(d: Discourse) -> Paragraphs:
    """An organisation, a work or an event: all its facts, and those of a person it involves."""
    entity = d.rng.choice((*d.world.organisations, *d.world.works, *d.world.events))
    facts = [f for f in d.world.facts_about[entity.id] if d.can_state(f)]
    d.rng.shuffle(facts)
    about = [d.state(f, elide=n > 0, lead=_lead(d) if n else "") for n, f in enumerate(facts)]
    people = {f.object for f in facts if f.object.startswith("per:")}
    people |= {p.id for p in d.world.people if p.employer == entity.id}
    related = []
    for person_id in sorted(people)[:3]:
        known = [f for f in d.world.facts_about[person_id] if d.can_state(f)]
        related += [d.state(f, elide=n > 0) for n, f in enumerate(d.rng.sample(known, 2))]
    return [about, related]


def quiz(d: Discourse) -> Paragraphs:
    """Questions on the world, each with its answer: in full, or the bare object."""
    facts = [f for f in d.rng.sample(d.world.facts, 40) if d.can_ask(f) and d.can_state(f)]
    rounds = []
    for fact in facts[: d.rng.randint(5, 9)]:
        d.named.clear()  # every question stands alone
        question = d.ask(fact)
        bare = fact.relation in ("profession", "author", "has_capital", "founder", "publisher")
        if bare and d.rng.random() < 0.5:
            d.named.clear()
            answer = d.say("{o}.", facts=[fact], o=d.object_phrase(fact))
        else:
            answer = d.state(fact, elide=d.rng.random() < 0.4)
        rounds.append([question, answer])
    return rounds
