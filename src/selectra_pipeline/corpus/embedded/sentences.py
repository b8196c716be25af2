"""Facts of the world put into words: several paraphrases of each relation, and its question.

The templates are in grammar/facts.txt, in the notation of phrasing.py.
"""

import re
from random import Random

from selectra_pipeline.corpus.embedded.agreement import feminine
from selectra_pipeline.corpus.embedded.grammar import rule, tables
from selectra_pipeline.corpus.embedded.numerals import century, in_figures, in_words
from selectra_pipeline.corpus.embedded.phrasing import Actor, Phrasing
from selectra_pipeline.corpus.embedded.surface import Sentence, mark, write
from selectra_pipeline.corpus.embedded.world import Entity, Fact, Person, World

_AUTHORS = {"novela": "el autor", "cuadro": "el autor", "película": "el director"}
_NO_ARTICLE = ("periódico", "empresa")


class Discourse:
    """The voice of one document: its randomness, and whom it has already named."""

    def __init__(self, world: World, rng: Random):
        self.world = world
        self.rng = rng
        self.phrasing = Phrasing(rng)
        self.named: set[str] = set()

    def name(self, entity: Entity) -> str:
        """A marked noun phrase that names an entity, with its article, shorter the second time."""
        again = entity.id in self.named
        self.named.add(entity.id)
        kind = entity.id[:3]
        if kind == "per":
            if not again:
                return mark(entity.id, entity.full_name if self.rng.random() < 0.5 else entity.name)
            return mark(entity.id, self.rng.choice((entity.name, entity.surnames[0], entity.first)))
        if kind == "loc":
            if entity.kind in ("río", "provincia"):
                head = "el río" if entity.kind == "río" else "la provincia de"
                return f"{head} {mark(entity.id, entity.name)}"
            return f"{entity.article} {mark(entity.id, entity.name)}".strip()
        if kind == "obr":
            return f"«{mark(entity.id, entity.title)}»"
        if kind == "org" and entity.kind in _NO_ARTICLE:
            return mark(entity.id, entity.name)
        return f"{'el' if entity.gender == 'm' else 'la'} {mark(entity.id, entity.name)}"

    def actor(self, entity: Entity, text: str | None = None) -> Actor:
        """An entity as a grammatical subject; `text` "" leaves the subject out."""
        return Actor(self.name(entity) if text is None else text, entity.gender, 2)

    def say(self, template: str, subject: Actor | None = None, tense: str = "preterite", facts=(),
            **slots) -> Sentence:  # fmt: skip
        """A written sentence from a template; entities among the slots are named."""
        ready = {
            key: self.name(value) if hasattr(value, "forms") else value
            for key, value in slots.items()
            if re.search(rf"[{{/]{key}\b", template)  # an unused entity has not been named
        }
        return write(self.phrasing.say(template, subject, tense, **ready), facts)

    def tell(
        self, name: str, subject: Actor | None = None, tense: str = "preterite", facts=(), **slots
    ) -> Sentence:
        """A written sentence from one of the templates of a rule."""
        return self.say(self.rng.choice(rule(name)), subject, tense, facts, **slots)

    def state(self, fact: Fact, elide: bool = False, lead: str = "", ending: str = ".") -> Sentence:
        """A fact in words.

        Args:
            fact: one whose relation has realisations.
            elide: the subject is known, and left out where grammar allows.
            lead: a connective before it ("Además, ").
            ending: the punctuation.

        Raises:
            KeyError: the relation has no realisation; see grammar/facts.txt.
        """
        templates = self.realisations(fact)
        template = templates[0] if elide and self.rng.random() < 0.4 else self.rng.choice(templates)
        if lead and not template.startswith("{"):
            template = template[0].lower() + template[1:]
        return self._realise(lead + template + ending, fact, elide)

    def realisations(self, fact: Fact) -> tuple[str, ...]:
        """The templates that state a fact: those of the kind of its subject, or the general ones.

        Raises:
            KeyError: the relation has no realisation.
        """
        kind = getattr(self.world[fact.subject], "kind", "")
        specific = tables().get(f"{kind}.{fact.relation}")
        return specific or rule(f"{fact.subject[:3]}.{fact.relation}")

    def can_state(self, fact: Fact) -> bool:
        """Whether the relation of a fact has realisations."""
        kind = getattr(self.world[fact.subject], "kind", "")
        known = tables()
        return any(f"{k}.{fact.relation}" in known for k in (kind, fact.subject[:3]))

    def can_ask(self, fact: Fact) -> bool:
        """Whether there is a question that the fact answers."""
        return f"question.{fact.relation}" in tables()

    def ask(self, fact: Fact) -> Sentence:
        """The question that a fact answers.

        Raises:
            KeyError: the relation has no question; see grammar/facts.txt.
        """
        return self._realise(rule(f"question.{fact.relation}")[0], fact)

    def object_phrase(self, fact: Fact) -> str:
        """The object of a fact as a phrase: a name, a date, a number in words or figures."""
        subject, value = self.world[fact.subject], fact.object
        if value in self.world.entities:
            other = self.world[value]
            if isinstance(other, Person) and isinstance(subject, Person):
                return mark(value, other.full_name)  # relatives share surnames
            return self.name(other)
        if fact.relation == "profession" and subject.gender == "f":
            return feminine(value)
        if fact.relation == "inhabitants":
            in_letters = self.rng.random() < 0.2
            return in_words(int(value), "m", True) if in_letters else in_figures(int(value))
        if fact.relation == "founded_in" and int(value) < 1700 and self.rng.random() < 0.3:
            return f"el {century(int(value))}"
        return value

    def _realise(self, template: str, fact: Fact, elide: bool = False) -> Sentence:
        subject = self.world[fact.subject]
        name = self.name(subject)
        tense = "present"
        if isinstance(subject, Person):
            tense = "preterite" if subject.died else "present"
        parent = self.world.entities.get(fact.object)
        value = self.object_phrase(fact)
        kind = getattr(subject, "kind", "")
        slots = {
            "n": name,
            "o": value,
            "rama": "el estudio de la" if kind == "instituto" else "la fabricación de",
            "parent": "madre" if parent and getattr(parent, "gender", "m") == "f" else "padre",
            "autor": self._author(subject, fact),
            "un_tipo": f"{'un' if subject.gender == 'm' else 'una'} {kind}",
        }
        actor = self.actor(subject, "" if elide else name)
        return write(self.phrasing.say(template, actor, tense, **slots), (fact,))

    def _author(self, work: Entity, fact: Fact) -> str:
        if fact.relation != "author":
            return ""
        noun = _AUTHORS.get(work.kind, "el autor")
        female = self.world[fact.object].gender == "f"
        return noun.replace("el ", "la ") + "a" if female and noun.endswith("or") else noun
