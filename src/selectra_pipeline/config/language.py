"""What the cleaning of web text has to know of a language."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Language:
    """Thresholds and phrases of one language; the keys of `CleaningConfig` that are left out.

    Shares are of the whole document. The phrases of boilerplate are in lower case.
    """

    stop_words: tuple[str, ...]
    min_word_length: float
    max_word_length: float
    min_alphabetic_words: float
    max_repeated_lines: float
    max_top_ngrams: tuple[float, ...]
    max_repeated_ngrams: tuple[float, ...]
    min_punctuated_lines: float
    max_lines_per_word: float
    cookies: tuple[str, ...]
    javascript: tuple[str, ...]
    legal: tuple[str, ...]
    read_more: tuple[str, ...]
    sharing: tuple[str, ...]
    navigation: tuple[str, ...]


# Thresholds and stop words: FineWeb-2's for Spanish, configs/spa_Latn.yml of
# github.com/huggingface/fineweb-2. The phrases are ours.
SPANISH = Language(
    stop_words=(
        *("de", "la", "en", "el", "y", "a", "que", "del"),
        *("los", "se", "por", "un", "con", "una", "las", "su"),
    ),
    min_word_length=4.0,
    max_word_length=14.0,
    min_alphabetic_words=0.825,
    max_repeated_lines=0.265,
    max_top_ngrams=(0.077, 0.097, 0.112),
    max_repeated_ngrams=(0.152, 0.137, 0.123, 0.114, 0.107, 0.099),
    min_punctuated_lines=0.3,
    max_lines_per_word=0.171,
    cookies=(
        "utilizamos cookies",
        "usamos cookies",
        "utiliza cookies",
        "usa cookies",
        "emplea cookies",
        "cookies propias",
        "cookies de terceros",
        "uso de cookies",
        "uso de las cookies",
        "política de cookies",
        "aceptar cookies",
        "aceptar todas las cookies",
        "acepta las cookies",
        "aceptas las cookies",
        "rechazar cookies",
        "configurar cookies",
        "configuración de cookies",
        "configuración de las cookies",
    ),
    javascript=(
        "activar javascript",
        "active javascript",
        "activa javascript",
        "activado javascript",
        "habilitar javascript",
        "habilite javascript",
        "habilita javascript",
        "habilitado javascript",
        "javascript activado",
        "javascript habilitado",
        "javascript desactivado",
        "javascript deshabilitado",
        "navegador no soporta javascript",
        "please enable javascript",
    ),
    legal=(
        "todos los derechos reservados",
        "reservados todos los derechos",
        "all rights reserved",
    ),
    read_more=(
        "leer más",
        "lee más",
        "leer mas",
        "leer noticia completa",
        "leer artículo completo",
        "seguir leyendo",
        "sigue leyendo",
        "continuar leyendo",
        "continúa leyendo",
        "ver más",
        "ver todo",
        "ver todos",
        "ver todas",
        "mostrar más",
        "más información",
        "saber más",
        "read more",
        "te puede interesar",
        "también te puede interesar",
        "también puede interesarte",
        "quizás te interese",
        "noticias relacionadas",
        "artículos relacionados",
        "entradas relacionadas",
        "publicidad",
    ),
    sharing=(
        "compartir",
        "comparte",
        "compartir en facebook",
        "compartir en twitter",
        "compartir en whatsapp",
        "compartir en linkedin",
        "compartir en telegram",
        "compartir en pinterest",
        "compartir en redes sociales",
        "compartir por email",
        "compartir por correo",
        "compartir por correo electrónico",
        "comparte en facebook",
        "comparte en twitter",
        "comparte esto",
        "compartir esto",
        "comparte esta noticia",
        "comparte este artículo",
        "compartir este artículo",
        "enviar por correo",
        "enviar por correo electrónico",
        "enviar por email",
        "enviar a un amigo",
        "imprimir",
        "me gusta",
        "me gusta esto",
        "síguenos",
        "síguenos en",
        "síguenos en facebook",
        "síguenos en twitter",
        "síguenos en instagram",
        "haz clic para compartir",
        "suscríbete",
        "suscríbete a nuestro boletín",
        "copiar enlace",
        "tuitear",
        "twittear",
    ),
    navigation=(
        "inicio",
        "página principal",
        "página anterior",
        "página siguiente",
        "anterior",
        "siguiente",
        "volver",
        "volver arriba",
        "subir",
        "ir al contenido",
        "saltar al contenido",
        "menú",
        "menú principal",
        "buscar",
        "buscador",
        "contacto",
        "contáctanos",
        "contáctenos",
        "quiénes somos",
        "aviso legal",
        "política de privacidad",
        "política de cookies",
        "condiciones de uso",
        "términos y condiciones",
        "mapa del sitio",
        "mapa web",
        "iniciar sesión",
        "cerrar sesión",
        "registrarse",
        "regístrate",
        "mi cuenta",
        "carrito",
        "añadir al carrito",
        "deja un comentario",
        "dejar un comentario",
        "deja una respuesta",
        "responder",
        "entradas antiguas",
        "entradas más recientes",
        "archivo del blog",
    ),
)

LANGUAGES: Mapping[str, Language] = MappingProxyType({"es": SPANISH})
