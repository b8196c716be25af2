"""Facts of the world put into words: several paraphrases of each relation, and its question.

In a template {s} is the subject, which may be left out once it is known; {n} its name, always
written; {o} the object. The notation is that of phrasing.py.
"""

from random import Random

from selectra_pipeline.corpus.embedded.agreement import feminine
from selectra_pipeline.corpus.embedded.numerals import century, in_figures, in_words
from selectra_pipeline.corpus.embedded.phrasing import Actor, Phrasing
from selectra_pipeline.corpus.embedded.surface import Sentence, mark, write
from selectra_pipeline.corpus.embedded.world import Entity, Fact, Person, World

REALISATIONS = {
    ("per", "profession"): (
        "{s} @ser {o}",
        "{s} [@ganarse la vida|@trabajar] como {o}",
        "{s} @dedicar [la mayor parte de su vida|sus mejores años] al oficio de {o}",
    ),
    ("per", "born_in"): (
        "{s} [nació|vino al mundo] en {o}",
        "{n} es natural de {o}",
        "{o} [fue|es] [la cuna|el lugar de nacimiento] de {n}",
        "En {o} [nació|vio la luz por primera vez] {n}",
    ),
    ("per", "born_on"): (
        "{s} nació el {o}",
        "El {o} [nació|vino al mundo] {n}",
        "La fecha de nacimiento de {n} es el {o}",
    ),
    ("per", "lives_in"): (
        "{s} [vive|reside|tiene su casa] [actualmente|desde hace [años|décadas]|] en {o}",
        "La residencia [habitual|actual] de {n} está en {o}",
        "{s} se ha instalado en {o}, [donde $vida_hoy|aunque viaja con frecuencia|y no piensa marcharse]",
    ),
    ("per", "lived_in"): (
        "{s} [vivió|residió|tuvo su casa] [durante [años|décadas]|casi toda su vida|] en {o}",
        "Los vecinos de {o} [todavía recuerdan|no han olvidado] a {n}",
        "{s} se instaló en {o}, [donde $vida_ayer|y allí pasó sus últimos años]",
    ),
    ("per", "died_on"): (
        "{s} [murió|falleció] el {o}[, [tras una larga enfermedad|mientras dormía|rodead~o de los suyos]|]",
        "La muerte de {n} [se produjo|ocurrió] el {o}",
        "El {o} [murió|falleció|dejó de existir] {n}",
    ),
    ("per", "employer"): (
        "{s} [trabajó|prestó sus servicios] [durante [años|décadas]|] en {o}",
        "{o} [contrató a {n} siendo muy joven|contó durante años con {n} entre su personal]",
        "{s} [ingresó|entró] en {o} cuando [aún no había cumplido|tenía poco más de] treinta años",
    ),
    ("per", "studied_at"): (
        "{s} [estudió|se formó|se licenció|cursó sus estudios] en {o}",
        "{s}, que había [estudiado|obtenido el título] en {o}, [nunca olvidó a sus maestros|conservó "
        "siempre los apuntes de aquellos años]",
        "En {o}, donde [estudió|se formó], {n} [conoció a quienes serían "
        "sus mejores amigos|publicó <un:escrito> sobre <el:asunto>|pasó [tres|cuatro|cinco] años]",
    ),
    ("per", "spouse"): (
        "{s} [se casó|contrajo matrimonio] con {o}",
        "{s} estuvo casad~o [durante [muchos|largos] años|] con {o}",
        "{n} y {o} [se casaron|contrajeron matrimonio] [muy jóvenes|tras un largo noviazgo|en secreto]",
    ),
    ("per", "child_of"): (
        "{s} @ser hij~o de {o}",
        "{o} @ser {parent} de {n}",
        "{n} [aprendió de|heredó de] {o}, su {parent}, [el gusto por [la música|"
        "los libros|el campo|los viajes|la soledad|las conversaciones largas]|la afición a <los:instrumento>|"
        "una paciencia sin límites|el oficio y el carácter]",
    ),
    ("loc", "located_in"): (
        "{s} [se encuentra|está situad~o|se halla|se alza] en {o}",
        "{s} pertenece a {o}",
        "En {o} [está|se encuentra] {n}, {un_tipo} [de calles estrechas|conocid~o por su mercado|de "
        "larga historia|rodead~o de [huertas|olivares|montes]]",
    ),
    ("loc", "has_capital"): (
        "La capital de {n} es {o}",
        "{o} es la capital [y la ciudad más poblada|] de {n}",
        "{s} tiene por capital [la ciudad de |]{o}",
    ),
    ("loc", "inhabitants"): (
        "{s} [tiene|cuenta con] {o} habitantes[, según el último censo|]",
        "La población de {n} es de {o} habitantes",
        "En {n} viven {o} vecinos, [más|menos] que [hace diez años|a principios de siglo]",
    ),
    ("loc", "founded_in"): (
        "{s} [fue fundad~o|se fundó] en {o}",
        "La fundación de {n} [data de|se remonta a] {o}",
        "Los documentos más antiguos que mencionan {n} son [de|del año] {o}",
    ),
    ("loc", "on_river"): (
        "{o} [atraviesa|pasa por|baña] {n}",
        "{s} [se extiende|creció] [a orillas|en la ribera] de {o}",
    ),
    ("loc", "produces"): (
        "{s} es [famos~o|conocid~o] por su producción de {o}",
        "La economía de {n} se basa en la producción de {o}",
        "Casi todas las familias de {n} [viven|han vivido siempre] de la producción de {o}",
    ),
    ("org", "seat"): (
        "{s} tiene su sede en {o}",
        "La sede de {n} está en {o}",
        "En {o} [se encuentra|está|tiene sus oficinas] {n}",
    ),
    ("org", "founded_in"): (
        "{s} [fue fundad~o|se fundó|se creó] en {o}",
        "La fundación de {n} [data de|tuvo lugar en] {o}",
        "En {o} [abrió sus puertas|nació] {n}",
    ),
    ("org", "founder"): (
        "{o} [fundó|creó] {n} [con la ayuda de [unos amigos|su familia]|con muy poco dinero|]",
        "{s} fue [fundad~o|cread~o] por {o}",
        "Detrás de {n} [hay un nombre propio|está el empeño de una persona]: {o}",
    ),
    ("org", "field"): (
        "{s} se dedica a {rama} {o}",
        "La especialidad de {n} es {rama} {o}",
    ),
    ("obr", "author"): (
        "{o} es {autor} de {n}",
        "{s} es [una creación|obra] de {o}",
        "{o} [terminó|dio a conocer] {n} [después de varios años de trabajo|en pocos meses|]",
        "{n} [salió de las manos|se debe al talento] de {o}",
    ),
    ("obr", "year"): (
        "{s} [es de|data de|vio la luz en] {o}",
        "En {o} [se dio a conocer|apareció|se presentó al público] {n}",
    ),
    ("obr", "theme"): (
        "{s} [trata de|tiene por asunto|gira en torno a] {o}",
        "El tema de {n} es {o}",
    ),
    ("obr", "publisher"): (
        "{o} publicó {n}",
        "{s} fue publicad~o por {o}",
        "La primera edición de {n} [corrió a cargo de|se debe a] {o}",
    ),
    ("eve", "held_on"): (
        "{s} [tuvo lugar|se produjo|ocurrió] el {o}",
        "El {o} [fue la fecha de|quedó marcado por] {n}",
    ),
    ("eve", "held_in"): (
        "{s} tuvo lugar en {o}",
        "{o} fue el escenario de {n}",
    ),
    ("premio", "star"): (
        "{n} [recayó en|fue para|se concedió a] {o}",
        "{o} ganó {n}[ por unanimidad del jurado|]",
    ),
    ("festival", "star"): (
        "{o} actuó en {n}",
        "{s} contó con la presencia de {o}",
        "{o} [clausuró|inauguró] {n} [con un concierto|ante un público entusiasta|]",
    ),
    ("feria", "star"): (
        "{o} pronunció el discurso de apertura de {n}",
        "{s} [rindió homenaje|dedicó una mesa redonda] a {o}",
    ),
    ("congreso", "star"): (
        "{o} [presentó una ponencia|presidió una de las sesiones] en {n}",
        "La conferencia inaugural de {n} [estuvo a cargo|fue] de {o}",
    ),
    ("exposición", "star"): (
        "{o} [visitó|inauguró] {n}",
        "{s} fue inaugurad~o por {o}",
    ),
    ("carrera", "star"): (
        "{o} [ganó|venció en] {n}",
        "{o} [llegó a la meta en primer lugar|se impuso a todos sus rivales] en {n}",
    ),
    ("partido", "star"): (
        "{o} [ganó|se llevó|conquistó] {n}",
        "El vencedor de {n} [fue|resultó ser] {o}",
    ),
    ("partido", "rival"): (
        "{o} perdió la final de {n}",
        "El finalista derrotado de {n} fue {o}",
    ),
    ("eve", "organised_by"): (
        "{o} organizó {n}",
        "{s} fue organizad~o por {o}",
        "La organización de {n} corrió a cargo de {o}",
    ),
}  # fmt: skip

QUESTIONS = {
    "profession": "¿[A qué se [dedica|dedicaba]|Cuál es la profesión de|Qué oficio tiene] {n}?",
    "born_in": "¿[Dónde|En qué lugar] nació {n}?",
    "born_on": "¿[Cuándo|Qué día] nació {n}?",
    "lives_in": "¿Dónde vive [ahora|actualmente|] {n}?",
    "lived_in": "¿Dónde vivió {n}?",
    "died_on": "¿[Cuándo|En qué fecha] [murió|falleció] {n}?",
    "employer": "¿[Dónde|Para quién] trabajó {n}?",
    "studied_at": "¿Dónde estudió {n}?",
    "spouse": "¿Con quién se casó {n}?",
    "located_in": "¿Dónde está {n}?",
    "has_capital": "¿Cuál es la capital de {n}?",
    "inhabitants": "¿Cuántos habitantes tiene {n}?",
    "founded_in": "¿[En qué año|Cuándo] se fundó {n}?",
    "on_river": "¿Qué río pasa por {n}?",
    "seat": "¿Dónde tiene su sede {n}?",
    "founder": "¿[Quién fundó|A quién se debe la fundación de] {n}?",
    "author": "¿Quién es {autor} de {n}?",
    "year": "¿De qué año es {n}?",
    "theme": "¿De qué trata {n}?",
    "publisher": "¿Qué editorial publicó {n}?",
    "held_on": "¿Cuándo tuvo lugar {n}?",
    "held_in": "¿Dónde tuvo lugar {n}?",
    "organised_by": "¿Quién organizó {n}?",
}
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
        plural = entity.id.startswith("org") and entity.name.endswith("Hermanos")
        return Actor(self.name(entity) if text is None else text, entity.gender, 5 if plural else 2)

    def say(self, template: str, subject: Actor | None = None, tense: str = "preterite", facts=(),
            **slots) -> Sentence:  # fmt: skip
        """A written sentence from a template; entities among the slots are named."""
        ready = {
            key: self.name(value) if hasattr(value, "forms") else value
            for key, value in slots.items()
        }
        return write(self.phrasing.say(template, subject, tense, **ready), facts)

    def state(
        self, fact: Fact, elide: bool = False, lead: str = "", ending: str = "."
    ) -> Sentence:
        """A fact in words.

        Args:
            fact: one whose relation has realisations.
            elide: the subject is known, and left out where grammar allows.
            lead: a connective before it ("Además, ").
            ending: the punctuation.

        Raises:
            KeyError: the relation has no realisation; see REALISATIONS.
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
        specific = REALISATIONS.get((kind, fact.relation))
        return specific or REALISATIONS[fact.subject[:3], fact.relation]

    def ask(self, fact: Fact) -> Sentence:
        """The question that a fact answers.

        Raises:
            KeyError: the relation has no question; see QUESTIONS.
        """
        return self._realise(QUESTIONS[fact.relation], fact)

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
