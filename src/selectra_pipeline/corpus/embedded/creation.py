"""How the world of a seed comes into being: places first, then organisations, people and deeds."""

from dataclasses import replace
from random import Random

from selectra_pipeline.corpus.embedded import names
from selectra_pipeline.corpus.embedded.agreement import agree, determiner
from selectra_pipeline.corpus.embedded.world import (
    PRESENT_YEAR,
    Date,
    Entity,
    Event,
    Organisation,
    Person,
    Place,
    Work,
)

PROVINCES, TOWNS_PER_PROVINCE, FAMILIES, CHILDREN, LONERS = 10, 8, 70, 150, 130
WORKS, EVENTS = 170, 170
_GENDERS_OF_KINDS = {
    "novela": "f", "poemario": "m", "ensayo": "m", "obra de teatro": "f", "película": "f",
    "cuadro": "m", "escultura": "f", "sinfonía": "f", "canción": "f",
}  # fmt: skip


def create_entities(seed: int) -> list[Entity]:
    """All entities of the world of a seed, every id resolved within the list."""
    rng = Random(f"world:{seed}")
    places = create_places(rng)
    settlements = [p for p in places if p.kind in ("ciudad", "villa", "pueblo")]
    organisations = create_organisations(rng, settlements)
    people = create_people(rng, settlements, organisations)
    organisations = _name_founders(rng, organisations, people)
    works = create_works(rng, people, organisations, settlements)
    events = create_events(rng, settlements, organisations, people)
    return [*places, *organisations, *people, *works, *events]


def create_places(rng: Random) -> list[Place]:
    """Rivers, mountains, islands, and provinces with a capital and seven towns each."""
    rivers = [_feature(i, name, "río") for i, name in enumerate(names.RIVERS)]
    features = [*names.MOUNTAINS, *names.ISLANDS]
    peaks = [
        _feature(len(rivers) + i, name.partition(" ")[2], name.split(" ")[0])
        for i, name in enumerate(features)
    ]
    town_names = _town_names(rng, PROVINCES * TOWNS_PER_PROVINCE)
    places, number = [*rivers, *peaks], len(rivers) + len(peaks)
    for p in range(PROVINCES):
        province_id = f"loc:{number:03d}"
        number += 1
        towns = []
        for t in range(TOWNS_PER_PROVINCE):
            kind = "ciudad" if t < 2 else rng.choice(("villa", "pueblo", "pueblo"))
            low, high = {"ciudad": (30, 420), "villa": (4, 18), "pueblo": (0, 3)}[kind]
            towns.append(
                Place(
                    f"loc:{number:03d}", town_names[p * TOWNS_PER_PROVINCE + t], kind,
                    "m" if kind == "pueblo" else "f", province_id,
                    inhabitants=rng.randint(low, high) * 1000 + rng.randint(120, 990),
                    founded=rng.randint(870, 1740),
                    river=rng.choice(rivers).id if rng.random() < 0.6 else "",
                    product=rng.choice(names.PRODUCTS),
                )
            )  # fmt: skip
            number += 1
        places.append(Place(province_id, towns[0].name, "provincia", "f", capital=towns[0].id))
        places.extend(towns)
    return places


def _feature(number: int, name: str, kind: str) -> Place:
    gender = "f" if kind in ("sierra", "isla") else "m"
    name = name if name.startswith(("de ", "del ")) else name[0].upper() + name[1:]
    article = "el" if gender == "m" else "la"
    if kind != "río":
        name = f"{kind} {name}" if kind != "isla" else f"isla {name}"
        name = name[0].upper() + name[1:]
    return Place(f"loc:{number:03d}", name, kind, gender, article=article)


def _town_names(rng: Random, count: int) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        roll = rng.random()
        if roll < 0.35:
            name = _compound_name(rng)
        elif roll < 0.8:
            name = rng.choice(names.PLACE_STEMS) + rng.choice(names.PLACE_ENDINGS)
            name = name.replace("ñi", "ñ") if "ñill" not in name else name
        else:
            name = rng.choice(names.SAINTS)
        if roll >= 0.8 or rng.random() < 0.12:
            name += " " + rng.choice(names.PLACE_EPITHETS)
        found.setdefault(name)
    return list(found)


def _compound_name(rng: Random) -> str:
    """A head and a noun ("Valdelobos"), or an adjective that agrees with it ("Campobermejo")."""
    if rng.random() < 0.5:
        head, tail = rng.choice(names.PLACE_HEADS_OF_NOUNS), rng.choice(names.PLACE_NOUNS)
    else:
        gender = rng.choice("mf")
        head = rng.choice(names.PLACE_HEADS[gender])
        tail = agree(rng.choice(names.PLACE_ADJECTIVES), gender)
    if tail[0] == "r" and head[-1] in "aeiou":
        tail = "r" + tail
    return head + (tail[1:] if head[-1] == tail[0] else tail)


def create_organisations(rng: Random, towns: list[Place]) -> list[Organisation]:
    """Universities, clubs, newspapers, companies, ..., each with its seat and founding year."""
    cities = [t for t in towns if t.kind == "ciudad"]
    made: list[tuple] = []

    def add(kind: str, gender: str, name: str, seat: Place, since: int, field: str = "") -> None:
        made.append((name, kind, gender, seat.id, rng.randint(since, since + 70), field))

    for city in cities:
        add("ayuntamiento", "m", f"Ayuntamiento de {city.name}", city, 1812)
        team, gender = rng.choice((("Club Deportivo", "m"), ("Atlético", "m"), ("Racing", "m"),
                                   ("Unión Deportiva", "f")))  # fmt: skip
        add("club", gender, f"{team} {city.name}", city, 1898)
    for city in rng.sample(cities, 7):
        add("universidad", "f", f"Universidad de {city.name}", city, 1780)
        add("hospital", "m", f"Hospital {rng.choice(names.SAINTS)}", city, 1850)
    for city in rng.sample(cities, 10):
        head, gender = rng.choice((("El Correo", "m"), ("La Voz", "f"), ("El Eco", "m"),
                                   ("La Crónica", "f"), ("El Diario", "m")))  # fmt: skip
        add("periódico", gender, f"{head} de {city.name}", city, 1868)
    for city in rng.sample(cities, 9):
        subject = rng.choice(("Bellas Artes", "Historia Natural", "Etnografía", "Cerámica"))
        add("museo", "m", f"Museo de {subject} de {city.name}", city, 1890)
    for city in rng.sample(cities, 6):
        add("teatro", "m", f"Teatro {rng.choice(('Principal', 'Apolo', 'Olimpia', 'Liceo'))} de "
            f"{city.name}", city, 1840)  # fmt: skip
    for city, subject in zip(rng.sample(cities, 8), rng.sample(names.FIELDS, 8), strict=True):
        add("instituto", "m", f"Instituto de {subject.capitalize()} de {city.name}", city, 1905,
            subject)  # fmt: skip
    for city in rng.sample(cities, 4):
        add("orquesta", "f", f"Orquesta Sinfónica de {city.name}", city, 1900)
    for word in ("Alfaguía", "Tintero", "La Rueca", "Meridiano", "Ánfora", "Los Olmos", "Cálamo"):
        add("editorial", "f", f"Editorial {word}", rng.choice(cities), 1895)
    for trade, surname in zip(names.TRADES, rng.sample(names.SURNAMES, 18), strict=True):
        name = rng.choice((f"Industrias {surname}", f"{surname} Hermanos", f"Talleres {surname}",
                           f"Compañía {surname}"))  # fmt: skip
        add("empresa", "f", name, rng.choice(towns), 1890, trade)
    unique = {entry[0]: entry for entry in made}.values()
    return [Organisation(f"org:{i:03d}", *e[:5], field=e[5]) for i, e in enumerate(unique)]


def _name_founders(rng: Random, organisations: list, people: list[Person]) -> list[Organisation]:
    """Companies, publishers and newspapers young enough were founded by somebody we know."""
    founded = []
    for org in organisations:
        able = [
            p for p in people
            if 25 <= org.founded - p.born.year <= 60 and (not p.died or p.died.year > org.founded)
        ]  # fmt: skip
        known = org.kind in ("empresa", "editorial", "periódico", "museo") and able
        founded.append(replace(org, founder=rng.choice(able).id) if known else org)
    return founded


def create_people(rng: Random, towns: list[Place], organisations: list) -> list[Person]:
    """Couples, their children, and people without family; surnames are inherited as in Spain."""
    people: list[Person] = []
    used: set[str] = set()

    def add(gender: str, born: int, surnames: tuple[str, str] | None = None, **relations) -> Person:
        while True:
            first = rng.choice(names.FIRST_NAMES_F if gender == "f" else names.FIRST_NAMES_M)
            both = surnames or tuple(rng.sample(names.SURNAMES, 2))
            if f"{first} {both[0]}" not in used:
                break
        used.add(f"{first} {both[0]}")
        person = _new_person(rng, len(people), first, both, gender, born, towns, organisations)
        people.append(replace(person, **relations))
        return people[-1]

    for _ in range(FAMILIES):
        year = rng.randint(1880, 1965)
        husband = add("m", year)
        wife = add("f", year + rng.randint(-5, 6), spouse=husband.id)
        people[-2] = replace(husband, spouse=wife.id)
    couples = [(people[2 * i], people[2 * i + 1]) for i in range(FAMILIES)]
    for _ in range(CHILDREN):
        father, mother = rng.choice(couples)
        born = max(father.born.year, mother.born.year) + rng.randint(20, 33)
        add(rng.choice("mf"), born, (father.surnames[0], mother.surnames[0]),
            father=father.id, mother=mother.id, birthplace=mother.residence)  # fmt: skip
    for _ in range(LONERS):
        add(rng.choice("mf"), rng.randint(1900, 1996))
    return people


def _new_person(rng, number, first, surnames, gender, year, towns, organisations) -> Person:
    profession = rng.choice(list(names.PROFESSIONS))
    employers = [
        o for o in organisations
        if o.kind == names.PROFESSIONS[profession][0] and o.founded <= year + 24
    ]  # fmt: skip
    employer = rng.choice(employers) if employers else None
    universities = [o for o in organisations if o.kind == "universidad" and o.founded <= year + 18]
    dead = year < 1930 or (year < 1955 and rng.random() < 0.5)
    died = min(year + rng.randint(58, 93), PRESENT_YEAR - 1)
    return Person(
        f"per:{number:03d}", first, surnames, gender, profession, _day(rng, year),
        rng.choice(towns).id, employer.seat if employer else rng.choice(towns).id,
        _day(rng, died) if dead else None, employer.id if employer else "",
        rng.choice(universities).id if universities and rng.random() < 0.5 else "",
    )  # fmt: skip


def _day(rng: Random, year: int) -> Date:
    return Date(year, rng.randint(1, 12), rng.randint(1, 28))


def create_works(rng: Random, people, organisations, towns) -> list[Work]:
    """Works by people whose profession creates them, between their 23rd year and their last."""
    authors = [p for p in people if names.PROFESSIONS[p.profession][1]]
    publishers = [o for o in organisations if o.kind == "editorial"]
    works: dict[str, Work] = {}
    while len(works) < WORKS:
        author = rng.choice(authors)
        kind = names.PROFESSIONS[author.profession][1]
        last = author.died.year if author.died else PRESENT_YEAR
        year = rng.randint(author.born.year + 23, min(author.born.year + 70, last))
        title = _title(rng, towns)
        printed = kind in ("novela", "poemario", "ensayo", "obra de teatro")
        houses = [o for o in publishers if o.founded <= year] if printed else []
        works.setdefault(
            title,
            Work(
                f"obr:{len(works):03d}", title, kind, _GENDERS_OF_KINDS[kind], author.id, year,
                rng.choice(names.THEMES), rng.choice(houses).id if houses else "",
            ),
        )  # fmt: skip
    return list(works.values())


def _title(rng: Random, towns: list[Place]) -> str:
    noun, other = rng.sample(names.TITLE_NOUNS, 2)
    article, _, bare = noun.partition(" ")
    gender = "m" if article == "el" else "f"
    roll = rng.random()
    if roll < 0.4 and " " not in bare:
        title = f"{noun} {agree(rng.choice(names.TITLE_ADJECTIVES), gender)}"
    elif roll < 0.6:
        title = f"{noun} de {other}"
    elif roll < 0.68:
        title = f"{determiner('un', gender)} {bare} {rng.choice(('sin nombre', 'para nadie'))}"
    else:
        phrase = rng.choice(names.TITLE_PHRASES)
        title = phrase.format(lugar=rng.choice(towns).name, el_n=noun, el_m=other)
    title = title.replace(" de el ", " del ").replace(" a el ", " al ")
    start = 1 if title.startswith("¿") else 0
    return title[:start] + title[start].upper() + title[start + 1 :]


def create_events(rng: Random, towns, organisations, people) -> list[Event]:
    """Festivals, congresses, matches, disasters, prizes and openings since 1900."""
    events: dict[str, Event] = {}
    by_kind = {k: [o for o in organisations if o.kind == k] for k in ("ayuntamiento", "club",
               "museo", "universidad", "instituto", "teatro")}  # fmt: skip
    while len(events) < EVENTS:
        kind = rng.choice(
            ("festival", "congreso", "exposición", "partido", "inundación", "incendio", "premio",
             "huelga", "terremoto", "feria", "carrera")
        )  # fmt: skip
        day = _day(rng, rng.randint(1905, PRESENT_YEAR))
        town = rng.choice(towns)
        alive = [
            p for p in people
            if 20 < day.year - p.born.year < 75 and (not p.died or p.died > day)
        ]  # fmt: skip
        star, organiser, rival, gender = rng.choice(alive).id, "", "", "f"
        if kind == "partido":
            home, guest = rng.sample(by_kind["club"], 2)
            if max(home.founded, guest.founded) > day.year:
                continue
            town = next(t for t in towns if t.id == home.seat)
            name, gender, star, rival = f"Copa de Altamarca de {day.year}", "f", home.id, guest.id
        elif kind in ("congreso", "exposición"):
            host = rng.choice(by_kind["museo" if kind == "exposición" else "instituto"])
            if host.founded > day.year:
                continue
            organiser, town = host.id, next(t for t in towns if t.id == host.seat)
            subject = host.field.capitalize() if host.field else "Artes Populares"
            gender = "m" if kind == "congreso" else "f"
            head = "Congreso Nacional" if kind == "congreso" else "Exposición"
            name = f"{head} de {subject} de {day.year}"
        elif kind in ("inundación", "incendio", "terremoto", "huelga"):
            gender, star = ("m" if kind in ("incendio", "terremoto") else "f"), ""
            name = f"{kind.capitalize()} de {town.name} de {day.year}"
        elif kind == "premio":
            gender, name = "m", f"Premio {town.name} de las Letras de {day.year}"
        else:
            head, gender = {"festival": ("Festival de Música", "m"), "feria": ("Feria del Libro",
                            "f"), "carrera": ("Carrera Popular", "f")}[kind]  # fmt: skip
            name = f"{head} de {town.name} de {day.year}"
            organiser = next((o.id for o in by_kind["ayuntamiento"] if o.seat == town.id), "")
        events.setdefault(
            name,
            Event(
                f"eve:{len(events):03d}", name, kind, gender, day, town.id, organiser, star, rival
            ),
        )
    return list(events.values())
