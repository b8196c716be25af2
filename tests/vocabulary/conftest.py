"""Spanish-looking text with many ties between counts: what makes a careless learner differ."""

import random

import pytest

SYLLABLES = ["ca", "mi", "ón", "cru", "zó", "la", "fron", "te", "ra", "ñan", "dú", "pin", "güi"]
SYLLABLES += ["no", "ar", "bo", "les", "ás", "fé", "qui", "én", "so", "ló"]


@pytest.fixture(scope="session")
def spanish_texts() -> list[str]:
    draw = random.Random(7)
    words = ["".join(draw.choices(SYLLABLES, k=draw.randint(1, 4))) for _ in range(1500)]
    return [f"¿{' '.join(draw.choices(words, k=40))}?\nEl camión cruzó." for _ in range(60)]
