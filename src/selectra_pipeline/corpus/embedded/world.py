"""The invented world that the corpus speaks of: who, where, what and when, and how they relate.

Entities are frozen records that name each other by id; `World.facts` holds every relation as a
triple. An id begins with its kind, which gives the label of named-entity recognition.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from selectra_pipeline.corpus.embedded.numerals import MONTHS

COUNTRY = "Altamarca"
PRESENT_YEAR = 2024
LABELS = {"per": "PER", "loc": "LOC", "org": "ORG", "obr": "MISC", "eve": "MISC"}


class Date(NamedTuple):
    """A calendar day."""

    year: int
    month: int
    day: int

    @property
    def text(self) -> str:
        return f"{self.day} de {MONTHS[self.month - 1]} de {self.year}"


class Fact(NamedTuple):
    """What the world says of a subject: ids, or a literal as `object`."""

    subject: str
    relation: str
    object: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place. `article`: "el", "la" or "" (most proper names take none)."""

    id: str
    name: str
    kind: str
    gender: str
    province: str = ""
    capital: str = ""
    article: str = ""
    inhabitants: int = 0
    founded: int = 0
    river: str = ""
    product: str = ""

    @property
    def forms(self) -> tuple[str, ...]:
        return (self.name,)


@dataclass(frozen=True, slots=True)
class Person:
    """A person. Relations hold ids, "" where there is none; `died` is None of the living."""

    id: str
    first: str
    surnames: tuple[str, str]
    gender: str
    profession: str
    born: Date
    birthplace: str
    residence: str
    died: Date | None
    employer: str = ""
    university: str = ""
    spouse: str = ""
    father: str = ""
    mother: str = ""

    @property
    def name(self) -> str:
        return f"{self.first} {self.surnames[0]}"

    @property
    def full_name(self) -> str:
        return f"{self.first} {' '.join(self.surnames)}"

    @property
    def forms(self) -> tuple[str, ...]:
        return (self.full_name, self.name, self.surnames[0], self.first)


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation, with the gender of its article ("el Museo ...", "la Universidad ...")."""

    id: str
    name: str
    kind: str
    gender: str
    seat: str
    founded: int
    founder: str = ""
    field: str = ""

    @property
    def article(self) -> str:
        return "el" if self.gender == "m" else "la"

    @property
    def forms(self) -> tuple[str, ...]:
        return (self.name,)


@dataclass(frozen=True, slots=True)
class Work:
    """A novel, film, painting, ...; `gender` is that of its kind."""

    id: str
    title: str
    kind: str
    gender: str
    author: str
    year: int
    theme: str
    publisher: str = ""

    @property
    def forms(self) -> tuple[str, ...]:
        return (self.title,)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a day in a place. `star`: its winner, speaker or guest."""

    id: str
    name: str
    kind: str
    gender: str
    day: Date
    place: str
    organiser: str = ""
    star: str = ""
    rival: str = ""

    @property
    def forms(self) -> tuple[str, ...]:
        return (self.name,)


Entity = Place | Person | Organisation | Work | Event


@dataclass(frozen=True)
class World:
    """All entities by id, in the order in which they were made."""

    seed: int
    entities: dict[str, Entity] = field(repr=False)

    @classmethod
    def build(cls, seed: int) -> "World":
        """The world of a seed: the same entities and facts on every machine."""
        from selectra_pipeline.corpus.embedded.creation import create_entities

        return cls(seed, {entity.id: entity for entity in create_entities(seed)})

    def __getitem__(self, entity_id: str) -> Entity:
        return self.entities[entity_id]

    @cached_property
    def places(self) -> tuple[Place, ...]:
        return self._all("loc")

    @cached_property
    def settlements(self) -> tuple[Place, ...]:
        return tuple(p for p in self.places if p.kind in ("ciudad", "villa", "pueblo"))

    @cached_property
    def people(self) -> tuple[Person, ...]:
        return self._all("per")

    @cached_property
    def organisations(self) -> tuple[Organisation, ...]:
        return self._all("org")

    @cached_property
    def works(self) -> tuple[Work, ...]:
        return self._all("obr")

    @cached_property
    def events(self) -> tuple[Event, ...]:
        return self._all("eve")

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """Every relation of every entity, in order."""
        return tuple(
            fact for e in self.entities.values() for fact in _FACTS[e.id[:3]](e) if fact.object
        )

    @cached_property
    def facts_about(self) -> dict[str, tuple[Fact, ...]]:
        """Facts by the id of their subject."""
        found = defaultdict(list)
        for fact in self.facts:
            found[fact.subject].append(fact)
        return {subject: tuple(facts) for subject, facts in found.items()}

    @cached_property
    def works_of(self) -> dict[str, tuple[Work, ...]]:
        """Works by the id of their author."""
        found = defaultdict(list)
        for work in self.works:
            found[work.author].append(work)
        return {author: tuple(works) for author, works in found.items()}

    @cached_property
    def children_of(self) -> dict[str, tuple[Person, ...]]:
        """Children by the id of either parent."""
        found = defaultdict(list)
        for person in self.people:
            for parent in filter(None, (person.father, person.mother)):
                found[parent].append(person)
        return {parent: tuple(children) for parent, children in found.items()}

    def _all(self, kind: str) -> tuple:
        return tuple(e for e in self.entities.values() if e.id.startswith(kind))


def _person_facts(p: Person) -> list[Fact]:
    return [
        Fact(p.id, "profession", p.profession),
        Fact(p.id, "born_on", p.born.text),
        Fact(p.id, "born_in", p.birthplace),
        Fact(p.id, "lives_in" if p.died is None else "lived_in", p.residence),
        Fact(p.id, "died_on", p.died.text if p.died else ""),
        Fact(p.id, "employer", p.employer),
        Fact(p.id, "studied_at", p.university),
        Fact(p.id, "spouse", p.spouse),
        Fact(p.id, "child_of", p.father),
        Fact(p.id, "child_of", p.mother),
    ]


def _place_facts(p: Place) -> list[Fact]:
    return [
        Fact(p.id, "kind", p.kind),
        Fact(p.id, "located_in", p.province),
        Fact(p.id, "has_capital", p.capital),
        Fact(p.id, "inhabitants", str(p.inhabitants or "")),
        Fact(p.id, "founded_in", str(p.founded or "")),
        Fact(p.id, "on_river", p.river),
        Fact(p.id, "produces", p.product),
    ]


def _organisation_facts(o: Organisation) -> list[Fact]:
    return [
        Fact(o.id, "kind", o.kind),
        Fact(o.id, "seat", o.seat),
        Fact(o.id, "founded_in", str(o.founded)),
        Fact(o.id, "founder", o.founder),
        Fact(o.id, "field", o.field),
    ]


def _work_facts(w: Work) -> list[Fact]:
    return [
        Fact(w.id, "kind", w.kind),
        Fact(w.id, "author", w.author),
        Fact(w.id, "year", str(w.year)),
        Fact(w.id, "theme", w.theme),
        Fact(w.id, "publisher", w.publisher),
    ]


def _event_facts(e: Event) -> list[Fact]:
    return [
        Fact(e.id, "kind", e.kind),
        Fact(e.id, "held_on", e.day.text),
        Fact(e.id, "held_in", e.place),
        Fact(e.id, "organised_by", e.organiser),
        Fact(e.id, "star", e.star),
        Fact(e.id, "rival", e.rival),
    ]


_FACTS = {
    "per": _person_facts,
    "loc": _place_facts,
    "org": _organisation_facts,
    "obr": _work_facts,
    "eve": _event_facts,
}
