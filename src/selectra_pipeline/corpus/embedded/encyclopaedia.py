"""Genres that state facts: entries on people, places, organisations, works and events; a quiz."""

from selectra_pipeline.corpus.embedded.agreement import feminine
from selectra_pipeline.corpus.embedded.numerals import WEEKDAYS, in_words
from selectra_pipeline.corpus.embedded.sentences import QUESTIONS, REALISATIONS, Discourse
from selectra_pipeline.corpus.embedded.surface import Sentence, mark
from selectra_pipeline.corpus.embedded.world import COUNTRY, Entity, Fact, Person

Paragraphs = list[list[Sentence]]
_LEADS = ("Además, ", "Por otra parte, ", "Según las crónicas, ", "Como es sabido, ", "", "", "", "", "")


def biography(d: Discourse) -> Paragraphs:
    """A person: a definition, a life, and what came of it."""
    person = d.rng.choice(d.world.people)
    facts = {fact.relation: fact for fact in d.world.facts_about[person.id]}
    opening = _definition(d, person, facts)
    stated = ("born_in", "born_on", "profession")
    youth = _tell(d, person, [r for r in ("child_of", "studied_at", "employer") if r in facts], facts)
    later = [r for r in ("spouse", "lives_in", "lived_in") if r in facts and r not in stated]
    d.rng.shuffle(later)
    closing = _tell(d, person, [*later, *(["died_on"] if "died_on" in facts else [])], facts)
    works = [_work_line(d, work) for work in d.world.works_of.get(person.id, ())]
    children = d.world.children_of.get(person.id, ())
    if children:
        closing.append(_offspring(d, person, children))
    anecdote = d.say(
        "[Se cuenta que|Según una anécdota muy repetida,|Quienes {s.lo} trataron recuerdan que|Parece "
        "que] [$momento |]$acto[ $subordinada|].",
        d.actor(person, ""),
    )
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
        template = d.rng.choice((
            "{n} ({lugar}, {nace}-{muere}) fue [un{a} {oficio} de {país}|un{a} {oficio}].",
            "{n}, {oficio}, nació en {lugar} el {nace} y [murió|falleció] el {muere}.",
            "El {nace} [nació|vino al mundo] en {lugar} {n}, [que llegaría a ser|futur~o] {oficio}; "
            "[murió|falleció] el {muere}.",
        ))  # fmt: skip
    else:
        template = d.rng.choice((
            "{n} ({lugar}, {nace}) es un{a} {oficio} de {país}.",
            "{n}, nacid~o en {lugar} el {nace}, es {oficio}.",
            "Nacid~o el {nace} en {lugar}, {n} es un{a} {oficio} [muy conocid~o|de prestigio|poco "
            "conocid~o fuera de su provincia].",
        ))  # fmt: skip
    full = mark(person.id, person.full_name)
    d.named.add(person.id)
    return d.say(
        template, d.actor(person, ""), facts=said, n=full, lugar=d.world[person.birthplace],
        nace=person.born.text, muere=person.died.text if person.died else "", oficio=trade,
        a="a" if person.gender == "f" else "", país=COUNTRY,
    )  # fmt: skip


def _tell(d: Discourse, entity: Entity, relations: list[str], facts: dict[str, Fact]) -> list:
    told = []
    for number, relation in enumerate(relations):
        lead = d.rng.choice(_LEADS) if number else ""
        told.append(d.state(facts[relation], elide=number > 0 and d.rng.random() < 0.8, lead=lead))
    return told


def _work_line(d: Discourse, work) -> Sentence:
    facts = [f for f in d.world.facts_about[work.id] if f.relation in ("author", "year", "kind")]
    return d.say(
        "[En {año}|Ya en {año}|En el año {año}] [publicó|terminó|dio a conocer] {w}, [un{a} {tipo}|{tipo}] "
        "[sobre|que trata de|cuyo tema es] {tema}[; la crítica l{o} recibió [con frialdad|con entusiasmo|"
        "en silencio]|, su obra más [personal|leída|discutida]|]."
        if work.kind in ("novela", "poemario", "ensayo", "obra de teatro") else
        "[En {año}|En el año {año}] [presentó|terminó|dio a conocer] {w}, un{a} {tipo} [inspirad{o} en|sobre] "
        "{tema}[, que se conserva en una colección particular|]."
        if work.kind in ("cuadro", "escultura") else
        "[En {año}|En el año {año}] [estrenó|dio a conocer] {w}, un{a} {tipo} [sobre|inspirad{o} en] {tema}.",
        facts=facts, año=str(work.year), w=work, tipo=work.kind, tema=work.theme,
        a="a" if work.gender == "f" else "", o="a" if work.gender == "f" else "o",
    )  # fmt: skip


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
    view = [
        d.say(
            "[El viajero que llega a {lugar}|Quien visita {lugar} por primera vez] [encuentra|descubre] "
            "<un:lugar>, <un:edificio> y <un:edificio>[; en primavera florecen <los:planta>|, además de "
            "<un:comercio> donde se venden <bare:objeto> y <bare:comida>|].",
            lugar=place,
        ),
        d.say(
            "[La fiesta mayor|El mercado|La romería] se celebra [cada {día}|el primer {día} de mes|en "
            "[agosto|septiembre|mayo|junio]], y [acuden|vienen] <los:oficio> de toda la comarca.",
            día=d.rng.choice(WEEKDAYS),
        ),
    ]
    return [geography, [*people, *history], view]


def _event_lines(d: Discourse, event) -> list[Sentence]:
    facts = [f for f in d.world.facts_about[event.id] if _can_state(d, f)]
    return [d.state(f, elide=n > 0) for n, f in enumerate(d.rng.sample(facts, min(2, len(facts))))]


def _can_state(d: Discourse, fact: Fact) -> bool:
    kind = getattr(d.world[fact.subject], "kind", "")
    return (fact.subject[:3], fact.relation) in REALISATIONS or (kind, fact.relation) in REALISATIONS


def thing_entry(d: Discourse) -> Paragraphs:
    """An organisation, a work or an event: all its facts, and those of a person it involves."""
    entity = d.rng.choice((*d.world.organisations, *d.world.works, *d.world.events))
    facts = [f for f in d.world.facts_about[entity.id] if _can_state(d, f)]
    d.rng.shuffle(facts)
    about = [
        d.state(f, elide=n > 0, lead=d.rng.choice(_LEADS) if n else "") for n, f in enumerate(facts)
    ]
    people = {f.object for f in facts if f.object.startswith("per:")}
    people |= {p.id for p in d.world.people if p.employer == entity.id}
    related = []
    for person_id in sorted(people)[:3]:
        known = [f for f in d.world.facts_about[person_id] if _can_state(d, f)]
        related += [d.state(f, elide=n > 0) for n, f in enumerate(d.rng.sample(known, 2))]
    return [about, related]


def quiz(d: Discourse) -> Paragraphs:
    """Questions on the world, each with its answer: in full, or the bare object."""
    facts = [f for f in d.rng.sample(d.world.facts, 40) if f.relation in QUESTIONS and _can_state(d, f)]
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
