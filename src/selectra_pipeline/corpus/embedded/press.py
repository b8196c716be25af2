"""Genres of the newspaper: news, sports, weather, opinion, interview, popular science."""

from selectra_pipeline.corpus.embedded.agreement import feminine
from selectra_pipeline.corpus.embedded.numerals import WEEKDAYS, in_figures, in_words
from selectra_pipeline.corpus.embedded.phrasing import Actor
from selectra_pipeline.corpus.embedded.sentences import Discourse
from selectra_pipeline.corpus.embedded.surface import Sentence, mark
from selectra_pipeline.corpus.embedded.world import Person

Paragraphs = list[list[Sentence]]


def living(d: Discourse) -> Person:
    """A person of the world who is alive today."""
    while True:
        person = d.rng.choice(d.world.people)
        if person.died is None:
            return person


def trade(person: Person) -> str:
    return feminine(person.profession) if person.gender == "f" else person.profession


def headline(sentence: Sentence) -> Sentence:
    """The same sentence in capitals, without its full stop."""
    return Sentence(sentence.text.rstrip(".").upper(), sentence.entities, sentence.facts)


NEWS_LEADS = (
    "{org} [anunció|confirmó|hizo público] [ayer|este {w}|el pasado {w}] que [reformará|construirá|cerrará|ampliará] "
    "<el:obra_pública> de {lugar}[, cuyo coste [ascenderá a|superará los] {n} euros|, con un presupuesto de {n} euros|].",
    "[Un|El] [incendio|temporal|apagón|desprendimiento de rocas] [obligó|ha obligado] [a cerrar|a desalojar] "
    "<el:edificio> y <el:obra_pública> de {lugar} [durante varias horas|en la madrugada del {w}|a mediodía].",
    "[Más de|Cerca de|Unas] {nw} personas [participaron|se manifestaron] [este {w}|ayer|el {w}] en {lugar} [contra|a "
    "favor de] <el:medida> [sobre <el:asunto>|que prepara {org}].",
    "[El pleno|La junta] de {lugar} [aprobó|rechazó|aplazó] [por unanimidad|por un solo voto|tras un largo debate] "
    "<el:medida> [sobre <el:asunto>|de <el:asunto>].",
    "[Un grupo de investigadores|Un equipo de geólogos|Varias arqueólogas] [ha hallado|halló|descubrió] [en <el:lugar>|"
    "cerca de] {lugar} [los restos de <un:edificio>|<un:objeto> de hace {n2} años|<bare:ciencia> desconocid~o/m]."
    .replace("[en <el:lugar>|\"\n    \"cerca de]", "cerca de"),
)  # fmt: skip
NEWS_BODY = (
    "[Según fuentes de|De acuerdo con] {org}, [las obras|los trabajos] [comenzarán|empezarán] [en {mes}|antes del verano|el "
    "próximo año] y [durarán|se prolongarán] {k} meses.",
    "«[No podemos|No vamos a] [esperar más|permitir que se pierda <el:obra_pública>|renunciar a <el:asunto>]», [declaró|afirmó|"
    "aseguró] {p}, {oficio}[, visiblemente emocionad{o}|, a la salida de la reunión|].",
    "[Los vecinos|Las familias afectadas|Los comerciantes] [piden|exigen|reclaman] que [se mejore <el:asunto>|se abra <un:obra_pública>|"
    "se les escuche|se cumpla <el:medida>][, aunque [no todos están de acuerdo|nadie se atreve a decirlo en público]|].",
    "[Hace|No es la primera vez: hace] {k} años [ya |]se [había prometido|anunció|aprobó] <un:obra_pública> que [nunca se construyó|"
    "hoy sigue cerrad{oo}|costó el doble de lo previsto]."
    .replace("|\"\n    \"hoy sigue cerrad{oo}", ""),
    "{p}, {oficio} [de {lugar}|y vecin{o} de la zona], [cree|opina|sostiene|recuerda] que «<el:asunto> [es|sigue siendo] más "
    "[importante|urgente] que <el:asunto>».",
    "[Por su parte|En cambio|Sin embargo], [la oposición|el sindicato|la asociación de vecinos] [lamentó|criticó|puso en duda] "
    "que [nadie haya consultado a <los:oficio>|falten recursos para <el:asunto>|se retrase <el:medida>].",
    "El {pct} % de los [encuestados|vecinos|socios] [considera|cree] que <el:asunto> [ha mejorado|ha empeorado|no ha cambiado] "
    "[desde el año pasado|en la última década].",
    "Si [no llueve|no surgen imprevistos|se cumplen los plazos], [se inaugurará|abrirá sus puertas] <el:obra_pública> [antes de "
    "Navidad|en otoño|dentro de {k} meses].",
    "[Las autoridades recomiendan|Se recomienda] [no circular por <el:lugar>|evitar los desplazamientos|llamar al 0{pct} en caso de "
    "emergencia|cerrar bien puertas y ventanas].",
)  # fmt: skip


def _news_slots(d: Discourse) -> dict:
    person = living(d)
    rng = d.rng
    return {
        "org": rng.choice(d.world.organisations), "lugar": rng.choice(d.world.settlements),
        "p": person, "oficio": trade(person), "o": "a" if person.gender == "f" else "o",
        "w": rng.choice(WEEKDAYS), "mes": rng.choice(("enero", "abril", "mayo", "octubre")),
        "n": in_figures(rng.randint(11, 990) * 1000), "nw": in_words(rng.randint(2, 9) * 100, "f"),
        "n2": in_words(rng.randint(2, 12) * 100), "k": in_words(rng.randint(2, 29), "m", True),
        "pct": str(rng.randint(11, 89)),
    }  # fmt: skip


def news(d: Discourse) -> Paragraphs:
    """A headline now and then, the lead, reactions, and the background in facts."""
    slots = _news_slots(d)
    lead = d.say(d.rng.choice(NEWS_LEADS), **slots)
    first, rest = slots["p"], []
    for template in d.rng.sample(NEWS_BODY, d.rng.randint(3, 6)):
        again = _news_slots(d)
        again["lugar"] = slots["lugar"]
        rest.append(d.say(template, **again))
    background = [d.state(f) for f in _background(d, slots["lugar"].id, first.id)]
    top = [[headline(lead)]] if d.rng.random() < 0.12 else []
    cut = len(rest) // 2
    return [*top, [lead, *rest[:cut]], [*rest[cut:], *background]]


def _background(d: Discourse, *subjects: str) -> list:
    relations = ("inhabitants", "founded_in", "on_river", "produces", "born_in", "located_in")
    facts = [f for s in subjects for f in d.world.facts_about[s] if f.relation in relations]
    return d.rng.sample(facts, 2)


SPORT_PLAYS = (
    "[En el minuto|Corría el minuto] {m}[, cuando| y] {p} [marcó|estrelló el balón en el palo|remató de cabeza|provocó un "
    "penalti|fue expulsad{o}][ tras un pase de {q}|].".replace("[, cuando| y]", ";")
    .replace("[En el minuto|Corría el minuto] {m};", "En el minuto {m}, "),
    "{e} [dominó|controló] [la primera parte|el centro del campo|el partido], pero [apenas creó ocasiones|{f} supo defenderse|le "
    "faltó puntería].",
    "[El árbitro|La árbitra] [anuló|no vio|señaló] [un gol de {p} por fuera de juego|una falta clarísima al borde del área|una mano "
    "dentro del área].",
    "{q}, que [llevaba meses lesionad{oq}|debutaba en la categoría|había empezado en el banquillo], [salvó|sentenció|cambió] el "
    "partido [con un disparo desde fuera del área|con una parada increíble|en el descuento].",
    "[La lluvia|El viento|El barro] [complicó|frenó] el juego [en la segunda mitad|durante toda la tarde], y [los dos equipos|"
    "los jugadores] [acabaron agotados|buscaron el balón largo].",
    "[La afición|El público|La grada] [cantó|animó|silbó|aplaudió de pie] [hasta el pitido final|durante los noventa minutos|cuando "
    "se lesionó {p}].",
    "«[Hemos sufrido|Merecimos más|Estoy orgulloso de mis jugadores|No hay excusas]», [reconoció|dijo|comentó] [el entrenador|la "
    "entrenadora] de {e}.",
    "Con este resultado, {e} [sube|baja] al {puesto} puesto de la clasificación, [con|a] {k} puntos [del líder|de ventaja sobre {f}]."
    .replace("[con|a] {k} puntos [del líder|de ventaja sobre {f}]", "[a {k} puntos del líder|con {k} puntos]"),
    "El próximo {w}, {e} [visitará|recibirá] a {f} en [partido de Copa|la siguiente jornada].",
)  # fmt: skip


def sports(d: Discourse) -> Paragraphs:
    """The chronicle of a match between two clubs of the world."""
    clubs = [o for o in d.world.organisations if o.kind == "club"]
    home, guest, third = d.rng.sample(clubs, 3)
    goals, against = d.rng.randint(0, 4), d.rng.randint(0, 4)
    verb = "venció a" if goals > against else "empató con" if goals == against else "perdió ante"
    opening = d.say(
        "{e} {v} {f} por {g} a {h} en [un partido [vibrante|gris|muy disputado|con dos partes distintas]|la jornada del "
        "{w}|el derbi de la provincia], [disputado|jugado] [ante {a} espectadores|bajo una lluvia constante|en {lugar}].",
        e=home, f=guest, v=verb, g=in_words(goals), h=in_words(against), w=d.rng.choice(WEEKDAYS),
        a=in_figures(d.rng.randint(2, 38) * 500), lugar=d.world[home.seat],
    )  # fmt: skip
    lines = []
    for template in d.rng.sample(SPORT_PLAYS, d.rng.randint(4, 7)):
        scorer, mate = living(d), living(d)
        slots = {
            "m": in_words(d.rng.randint(3, 89)) if d.rng.random() < 0.4 else str(d.rng.randint(3, 90)),
            "p": mark(scorer.id, scorer.surnames[0]), "q": mark(mate.id, mate.surnames[0]),
            "o": "a" if scorer.gender == "f" else "o", "oq": "a" if mate.gender == "f" else "o",
            "e": home, "f": third if "próximo" in template else guest,
            "puesto": d.rng.choice(("primer", "segundo", "tercer", "cuarto", "quinto", "último")),
            "k": in_words(d.rng.randint(2, 19)), "w": d.rng.choice(WEEKDAYS),
        }  # fmt: skip
        lines.append(d.say(template, **slots))
    return [[opening, *lines[:2]], lines[2:]]


WEATHER = (
    "[Mañana|El {w}|Durante la jornada] [se esperan|habrá|son probables] [lluvias débiles|tormentas|nevadas por encima de los "
    "{m} metros|brumas matinales|chubascos dispersos|heladas] en {z}.",
    "[Las temperaturas|Las máximas] [subirán|bajarán|apenas cambiarán] en {z}[; se alcanzarán los {t} grados|, con mínimas de {u} "
    "grados|].",
    "[En {z}|En las costas|En las comarcas del interior] el viento soplará [del norte|del sureste|de poniente|con rachas de {v} km/h|"
    "flojo y variable].",
    "[Cielo|Cielos] [despejado|nuboso] en {z}".replace("[Cielo|Cielos] [despejado|nuboso]", "[Cielo despejado|Cielos nubosos|Intervalos "
    "nubosos]") + "[, con [claros por la tarde|calima|nubes altas]|].",
    "[No se descarta|Es posible] que [llueva|nieve|granice] [al atardecer|de madrugada] cerca de {l}; [convendría|conviene] [llevar "
    "paraguas|extremar la precaución en la carretera|proteger las plantas del frío].",
    "Si [la borrasca|el anticiclón] [se desplaza|avanza] hacia el [norte|este|sur|oeste], [el fin de semana|el {w}] [será|podría ser] "
    "[más frío|más cálido|más seco|más húmedo] que el anterior.",
    "En {l}, la mínima fue de {u} [grados|°C] y la máxima, de {t}.",
)  # fmt: skip


def weather(d: Discourse) -> Paragraphs:
    """The forecast for several provinces and towns."""
    provinces = [p for p in d.world.places if p.kind == "provincia"]
    lines = []
    for template in d.rng.choices(WEATHER, k=d.rng.randint(4, 7)):
        low = d.rng.randint(-4, 17)
        lines.append(d.say(
            template, z=d.rng.choice(provinces), l=d.rng.choice(d.world.settlements),
            w=d.rng.choice(WEEKDAYS), m=str(d.rng.randint(8, 22) * 100), v=str(d.rng.randint(3, 11) * 10),
            t=str(low + d.rng.randint(6, 17)), u=str(low),
        ))  # fmt: skip
    return [lines]


OPINION = (
    "[Hay quien sostiene|Se oye a menudo|Algunos repiten] que <el:asunto> [es un lujo|no interesa a nadie|depende solo del dinero]; "
    "[sin embargo|a mi juicio|en realidad], [ocurre lo contrario|basta mirar <el:lugar> para dudarlo].",
    "[No se trata de|El problema no es] [gastar más|copiar a otros|volver al pasado], sino de [escuchar a <los:oficio>|cuidar <el:lugar>|"
    "explicar <el:medida> con claridad].",
    "¿[De qué sirve|Para qué queremos] <un:obra_pública> si [nadie puede llegar hasta <el:lugar>|cerramos <el:edificio>|no hay quien "
    "[l{lo}|] atienda]?".replace("[l{lo}|] atienda", "atienda al público"),
    "[Mientras|Aunque] [los políticos discuten|los expertos hablan] de <el:asunto>, <los:oficio> [siguen esperando|hacen cuentas|"
    "se marchan a la capital].",
    "[Es urgente|Conviene|Sería deseable|Me gustaría] que [el ayuntamiento|la provincia|quien gobierna] [invierta|pensara|piense] [más "
    "|]en <el:asunto>.".replace("[invierta|pensara|piense]", "[invirtiera|pensara]"),
    "[Mi <n:familiar>|<un:oficio> de {lugar}] [decía|solía repetir] que «<un:idea> [vale|pesa|dura] más que <un:objeto>», y [no le "
    "faltaba razón|aún hoy me parece cierto].",
    "[Cuanto más se habla de|Cuanto menos se invierte en] <el:asunto>, [más|menos] [necesario|evidente] parece que [<los:oficio> "
    "participen|se apruebe <el:medida>].",
    "[Quizá|Tal vez] [exagere|me equivoque|sea tarde], pero [prefiero|defiendo] <un:idea> [útil |]a <un:idea>[ cómod~o/m|]."
    .replace("[útil |]", "").replace("[ cómod~o/m|]", ""),
    "[En definitiva|En resumen|Por todo ello], <el:asunto> no [puede|debe] [esperar|depender de <el:medida>]: [nos va en ello <el:idea> "
    "de nuestros hijos|o lo cuidamos entre todos o lo perderemos].",
    "Recuerdo que, [de niño|hace años|una tarde de verano], <el:lugar> [estaba lleno de <los:animal>|olía a <n:bebida>|parecía no tener "
    "fin]; hoy [queda <un:edificio>|apenas hay <bare:planta>|nadie se acuerda].".replace("estaba lleno de <los:animal>", "era el "
    "reino de <los:animal>"),
)  # fmt: skip


def opinion(d: Discourse) -> Paragraphs:
    """A column: claims, concessions, a conclusion, signed."""
    author = living(d)
    place = d.rng.choice(d.world.settlements)
    me = Actor("", author.gender, 0)
    lines = [d.say(t, me, lugar=place) for t in d.rng.sample(OPINION, d.rng.randint(5, 8))]
    cut = d.rng.randint(2, len(lines) - 1)
    signature = d.say("{p}, {o}.", p=mark(author.id, author.name), o=trade(author))
    return [lines[:cut], lines[cut:], [signature]]


QUESTIONS = (
    "¿[Cuándo|Por qué] [decidió|quiso] usted ser {oficio}?|[De niñ~o|A los {k} años|Por casualidad]: $acto.preterite [y ya no hubo vuelta "
    "atrás|y comprendí que aquello era lo mío].",
    "¿Qué recuerda de {lugar}?|[Sobre todo|Muchas cosas|Casi todo]: <el:lugar>, <el:edificio>, [el olor a <n:bebida>|la voz de <su:familiar>]"
    "[... Uno siempre vuelve al lugar donde nació|].".replace("...", "…"),
    "¿Cómo es un día normal [para usted|en su vida]?|Me levanto temprano, $acto.present y, [si puedo|antes de cenar], $acto.present.",
    "¿Le preocupa <el:asunto>?|[Mucho|No tanto como <el:asunto>|Claro que sí]. Si [dependiera|dependiese] de mí, [habría más <bare:obra_pública>|"
    "cambiaría <el:medida> mañana mismo].",
    "¿Qué consejo daría a [los jóvenes|quienes empiezan]?|Que [lean|viajen|escuchen a <los:oficio>|no tengan prisa] y que no [confundan <el:idea> "
    "con <el:idea>|se rindan].",
    "¿Está trabajando en algo nuevo?|[Sí, pero prefiero no hablar de ello|En <un:escrito> sobre <el:asunto>|Estoy terminando <un:escrito>]; "
    "[saldrá|se presentará] en [otoño|primavera|unos meses].",
    "¿[Volvería a|Se arrepiente de] $acto.infinitive/usted?|[Sin dudarlo|Nunca|Depende del día]: [fue|ha sido] <un:idea> [necesari{x}|]."
    .replace(" [necesari{x}|]", ""),
    "Dicen que usted es una persona [difícil|tímida|muy exigente].|[¡Qué va!|Eso dicen.|¿Quién lo dice?] $estado, [nada más|como todo el mundo].",
)  # fmt: skip


def interview(d: Discourse) -> Paragraphs:
    """Questions to a living person and answers in the first person."""
    person = living(d)
    place = d.world[person.birthplace]
    me = Actor("", person.gender, 0)
    intro = d.say(
        "{p} [nos recibe|nos espera] [$sitio|en su casa de {hogar}] [con <un:bebida> en la mano|sin prisa|después de una larga jornada]. "
        "[Es {oficio}|Lleva años trabajando como {oficio}] y [habla despacio|sonríe mucho|mide cada palabra].",
        d.actor(person), p=person, hogar=d.world[person.residence], oficio=trade(person),
    )  # fmt: skip
    turns = []
    for exchange in d.rng.sample(QUESTIONS, d.rng.randint(4, 6)):
        question, _, answer = exchange.rpartition("?|") if "?|" in exchange else exchange.rpartition(".|")
        mark_at_end = "?" if "?|" in exchange else "."
        slots = {"lugar": place, "oficio": trade(person), "k": in_words(d.rng.randint(9, 30), "m", True),
                 "usted": Actor("", person.gender, 2)}  # fmt: skip
        turns.append([d.say(f"—{question}{mark_at_end}", me, "present", **slots)])
        turns.append([d.say(f"—{answer}", me, "present", **slots)])
    return [[intro], *turns]


SCIENCE = (
    "[¿Qué es|¿Cómo se forma|¿De dónde viene] <un:ciencia>? [La respuesta no es sencilla|Durante siglos nadie lo supo|Los libros antiguos daban "
    "explicaciones fantásticas].",
    "<los:ciencia> [están formad{z}|dependen] de".replace("[están formad{z}|dependen] de", "dependen de") + " <bare:ciencia> [y de la temperatura|"
    "que apenas pesan|invisibles a simple vista].",
    "[Cuando|Si] [aumenta|disminuye] la [temperatura|presión|humedad|velocidad], <el:ciencia> [se expande|se contrae|cambia de forma|se vuelve "
    "inestable].",
    "[En {año}|A finales del siglo XIX|Hace unas décadas], [un equipo de {org}|varios investigadores] [demostró|comprobó|observó] que <el:ciencia> [puede "
    "durar millones de años|se mueve más deprisa de lo que se creía|influye en <el:ciencia>].".replace("varios investigadores", "una "
    "investigadora"),
    "Para [entenderlo|comprobarlo], basta [llenar <un:recipiente> de agua|mirar <un:planta> con una lupa|dejar <un:objeto> al sol] y [esperar|anotar lo "
    "que ocurre|medir el tiempo].",
    "A diferencia de <el:ciencia>, <el:ciencia> no [necesita luz|conduce la electricidad|se disuelve en agua|emite calor].",
    "Se calcula que [existen|hay] más de {n} especies de [pingüinos|hormigas|helechos|orquídeas|bacterias|murciélagos], [de las cuales|y] muchas "
    "[siguen sin describirse|están en peligro].".replace("[de las cuales|y]", "y"),
    "[Por eso|De ahí que se diga que|Así se explica que] <los:animal> [migran|hibernan|cantan] [cada invierno|al amanecer|cuando escasea el alimento]."
    .replace("|Así se explica que", ""),
    "[La lingüística|La geología|La química|La meteorología|La biología] [estudia|intenta explicar] por qué <el:ciencia> [varía|desaparece|se repite] "
    "[de un lugar a otro|con el tiempo].",
    "[Todavía|Aún] se ignora si <el:ciencia> [fue|es] [anterior|posterior] a <el:ciencia>; [harán falta|serán necesarios] [más datos|nuevos "
    "experimentos].",
)  # fmt: skip


def science(d: Discourse) -> Paragraphs:
    """A popular explanation, with questions, experiments and doubts."""
    institutes = [o for o in d.world.organisations if o.kind in ("instituto", "universidad")]
    lines = [
        d.say(t, año=str(d.rng.randint(1930, 2023)), org=d.rng.choice(institutes),
              n=in_figures(d.rng.randint(2, 90) * 100))
        for t in d.rng.sample(SCIENCE, d.rng.randint(5, 9))
    ]  # fmt: skip
    cut = d.rng.randint(2, len(lines) - 1)
    return [lines[:cut], lines[cut:]]
