"""Genres that instruct: recipes, instructions, timetables and notices, ordinances."""

from selectra_pipeline.corpus.embedded.conjugation import conjugate
from selectra_pipeline.corpus.embedded.grammar import rule
from selectra_pipeline.corpus.embedded.numerals import (
    MONTHS,
    WEEKDAYS,
    hour_in_words,
    in_figures,
    in_words,
    ordinal,
)
from selectra_pipeline.corpus.embedded.press import Paragraphs, headline, living, trade
from selectra_pipeline.corpus.embedded.sentences import Discourse
from selectra_pipeline.corpus.embedded.surface import Sentence

_ADDRESS = ("usted", "tú", "infinitivo", "nosotros")


def instruct(step: str, address: str) -> str:
    """Put the "*verbs" of a step into a form of address: one of _ADDRESS."""
    words = []
    for word in step.split(" "):
        if not word.startswith("*"):
            words.append(word)
            continue
        verb = word[1:]
        if address == "infinitivo":
            words.append(verb)
        elif address == "nosotros":
            words.append(conjugate(verb, "present", 3))
        else:
            words.append(conjugate(verb, "imperative", 2 if address == "usted" else 1))
    return " ".join(words)


def _steps(d: Discourse, steps: tuple[str, ...], count: int) -> list[Sentence]:
    address = d.rng.choice(_ADDRESS)
    lines = []
    chosen = sorted(d.rng.sample(range(len(steps)), count))  # in the order of the work
    for number, step in enumerate(steps[at] for at in chosen):
        lead = d.rng.choice(("", "", "Después, ", "A continuación, ", "Luego, ")) if number else ""
        lines.append(
            d.say(
                lead + instruct(step, address) + ".", dos=d.rng.choice(("dos", "tres", "cuatro")),
                k=in_words(d.rng.randint(2, 12), "f"), min=str(d.rng.randint(2, 18) * 5),
                grados=str(d.rng.randint(15, 23) * 10),
            )
        )  # fmt: skip
    return lines


def recipe(d: Discourse) -> Paragraphs:
    """A dish: where it is made, what it takes, the steps in one form of address."""
    vegetable = d.phrasing.noun_phrase("bare", "hortaliza")
    d.phrasing.slots["h"] = vegetable
    place = d.rng.choice(d.world.settlements)
    title = headline(d.tell("titulo_receta", l=place))
    intro = d.tell(
        "ingredientes",
        k=d.rng.choice(("cuatro", "seis", "ocho")),
        g=str(d.rng.randint(2, 20) * 50),
        m=str(d.rng.randint(1, 8) * 100),
    )
    steps = _steps(d, rule("paso_receta"), d.rng.randint(5, 9))
    return [[title], [intro], steps, [d.tell("origen_receta", l=place)]]


def instructions(d: Discourse) -> Paragraphs:
    """How to repair or to plant something."""
    task = d.rng.choice(("reparar", "plantar"))
    steps = rule(f"paso_{task}")
    return [[d.tell(f"tarea_{task}")], _steps(d, steps, d.rng.randint(4, len(steps)))]


def notice(d: Discourse) -> Paragraphs:
    """Timetables, lost animals, sales, talks: a board of short announcements."""
    lines = [[headline(d.tell("titulo_anuncio"))]] if d.rng.random() < 0.6 else []
    for template in d.rng.sample(rule("anuncio"), d.rng.randint(3, 6)):
        host = d.rng.choice([o for o in d.world.organisations if o.kind in ("museo", "teatro")])
        speaker, hour = living(d), d.rng.randint(8, 20)
        first, last = sorted(d.rng.sample(range(6), 2))
        minute = d.rng.randint(0, 11) * 5
        slots = {
            "l": d.rng.choice(d.world.settlements), "m": d.rng.choice(d.world.settlements),
            "h": f"{hour}:{minute:02d}", "i": f"{hour + 3}:30", "hw": hour_in_words(hour, minute),
            "k": str(d.rng.randint(2, 12)), "k2": str(d.rng.randint(40, 400)), "w": WEEKDAYS[first],
            "v": WEEKDAYS[last], "d": str(d.rng.randint(1, 28)), "mes": d.rng.choice(MONTHS),
            "tel": f"6{d.rng.randint(10, 99)} {d.rng.randint(100, 999)} {d.rng.randint(100, 999)}",
            "n": in_figures(d.rng.randint(300, 9000) * 100), "p": speaker, "oficio": trade(speaker),
            "o": host,
        }  # fmt: skip
        lines.append([d.say(template, d.actor(host, ""), **slots)])
    return lines


def ordinance(d: Discourse) -> Paragraphs:
    """A municipal norm in numbered articles."""
    town = d.rng.choice([o for o in d.world.organisations if o.kind == "ayuntamiento"])
    opening = d.tell("preambulo", o=town)
    articles = []
    for number, template in enumerate(d.rng.sample(rule("articulo"), d.rng.randint(4, 7)), start=1):
        label = f"Art. {number}.º " if number % 2 else f"Artículo {ordinal(number)}. "
        text = d.say(
            label + template, l=d.world[town.seat], k=in_words(d.rng.randint(2, 28), "m", True),
            n=str(d.rng.randint(1, 30) * 100), h=f"{d.rng.randint(7, 10)}:00", i="20:30",
        )  # fmt: skip
        articles.append([text])
    return [[opening], *articles]
