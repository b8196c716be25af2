"""A small attribute grammar: templates whose verbs, nouns and adjectives are inflected on the way.

    [a|b|]          one of the alternatives
    {x} {x.lo}      the value of a slot, or a form of it ("lo": its object pronoun)
    <un:objeto=x>   a noun phrase of a lexical class with a determiner, remembered as slot x
    @abrir.future   a verb that agrees with the subject; without a tense, in the current one
    @abrir+x        ... with the object pronoun of slot x ("lo abrió", "abrirlo")
    ~o              an ending that agrees with the subject (~o: -o, -a, -os, -as; ~or: -or, -ora)
    $regla.gerund   another rule of the grammar, in a tense if one is given
    @ver/x  $r/x    with slot x as the subject

`Phrasing(rng).say("{s} @abrir <un:carta> y {l}")` expands one.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random

from selectra_pipeline.corpus.embedded import lexicon
from selectra_pipeline.corpus.embedded.agreement import (
    Noun,
    agree,
    before_noun,
    determiner,
    possessive,
)
from selectra_pipeline.corpus.embedded.conjugation import attach, conjugate
from selectra_pipeline.corpus.embedded.grammar import rule

_TOKEN = re.compile(
    r"(?P<fork>[\[|\]])"
    r"|\{(?P<slot>\w+)(?:\.(?P<form>\w+))?\}"
    r"|<(?P<det>\w+):(?P<cls>\w+)(?:=(?P<bind>\w+))?>"
    r"|@(?P<verb>[a-záéíóúüñ]+)(?:\+(?P<clitic>\w+))?(?:\.(?P<vt>[a-z_]+))?(?:/(?P<vs>\w+))?"
    r"|~(?P<end>or|ón|és|o)(?:/(?P<es>\w+))?"
    r"|\$(?P<rule>[a-zñ_]+)(?:\.(?P<rt>[a-z_]+))?(?:/(?P<rs>\w+))?"
)
_PLURAL_DETERMINERS = {"los": "el", "unos": "un", "sus": "su", "varios": "varios", "todos": "todo",
                       "estos": "este", "muchos": "mucho", "bare": ""}  # fmt: skip
_CLITICS = ("me", "te", None, "nos", "os", None)
Node = Callable[["Phrasing"], str]


@dataclass(frozen=True, slots=True)
class Actor:
    """Whom verbs and endings agree with. `text` may be empty: Spanish drops its subjects.

    person: 0 to 5 as in conjugation.py (a plural noun is 5).
    """

    text: str = ""
    gender: str = "m"
    person: int = 2

    @property
    def plural(self) -> bool:
        return self.person >= 3

    def form(self, kind: str) -> str:
        """A pronoun or ending: "lo", "le", "se", "él", "o" (adjective ending), "con"."""
        if kind in ("lo", "le") and _CLITICS[self.person]:
            return _CLITICS[self.person]
        if kind == "le":
            return "les" if self.plural else "le"
        if kind == "su":
            return possessive(self.person, "m", False)
        if kind == "o":
            return agree("o", self.gender, self.plural)
        return determiner(kind, self.gender, self.plural)


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """A noun chosen for a slot, so that later words can refer to it."""

    noun: Noun
    plural: bool
    text: str

    gender = property(lambda self: self.noun.gender)
    person = property(lambda self: 5 if self.plural else 2)

    def form(self, kind: str) -> str:
        """A pronoun ("lo"), an ending ("o"), the bare noun ("n") or with "el", "este", ..."""
        bare = self.noun.form(self.plural)
        if kind == "n":
            return bare
        if kind in ("lo", "él", "uno"):
            return determiner(kind, self.gender, self.plural)
        if kind == "le":
            return "les" if self.plural else "le"
        if kind == "o":
            return agree("o", self.gender, self.plural)
        if kind == "su":
            return f"{possessive(2, self.gender, self.plural)} {bare}"
        return f"{determiner(kind, self.gender, self.plural, bare)} {bare}"


class Phrasing:
    """Expands templates; holds the randomness, the slots, the current subject and tense."""

    def __init__(self, rng: Random):
        self.rng = rng
        self.slots: dict[str, object] = {}
        self.subject = Actor()
        self.tense = "preterite"

    def say(
        self, template: str, subject: Actor | None = None, tense: str = "preterite", **slots
    ) -> str:
        """Expand a template.

        Args:
            template: see the module; slots of earlier calls stay known.
            subject: whom verbs agree with, also slot "s"; by default a third person singular.
            tense: of the verbs that name none.
            slots: values of {names}.
        """
        self.subject = subject or Actor()
        self.tense = tense
        self.slots.update(slots)
        self.slots["s"] = self.subject
        return _expand(_parse(template), self)

    def forget(self) -> None:
        """Empty the slots, before a new document."""
        self.slots.clear()

    def choose(self, options):
        """One of a sequence."""
        return options[int(self.rng.random() * len(options))]

    def noun_phrase(self, det: str, name: str) -> NounPhrase:
        """A random noun of a class with determiner `det`, often with an adjective."""
        noun = self.choose(lexicon.nouns(name))
        plural = det in _PLURAL_DETERMINERS
        kind = _PLURAL_DETERMINERS.get(det, det)
        core = noun.form(plural)
        before = after = ""
        options = lexicon.adjectives(name)
        if options and self.rng.random() < 0.34:
            adjective = self.choose(options)
            if adjective.endswith("^") and self.rng.random() < 0.5:
                before = before_noun(adjective[:-1], noun.gender, plural) + " "
            else:
                after = " " + agree(adjective.rstrip("^"), noun.gender, plural)
        return NounPhrase(noun, plural, self._determine(kind, noun, plural, before + core + after))

    def _determine(self, kind: str, noun: Noun, plural: bool, phrase: str) -> str:
        if kind in ("", "n"):
            return phrase
        if kind == "su":
            return f"{possessive(self.subject.person, noun.gender, plural)} {phrase}"
        return f"{determiner(kind, noun.gender, plural, phrase)} {phrase}"


def split_exchange(exchange: str) -> tuple[str, str]:
    """Cut "question|answer" at the bar outside all brackets.

    Raises:
        ValueError: there is no such bar.
    """
    depth = 0
    for at, letter in enumerate(exchange):
        depth += {"[": 1, "]": -1}.get(letter, 0)
        if letter == "|" and depth == 0:
            return exchange[:at], exchange[at + 1 :]
    raise ValueError(f"the exchange {exchange!r} has no '|' between question and answer; add it")


@cache
def _parse(template: str) -> tuple:
    nodes, at = _parse_sequence(template, 0)
    if at != len(template):
        raise ValueError(f"unbalanced ']' at {at} in the template {template!r}; add its '['")
    return nodes


def _parse_sequence(template: str, at: int) -> tuple[tuple, int]:
    nodes: list[str | Node] = []
    while at < len(template):
        match = _TOKEN.search(template, at)
        if match is None:
            nodes.append(template[at:])
            return tuple(nodes), len(template)
        if match.start() > at:
            nodes.append(template[at : match.start()])
        if match["fork"] == "[":
            node, at = _parse_fork(template, match.end())
            nodes.append(node)
        elif match["fork"]:
            return tuple(nodes), match.start()
        else:
            nodes.append(_node(match))
            at = match.end()
    return tuple(nodes), at


def _parse_fork(template: str, at: int) -> tuple[Node, int]:
    branches = []
    while True:
        branch, at = _parse_sequence(template, at)
        branches.append(branch)
        if at >= len(template):
            raise ValueError(f"unbalanced '[' in the template {template!r}; add its ']'")
        if template[at] == "]":
            return lambda p: _expand(p.choose(branches), p), at + 1
        at += 1


def _expand(nodes: tuple, phrasing: Phrasing) -> str:
    return "".join([node if node.__class__ is str else node(phrasing) for node in nodes])


def _node(match: re.Match) -> Node:
    if match["slot"]:
        return _slot_node(match["slot"], match["form"])
    if match["det"]:
        return _noun_node(match["det"], match["cls"], match["bind"])
    if match["verb"]:
        return _verb_node(match["verb"], match["clitic"], match["vt"], match["vs"])
    if match["end"]:
        return _ending_node(match["end"], match["es"])
    return _rule_node(match["rule"], match["rt"], match["rs"])


def _slot_node(name: str, form: str | None) -> Node:
    def node(p: Phrasing) -> str:
        value = p.slots[name]
        if form:
            return value.form(form)
        return value if isinstance(value, str) else value.text

    return node


def _noun_node(det: str, name: str, bind: str | None) -> Node:
    def node(p: Phrasing) -> str:
        phrase = p.noun_phrase(det, name)
        if bind:
            p.slots[bind] = phrase
        return phrase.text

    return node


def _verb_node(verb: str, clitic: str | None, tense: str | None, subject: str | None) -> Node:
    def node(p: Phrasing) -> str:
        agreeing = p.slots[subject] if subject else p.subject
        form = conjugate(verb, tense or p.tense, agreeing.person)
        if not clitic:
            return form
        pronoun = p.slots[clitic].form("lo")
        enclitic = (tense or p.tense) in ("infinitive", "gerund")
        return attach(form, pronoun) if enclitic else f"{pronoun} {form}"

    return node


def _ending_node(ending: str, subject: str | None) -> Node:
    def node(p: Phrasing) -> str:
        agreeing = p.slots[subject] if subject else p.subject
        return agree(ending, agreeing.gender, agreeing.person >= 3)

    return node


def _rule_node(name: str, tense: str | None, subject: str | None) -> Node:
    def node(p: Phrasing) -> str:
        before = p.subject, p.tense
        p.subject = p.slots[subject] if subject else p.subject
        p.tense = tense or p.tense
        try:
            return _expand(p.choose(rule_nodes(name)), p)
        finally:
            p.subject, p.tense = before

    return node


@cache
def rule_nodes(name: str) -> tuple:
    """The parsed alternatives of a rule.

    Raises:
        KeyError: no rule has that name.
    """
    return tuple(_parse(template) for template in rule(name))
