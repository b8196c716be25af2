"""The genres of the corpus and how often each is written."""

from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate
from random import Random

from selectra_pipeline.corpus.embedded import encyclopaedia, essays, fiction, notices, press
from selectra_pipeline.corpus.embedded.sentences import Discourse
from selectra_pipeline.corpus.embedded.surface import AnnotatedDocument, compose
from selectra_pipeline.corpus.embedded.world import World

# Name, the function that writes its paragraphs, and its weight in documents.
GENRES: tuple[tuple[str, Callable, int], ...] = (
    ("cuento", fiction.story, 26),
    ("biografía", encyclopaedia.biography, 10),
    ("lugar", encyclopaedia.place_entry, 5),
    ("enciclopedia", encyclopaedia.thing_entry, 5),
    ("preguntas", encyclopaedia.quiz, 4),
    ("noticia", press.news, 12),
    ("deportes", press.sports, 5),
    ("tiempo", press.weather, 3),
    ("opinión", essays.opinion, 8),
    ("entrevista", essays.interview, 8),
    ("divulgación", essays.science, 7),
    ("carta", fiction.letter, 12),
    ("diario", fiction.diary, 12),
    ("receta", notices.recipe, 5),
    ("instrucciones", notices.instructions, 4),
    ("anuncio", notices.notice, 4),
    ("ordenanza", notices.ordinance, 4),
)
_LIMITS = tuple(accumulate(weight for _, _, weight in GENRES))


def write_document(world: World, seed: int, number: int) -> AnnotatedDocument:
    """Document `number` of the corpus of a seed: a function of its arguments only."""
    rng = Random(f"document:{seed}:{number}")  # seeded by a digest of the string, not by its hash
    name, genre, _ = GENRES[bisect_right(_LIMITS, rng.random() * _LIMITS[-1])]
    return compose(f"embedded:{number:06d}", name, genre(Discourse(world, rng)))
