"""Nouns, adjectives, determiners, numerals and dates: what agrees, and how it is written."""

from dataclasses import dataclass
from functools import cache

from selectra_pipeline.corpus.embedded.grammar import words
from selectra_pipeline.corpus.embedded.stress import ACUTE, PLAIN, nuclei, stressed_vowel

# Feminine nouns that begin with stressed a: "el agua", "un aula", but "la misma agua".
STRESSED_A = frozenset(words("stressed_a"))
_COMPARATIVES = frozenset(words("comparatives"))
_INVARIABLE_OR = frozenset({"marrón", "común", "joven", "afín"})
_FEMININES = {"alcalde": "alcaldesa", "actor": "actriz", "juez": "jueza", "piloto": "piloto"}
_PLURALS = {"carácter": "caracteres", "régimen": "regímenes", "espécimen": "especímenes"}
_APOCOPES = {"bueno": "buen", "malo": "mal", "primero": "primer", "tercero": "tercer",
             "alguno": "algún", "ninguno": "ningún"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Noun:
    """A common noun: its singular and its gender, "m" or "f"."""

    singular: str
    gender: str

    @classmethod
    def parse(cls, entry: str) -> "Noun":
        """Read "la mesa" or, where the article hides the gender, "el agua/f".

        Raises:
            ValueError: the entry does not begin with "el" or "la".
        """
        article, _, word = entry.strip().partition(" ")
        if article not in ("el", "la") or not word:
            raise ValueError(f"{entry!r} is not a noun entry; write it like 'la mesa'")
        word, _, gender = word.partition("/")
        return cls(word, gender or ("m" if article == "el" else "f"))

    def form(self, plural: bool) -> str:
        return pluralise(self.singular) if plural else self.singular


@cache
def pluralise(word: str) -> str:
    """Plural of a noun or adjective; of a compound ("faro de mar"), of its head."""
    head, space, rest = word.partition(" ")
    if space:
        return f"{pluralise(head)} {rest}"
    if word in _PLURALS:
        return _PLURALS[word]
    if word[-1] in "aeiouáéó":
        return word + "s"
    if word[-1] == "z":
        return word[:-1] + "ces"
    vowels = nuclei(word)
    stressed = stressed_vowel(word)
    if word[-1] in "sx" and stressed != vowels[-1]:
        return word  # lunes, crisis, tórax
    if word[-1] in "ns" and stressed == vowels[-1] and word[stressed] in PLAIN:
        if word[stressed] == "í" and word[stressed - 1] in "aeo":
            return word + "es"  # país, países: the accent marks a hiatus
        return word[:stressed] + PLAIN[word[stressed]] + word[stressed + 1 :] + "es"
    if word[-1] == "n" and stressed != vowels[-1] and word[stressed] not in PLAIN:
        return word[:stressed] + ACUTE[word[stressed]] + word[stressed + 1 :] + "es"
    return word + "es"  # luz is above; papel, rey, rubí


@cache
def agree(adjective: str, gender: str, plural: bool = False) -> str:
    """An adjective given in the masculine singular, in another gender and number."""
    form = adjective
    if " " in adjective:
        return adjective  # "de madera", "que nadie quería": invariable modifiers
    if gender == "f":
        if form.endswith("o"):
            form = form[:-1] + "a"
        elif form.endswith(("és", "ón", "án", "ín")) and form not in _INVARIABLE_OR:
            form = form[:-2] + PLAIN[form[-2]] + form[-1] + "a"
        elif form.endswith("or") and form not in _COMPARATIVES:
            form += "a"
    return pluralise(form) if plural else form


def feminine(profession: str) -> str:
    """Feminine of a profession: "pintor" -> "pintora", "alcalde" -> "alcaldesa"."""
    head, space, rest = profession.partition(" ")
    return _FEMININES.get(head, agree(head, "f")) + space + rest


def before_noun(adjective: str, gender: str, plural: bool) -> str:
    """An adjective before its noun, shortened where Spanish shortens it: "buen", "gran"."""
    if not plural and adjective == "grande":
        return "gran"
    if not plural and gender == "m":
        return _APOCOPES.get(adjective, adjective)
    return agree(adjective, gender, plural)


_ARTICLES = {
    "el": ("el", "la", "los", "las"),
    "un": ("un", "una", "unos", "unas"),
    "este": ("este", "esta", "estos", "estas"),
    "ese": ("ese", "esa", "esos", "esas"),
    "aquel": ("aquel", "aquella", "aquellos", "aquellas"),
    "otro": ("otro", "otra", "otros", "otras"),
    "mucho": ("mucho", "mucha", "muchos", "muchas"),
    "varios": ("varios", "varias", "varios", "varias"),
    "algún": ("algún", "alguna", "algunos", "algunas"),
    "ningún": ("ningún", "ninguna", "ningunos", "ningunas"),
    "todo": ("todo el", "toda la", "todos los", "todas las"),
    "cada": ("cada", "cada", "cada", "cada"),
    "lo": ("lo", "la", "los", "las"),
    "él": ("él", "ella", "ellos", "ellas"),
    "uno": ("uno", "una", "unos", "unas"),
}


def determiner(kind: str, gender: str, plural: bool = False, word: str = "") -> str:
    """A determiner or pronoun of a kind ("el", "un", "aquel", "lo"), before `word` if given.

    Raises:
        KeyError: the kind is not a determiner of this module.
    """
    singular_feminine = gender == "f" and not plural
    if singular_feminine and kind in ("el", "un", "algún", "ningún"):
        head = word.split(" ")[0]
        if head in STRESSED_A:
            return kind
    return _ARTICLES[kind][2 * plural + (gender == "f")]


_POSSESSIVES = ("mi", "tu", "su", "nuestr", "vuestr", "su")


def possessive(person: int, gender: str, plural: bool) -> str:
    """The possessive of an owner: 3, "f", True -> "nuestras"."""
    stem = _POSSESSIVES[person]
    if stem.endswith("r"):
        stem += "o" if gender == "m" else "a"
    return stem + ("s" if plural else "")
