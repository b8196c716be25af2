"""Common nouns by semantic class, and the adjectives that make sense with each class.

The tables are in grammar/lexicon.txt. A "^" marks an adjective that may also stand before its
noun; an entry of several words is an invariable modifier ("de madera", "que nadie usaba").
"""

from functools import cache

from selectra_pipeline.corpus.embedded.agreement import Noun
from selectra_pipeline.corpus.embedded.grammar import words


@cache
def nouns(name: str) -> tuple[Noun, ...]:
    """The nouns of a class.

    Raises:
        KeyError: there is no such class; its name is misspelt in a template.
    """
    return tuple(Noun.parse(entry) for entry in words(f"noun.{name}"))


def adjectives(name: str) -> tuple[str, ...]:
    """The adjectives and modifiers of a class, those that may precede marked with "^"."""
    return words(f"adjective.{name}")
