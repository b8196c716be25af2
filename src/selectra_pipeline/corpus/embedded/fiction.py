"""Genres that tell: the short story with dialogue, the letter, the diary."""

from selectra_pipeline.corpus.embedded.numerals import MONTHS, WEEKDAYS, in_words
from selectra_pipeline.corpus.embedded.phrasing import Actor
from selectra_pipeline.corpus.embedded.sentences import Discourse
from selectra_pipeline.corpus.embedded.surface import Sentence, mark
from selectra_pipeline.corpus.embedded.world import Person

Paragraphs = list[list[Sentence]]

# Past narration of one subject: {s} may be empty, {n} is never.
NARRATION = (
    "[$momento, |]{s} $acto[ $subordinada|].",
    "[$momento, |]{s} $acto.",
    "{s} $acto[, pero |; |. ][después |enseguida |a los pocos minutos |luego ]$acto.",
    "Al $acto.infinitive, {s} $acto.",
    "[Después de|Tras|Antes de|Sin] $acto.infinitive, {s} $acto.",
    "Mientras {s} $acto.imperfect, $cuadro.",
    "Cuando {s} $acto, $cuadro.",
    "{s} ya $acto.pluperfect cuando $cuadro_pret.",
    "Si {s} $acto.pluperfect_subjunctive, [quizá|tal vez|seguramente] $acto.conditional_perfect.",
    "{s} [@querer.imperfect|@necesitar.imperfect|@esperar.imperfect|@soler.imperfect|@acabar.imperfect"
    " de|@estar.imperfect a punto de|@tener.imperfect que|@pensar.imperfect] $acto.infinitive[ $subordinada|].",
    "{s} [@seguir|@continuar|@pasar la tarde|@estar un buen rato] $acto.gerund[, y $cuadro|].",
    "Nadie [sabía|imaginaba|creía] que {s} $acto.pluperfect.",
    "[Era|Parecía|No era] [necesario|imposible|extraño|normal] que {s} $acto.past_subjunctive.",
    "$cuadro, [y|pero|así que|y sin embargo|de modo que] {s} $acto.",
    "$cuadro; {s} $estado.imperfect.",
    "{s} $estado.imperfect[ $subordinada|][ y $cuadro|].",
    "{s} no $acto ni $acto: [se diría que|al parecer,] $estado.imperfect.",
    "[¡Qué [silencio|frío|alivio|viaje tan largo|noche tan oscura|lejos quedaba todo]!|¡Cuántas cosas habían "
    "cambiado!] {s} $acto.",
    "¿[Por qué|Cuándo|Para qué] $acto.pluperfect? {s} no lo sabía; $cuadro.",
    "A {n} {s.le} [gustaba|costaba|daba miedo|parecía imposible|divertía] $acto.infinitive.",
    "<el:oficio> [dijo|juró|contó] que <un:animal> había [cruzado <el:lugar>|entrado en <el:edificio>|"
    "dormido en <el:vehículo>], pero [nadie|ni siquiera <el:oficio>] lo creyó.",
    "Cuanto más @pensar.imperfect en <el:idea>, [más|menos] [ganas|miedo|necesidad] @sentir.imperfect de "
    "$acto.infinitive.",
)  # fmt: skip
MEETINGS = (
    "[Entonces|En ese momento|Poco después|Por fin] [apareció|llegó|se acercó] {t}, que $estado.imperfect/t.",
    "$momento, {s} [se encontró|tropezó|coincidió] con {t} $sitio.",
    "{t}, que $acto.pluperfect/t, [se detuvo|lo vio todo] $sitio.",
)
# Exchanges between two people who say "tú": question or remark | answer.
EXCHANGES = (
    "¿Has visto <el:objeto=o> de <su:familiar>?|[No, pero|Sí,] creo que {o.lo} dejaste en <el:estancia>",
    "¿[Adónde|Por dónde] vas con <un:objeto> a estas horas?|Voy $destino: [me espera <el:oficio>|tengo que hablar con <el:oficio>]",
    "¿Por qué no me lo dijiste antes?|Porque [no quería que sufrieras|tenía miedo de perderte|nadie me lo preguntó|me daba vergüenza]",
    "¿Cuánto [cuesta|vale|pides por] <el:objeto>?|[Depende|Mucho|No está en venta]; <el:oficio> me ofreció {n_monedas} monedas",
    "¿Te acuerdas de <el:lugar>?|[Claro|Cómo no]: [allí|fue allí donde] [aprendimos a nadar|encontramos <un:animal>|nos despedimos de <el:familiar>]",
    "Si pudieras volver [atrás|a empezar], ¿qué harías?|$acto.conditional/yo, [supongo|sin dudarlo|aunque nadie lo entendiera]",
    "¡[Date prisa|No te quedes ahí|Ven aquí|Escúchame]!|Espera, que [me falta <el:ropa>|no encuentro <el:objeto>|se me ha olvidado <el:escrito>]",
    "¿Es verdad que $acto.perfect/tú?|[Es mentira|Sí|A medias]: [solo|también] $acto.perfect/yo",
    "Dicen que <el:oficio> $acto.future/él [mañana|esta noche|el domingo]|¡[Imposible|Qué disparate|Ya era hora]! [Nadie|Ni siquiera <su:familiar>] lo creería",
    "¿Quieres <un:comida> o prefieres <un:bebida>?|[Prefiero <el:bebida>|Las dos cosas|Nada, gracias]; [llevo todo el día sin comer|he dormido mal|tengo prisa]",
    "¿Quién ha escrito <este:escrito>?|[No lo sé|Nadie lo sabe|Fui yo]; [la letra es de <un:oficio>|estaba en <un:mueble>|lo trajo <un:persona>]",
    "No creo que [llegue <el:vehículo>|venga <el:oficio>|podamos cruzar <el:lugar>] antes de [las diez|la noche|la tormenta]|Entonces [esperaremos $sitio|iremos a pie|volveremos mañana]",
    "Ojalá [lloviera|dejara de llover|estuviera aquí <su:familiar>|tuviéramos <un:vehículo>]|[No te quejes|Ten paciencia|Todo llega]: [peor fue el invierno pasado|mañana será otro día|ya nos arreglaremos]",
    "¿Qué llevas en <el:objeto>?|[Nada importante|Adivínalo|Míralo tú]: <bare:comida>, <un:escrito> y <un:objeto>",
    "¿Estás segur{t.o} de que es <el:escrito>?|[Más que nunca|Casi|Ni yo mism{s.o} lo sé]. Anoche $acto.preterite/yo",
    "Te he traído <un:comida> [de parte de <el:oficio>|de casa|para el viaje]|¡Qué [alegría|detalle|sorpresa]! [Muchas gracias|No tenías que molestarte]",
    "¿Y si [nos equivocamos|nos descubren|no volvemos nunca]?|[Pues habrá valido la pena|No digas eso|Ya lo pensaremos cuando ocurra]",
    "Me han ofrecido trabajo en <un:edificio> de la capital|¿Y qué piensas hacer? [Tu <n:familiar>|<el:oficio>] se va a [enfadar|alegrar]",
)  # fmt: skip
ASKING = "[preguntó|quiso saber|insistió|murmuró|repitió]"
SAYING = "[dijo|murmuró|susurró|anunció|comentó|confesó]"
REPLY = "[respondió|contestó|replicó|dijo|admitió|gruñó|añadió|mintió] {t}[, sin levantar la vista|, en voz baja|, con <n:sentimiento>|, encogiéndose de hombros|]"
MORALS = (
    "[Desde aquel día|Desde entonces], {n} no [ha vuelto|volvió nunca] a [$acto.infinitive|hablar de <el:idea>].",
    "[Hay quien dice|Todavía se cuenta|Los viejos aseguran] que, [al anochecer|cuando sopla el viento|en las noches de "
    "luna llena], {n} $acto.present.",
    "Y {s} comprendió, [por fin|demasiado tarde], que [nadie elige <el:idea>|<el:sentimiento> no se compra con "
    "<bare:objeto>|más vale <un:idea> que cien <bare:objeto>|quien pierde <un:objeto> encuentra <un:idea>].",
    "Nunca se supo [si|por qué] {s} $acto.pluperfect.",
    "[Aquella noche|Esa misma tarde], por primera vez en [años|meses|mucho tiempo], {s} [durmió|sonrió|lloró] [de un "
    "tirón|sin miedo|como un niño].",
)  # fmt: skip
_CAST = {"yo": Actor("", "m", 0), "tú": Actor("", "m", 1), "él": Actor("", "m", 2)}


def story(d: Discourse) -> Paragraphs:
    """Somebody, a place, a series of deeds, a meeting, talk, and an end."""
    hero, other = d.rng.sample(d.world.people, 2)
    place = d.rng.choice(d.world.settlements)
    d.named.update((hero.id, other.id))
    hero_full = Actor(mark(hero.id, hero.first), hero.gender, 2)
    friend = Actor(mark(other.id, other.first), other.gender, 2)
    opening = [
        d.say(
            "[En {lugar}|A las afueras de {lugar}|Cerca de {lugar}] [vivía|tenía su casa|se escondía] [hace "
            "[años|tiempo|mucho]|por aquel entonces|] {s}[, que $estado.imperfect|].",
            hero_full, lugar=place,
        ),
        _narrate(d, hero_full, hero_full),
        _narrate(d, hero_full, Actor("", hero.gender, 2)),
    ]  # fmt: skip
    deeds = [_narrate(d, hero_full, _subject(d, hero)) for _ in range(d.rng.randint(2, 5))]
    meeting = [d.say(d.rng.choice(MEETINGS), hero_full, t=friend)]
    meeting += [
        d.say("{s} $acto_con[, y $cuadro|].", _subject(d, hero), t=friend, n=hero_full)
        for _ in range(d.rng.randint(1, 3))
    ]
    talk = dialogue(d, hero_full, friend, d.rng.randint(2, 4))
    after = [_narrate(d, friend, friend)]
    after += [_narrate(d, hero_full, _subject(d, hero)) for _ in range(d.rng.randint(1, 3))]
    moral = d.say(d.rng.choice(MORALS), hero_full, n=hero_full)
    return [opening, deeds, meeting, *talk, [*after, moral]]


def _subject(d: Discourse, person: Person) -> Actor:
    """A known character as the subject: left out, a pronoun, or the first name."""
    roll = d.rng.random()
    if roll < 0.55:
        return Actor("", person.gender, 2)
    if roll < 0.65:
        return Actor("ella" if person.gender == "f" else "él", person.gender, 2)
    return Actor(mark(person.id, person.first), person.gender, 2)


def _narrate(d: Discourse, named: Actor, subject: Actor) -> Sentence:
    return d.say(d.rng.choice(NARRATION), subject, n=named.text or "mí")


def dialogue(d: Discourse, speaker: Actor, hearer: Actor, turns: int) -> Paragraphs:
    """Exchanges between two people, one paragraph a turn, with em dashes."""
    lines = []
    for exchange in d.rng.sample(EXCHANGES, turns):
        remark, _, answer = _split(exchange)
        d.phrasing.slots.update(_CAST, n_monedas=in_words(d.rng.randint(2, 60), "f"))
        verb = ASKING if remark.endswith("?") else SAYING
        told = f" —{verb} {{s}}." if d.rng.random() < 0.7 else ("" if remark[-1] in "?!" else ".")
        replied = f" —{REPLY}." if d.rng.random() < 0.6 else "."
        lines.append([d.say(f"—{remark}{told}", speaker, "present", t=hearer)])
        lines.append([d.say(f"—{answer}{replied}", speaker, "present", t=hearer)])
        speaker, hearer = (hearer, speaker) if d.rng.random() < 0.4 else (speaker, hearer)
    return lines


def _split(exchange: str) -> tuple[str, str, str]:
    """Cut a question from its answer at the bar outside all brackets."""
    depth = 0
    for at, letter in enumerate(exchange):
        depth += {"[": 1, "]": -1}.get(letter, 0)
        if letter == "|" and depth == 0:
            return exchange[:at], "|", exchange[at + 1 :]
    raise ValueError(f"the exchange {exchange!r} has no '|' between question and answer")


LETTER_BODY = (
    "[Te escribo|Te pongo estas líneas|Me siento a escribirte] [$sitio|desde {lugar}], mientras <su:familiar> "
    "[duerme|toca <el:instrumento>|prepara <un:comida>].",
    "[Ayer|Anteayer|El domingo pasado|La semana pasada] $acto[, y me acordé de ti|; te habrías reído|].",
    "[Espero|Deseo|Ojalá] que [estés bien|hayas recibido <el:escrito>|sigas tocando <el:instrumento>|puedas venir pronto].",
    "[No te imaginas|No sabes|Te sorprendería] [cuánto|lo mucho que] [te echo de menos|ha cambiado <el:lugar>|hemos reído con <su:familiar>].",
    "Si [vinieras|vinieses] en [verano|otoño|Navidad], [te enseñaría <el:lugar>|iríamos $destino|prepararíamos <un:comida>].",
    "[<su:familiar>|<el:oficio>] [pregunta por ti|te manda recuerdos|dice que [escribas más|vuelvas pronto]] [cada semana|siempre|desde que te fuiste].",
    "[Dile|Recuérdale] a <su:familiar> que [guardo <su:objeto>|no he olvidado <el:idea>|$acto.future/yo en cuanto pueda].",
    "[Desde que llegué|Estos días|Por las mañanas] $estado; [por las noches|los domingos|a veces] $acto.",
    "¿[Sigues|Seguís] [viviendo cerca de <el:lugar>|trabajando en <el:edificio>]? ¿[Qué fue de <el:objeto>|Quién cuida de <el:mascota>]?",
    "[He decidido|Estoy pensando en|Tengo ganas de] $acto.infinitive[, aunque <su:familiar> no esté de acuerdo|].",
)  # fmt: skip


def letter(d: Discourse) -> Paragraphs:
    """A letter from one person of the world to another, in the first person."""
    sender, receiver = d.rng.sample(d.world.people, 2)
    place = d.rng.choice(d.world.settlements)
    me = Actor("", sender.gender, 0)
    d.phrasing.slots.update(_CAST, yo=me)
    month, year = d.rng.choice(MONTHS), d.rng.randint(1950, 2024)
    date = d.say("{lugar}, {d} de {m} de {a}", me, lugar=place, d=str(d.rng.randint(1, 28)), m=month,
                 a=str(year))  # fmt: skip
    o = "o" if receiver.gender == "m" else "a"
    greeting = d.say("[Querid{o}|Queridísim{o}|Estimad{o}|Mi querid{o}] {p}:", me, o=o,
                     p=mark(receiver.id, receiver.first))  # fmt: skip
    body = d.rng.sample(LETTER_BODY, d.rng.randint(5, 9))
    cut = d.rng.randint(2, len(body) - 2)
    lines = [
        d.say(t, me, "preterite" if "$acto[" in t else "present", lugar=place, n="mí") for t in body
    ]
    closing = d.say("[Un abrazo|Un beso|Recibe un fuerte abrazo|Con todo mi cariño|Hasta pronto|Siempre tuy{s.o}],",
                    me)  # fmt: skip
    signature = d.say("{p}", me, p=mark(sender.id, d.rng.choice((sender.first, sender.name))))
    return [[date], [greeting], lines[:cut], lines[cut:], [closing], [signature]]


def diary(d: Discourse) -> Paragraphs:
    """Days in the first person: a date, what happened, how it felt."""
    me = Actor("", d.rng.choice("mf"), 0)
    day, month = d.rng.randint(1, 20), d.rng.choice(MONTHS)
    monday, entries = d.rng.randint(0, 6), []
    for _ in range(d.rng.randint(2, 4)):
        day += d.rng.randint(1, 2)
        weekday = WEEKDAYS[(day + monday) % 7]
        entries.append([d.say("{w}, {d} de {m}", me, w=weekday, d=str(day), m=month)])
        lines = [_narrate(d, Actor("mí"), me) for _ in range(d.rng.randint(2, 5))]
        lines.append(
            d.say("[Hoy|Esta noche|Ahora mismo] $estado[ y no sé por qué|; mañana $acto.future|].",
                  me, "present")  # fmt: skip
        )
        entries.append(lines)
    return entries
