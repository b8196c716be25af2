"""Common nouns by semantic class, and the adjectives that make sense with each class.

A "^" marks an adjective that may also stand before its noun; an entry of several words is an
invariable modifier ("de madera", "que nadie usaba").
"""

from functools import lru_cache

from selectra_pipeline.corpus.embedded.agreement import Noun

_NOUNS = {
    "objeto": """la caja, el cuaderno, la llave, el paraguas, la lámpara, el espejo, la cesta, el reloj,
        la maleta, el sobre, la botella, la fotografía, el anillo, la moneda, el baúl, la vela, el mapa,
        la brújula, el jarrón, la manta, la figura, el cofre, la medalla, la pluma, el silbato, la cuerda,
        el abanico, el candil, la bolsa, el álbum, la postal, el dedal, el tablero, la linterna, el frasco,
        la campanilla, el muñeco, la peonza, la bandeja, el monedero, el pincel, la pizarra""",
    "mueble": """la mesa, la silla, el armario, la cama, la cómoda, la estantería, el sillón, el banco,
        la mecedora, el escritorio, la alacena, el arcón, el taburete, el aparador, la cuna""",
    "herramienta": """el martillo, la sierra, el destornillador, la tenaza,
        el cincel, el alicate, la cuña, el cepillo, la llave inglesa, el taladro,
        la lima, el serrucho, el berbiquí, la palanca, el punzón""",
    "apero": """la azada, la pala, el rastrillo, la hoz, la carretilla, la podadera, la regadera, el pico,
        la horca, el cubo, la manguera""",
    "comercio": """el mercado, la librería, la panadería, la farmacia, la tienda, el almacén, la ferretería,
        la mercería, la feria, la droguería, el bazar, la papelería""",
    "local": """la posada, la taberna, el café, la cantina, la fonda, la venta, la pastelería, el mesón""",
    "mascota": """el perro, el gato, el caballo, la mula, el burro, la cabra, la tortuga, la yegua,
        el canario, la perra, la gata, el loro""",
    "ropa": """el abrigo, la camisa, el sombrero, la bufanda, el vestido, la falda, el chaleco, la capa,
        el pañuelo, la gorra, el jersey, la chaqueta, el delantal, el cinturón, la blusa, el uniforme""",
    "comida": """el pan, la manzana, el queso, la sopa, el guiso, la tortilla, el bizcocho, la empanada,
        el arroz, el pescado, la ensalada, el membrillo, la galleta, el higo, la pera, el melón, la uva,
        el jamón, la croqueta, el buñuelo, el turrón, la naranja, el pastel, la castaña, el potaje""",
    "bebida": """el café, el té, la leche, el vino, el chocolate, la sidra, el agua/f, la limonada,
        el caldo, la infusión, el zumo, la horchata, el mosto""",
    "escrito": """la carta, el libro, el periódico, la novela, el poema, el informe, el diario,
        el manuscrito, la nota, el artículo, el cuento, la revista, el telegrama, el documento,
        la partitura, el testamento, el catálogo, el prólogo, el expediente, la crónica""",
    "edificio": """la casa, la iglesia, la escuela, el ayuntamiento, la biblioteca, el hospital,
        el mercado, la estación, el teatro, el molino, el castillo, la fábrica, la posada, el museo,
        el taller, la ermita, el palacio, el cuartel, la torre, el faro, el convento, la granja,
        el almacén, el invernadero, la librería, la panadería, la imprenta, la farmacia, el observatorio""",
    "estancia": """la cocina, el salón, el dormitorio, el desván, el sótano, el patio, el pasillo,
        el despacho, la azotea, la despensa, el zaguán, el comedor, la galería, el corral, la terraza""",
    "lugar": """el bosque, la playa, la plaza, el jardín, el puerto, el valle, la montaña, el río,
        la orilla, el camino, la calle, el parque, el puente, la colina, la huerta, el barranco,
        la pradera, la cueva, la laguna, el acantilado, la alameda, el olivar, el pinar, la fuente,
        el arroyo, la isla, la bahía, el páramo, el cementerio, la muralla, la ladera, el embarcadero""",
    "vehículo": """el tren, el autobús, el coche, la bicicleta, el barco, el carro, la barca, el tranvía,
        el camión, la furgoneta, el taxi, la motocicleta, el velero, el tractor, el globo""",
    "animal": """el perro, el gato, el caballo, la vaca, la oveja, el zorro, la cigüeña, el búho,
        la golondrina, el lobo, la mula, el burro, la gallina, el ratón, la liebre, el erizo, la abeja,
        la hormiga, el cuervo, la lechuza, la cabra, el águila/f, la rana, el jabalí, el ciervo, la garza,
        el murciélago, la ardilla, el halcón, la tortuga, el pingüino, la cigarra""",
    "planta": """el olivo, el roble, el rosal, el almendro, la encina, el limonero, la higuera, la parra,
        el ciprés, el pino, la hiedra, el romero, el tomillo, el castaño, el girasol, la lavanda,
        el naranjo, el sauce, el helecho, el nogal, el jazmín, la amapola, el haya/f, el álamo""",
    "persona": """el vecino, la vecina, el niño, la niña, el anciano, la anciana, el forastero,
        la forastera, el viajero, la viajera, el primo, la prima, el hombre, la mujer, el joven, la joven,
        el muchacho, la muchacha, el desconocido, la desconocida, el compañero, la compañera""",
    "oficio": """el panadero, la panadera, el médico, la médica, el maestro, la maestra, el alcalde,
        la alcaldesa, el cartero, la cartera, el carpintero, la carpintera, la costurera, el pastor,
        la pastora, el herrero, la librera, el librero, el jardinero, la jardinera, el pescador,
        la pescadora, el músico, la actriz, el juez, la jueza, el relojero, la relojera, el sacristán,
        la enfermera, el barbero, el farero, la farera, el capitán, la capitana, el boticario,
        la boticaria, el zapatero, la tendera, el molinero, la abogada, el ingeniero, la ingeniera,
        el soldado, el campesino, la campesina, el guardia, la bibliotecaria, el impresor, el notario""",
    "familiar": """el padre, la madre, el hermano, la hermana, el abuelo, la abuela, el tío, la tía,
        el hijo, la hija, el primo, la prima, el sobrino, la sobrina, el cuñado, la nieta, la madrina,
        el padrino, la suegra, el yerno""",
    "sentimiento": """la alegría, la tristeza, el miedo, la nostalgia, la vergüenza, el orgullo,
        la paciencia, la envidia, la esperanza, el asombro, la ternura, el rencor, la gratitud,
        la curiosidad, el cansancio, la calma, la rabia, el alivio, la melancolía, la compasión""",
    "idea": """el recuerdo, la promesa, el secreto, la duda, el proyecto, la pregunta, la respuesta,
        la verdad, el error, la idea, el sueño, la decisión, el problema, la razón, la costumbre,
        el desengaño, la mentira, la sospecha, la excusa, el consejo, la noticia, la historia""",
    "cuerpo": """la mano, el brazo, el hombro, la rodilla, el pie, el codo, el tobillo, la muñeca""",
    "tiempo": """la tormenta, la lluvia, la niebla, la nevada, el viento, la helada, el granizo,
        la brisa, el calor, el frío, la escarcha, la llovizna, el rocío""",
    "instrumento": """la guitarra, el violín, el piano, la flauta, el tambor, la trompeta, el arpa/f,
        el acordeón, el clarinete, el órgano, el violonchelo, la bandurria, el oboe""",
    "material": """la madera, el hierro, el barro, la piedra, el vidrio, la lana, el cuero, el cobre,
        el papel, la plata, el mármol, el corcho, la seda, el lino, el estaño, la cera""",
    "ciencia": """la célula, el planeta, la molécula, la bacteria, el glaciar, el volcán, la galaxia,
        el cometa, la proteína, el mineral, la marea, el átomo, la órbita, la raíz, la semilla,
        el ecosistema, la neurona, el fósil, la corriente, el sedimento, el metal, el virus, la onda""",
    "asunto": """la vivienda, el transporte, la educación, la sanidad, la limpieza, el agua/f, el ruido,
        el turismo, el comercio, la cultura, la seguridad, el empleo, la energía, la agricultura,
        el patrimonio, el reciclaje, la pesca, la lectura, el deporte, la industria""",
    "obra_pública": """el puente, la carretera, la escuela, el hospital, la biblioteca, el mercado,
        la plaza, la estación, el depósito, el polideportivo, la residencia, el parque, el museo,
        la depuradora, el teatro, la piscina, el carril bici, el aparcamiento, la guardería""",
    "medida": """la ley, la ordenanza, la reforma, la subvención, el impuesto, el convenio, el plan,
        la tasa, la licencia, el presupuesto, el acuerdo, la norma, el reglamento, la propuesta""",
    "hortaliza": """la cebolla, la zanahoria, el pimiento, el tomate, la patata, la calabaza, el puerro,
        el calabacín, la berenjena, el nabo, la acelga, la alcachofa, la judía, el espárrago""",
    "recipiente": """la cazuela, la sartén, la olla, la fuente, el cuenco, el molde, la bandeja,
        la cacerola, el mortero, la jarra, el plato""",
}  # fmt: skip

_ADJECTIVES = {
    "objeto": """viejo^ pequeño^ antiguo^ roto nuevo^ brillante pesado ligero azul verde rojo negro dorado
        polvoriento valioso olvidado diminuto extraño hermoso^ oxidado redondo cuadrado estrecho
        |de madera|de cobre|de cristal|de hojalata|de plata|que nadie usaba|con iniciales""",
    "mueble": "viejo^ antiguo^ sólido pesado cojo barnizado oscuro |de nogal|de roble|de caoba|sin pintar",
    "herramienta": "afilado viejo^ oxidado pesado nuevo^ prestado útil |de hierro|de mango largo",
    "apero": "viejo^ oxidado nuevo^ ligero |de mango largo|de hierro",
    "comercio": "viejo^ pequeño^ antiguo^ nuevo^ cercano |de la plaza|de la esquina|de la calle Mayor",
    "local": "viejo^ antiguo^ ruidoso oscuro famoso |de la plaza|del puerto|del camino",
    "mascota": "viejo^ joven fiel manso blanco negro cojo inseparable querido^",
    "ropa": "viejo^ nuevo^ gris negro elegante ajustado remendado húmedo caro |de lana|de lino|a rayas",
    "comida": "caliente frío dulce tierno sabroso delicioso^ casero rancio maduro",
    "bebida": "caliente frío amargo dulce fresco |con canela|sin azúcar",
    "escrito": "largo^ breve^ antiguo^ anónimo urgente inédito amarillento famoso célebre incompleto secreto "
        "|sin firma|con tachaduras|de varias páginas",
    "edificio": """viejo^ antiguo^ abandonado enorme^ blanco silencioso pequeño^ ruinoso moderno cercano
        luminoso modesto^ |de piedra|de ladrillo|de dos plantas|con balcones""",
    "estancia": "oscuro amplio^ estrecho fresco silencioso desordenado luminoso húmedo vacío",
    "lugar": """tranquilo lejano^ verde desierto cercano profundo hermoso^ solitario umbrío pedregoso viejo^
        antiguo^ inmenso^ silencioso frondoso |con mucha gente|sin nombre|entre la niebla""",
    "vehículo": "viejo^ lento rápido rojo blanco abarrotado nuevo^ ruidoso averiado pequeño^ puntual",
    "animal": "pequeño^ salvaje manso viejo^ joven hambriento asustado veloz negro blanco pardo herido astuto",
    "planta": "viejo^ joven seco florido frondoso centenario enfermo retorcido silvestre",
    "persona": """alto delgado amable tímido curioso pobre^ viejo^ joven elegante silencioso terco
        distraído pelirrojo sonriente hablador serio simpático burlón cansado""",
    "oficio": """viejo^ joven amable sabio paciente hábil orgulloso terco generoso honrado famoso trabajador
        prudente célebre cansado""",
    "familiar": "querido^ anciano enfermo pobre^ paciente terco",
    "sentimiento": "profundo^ inmenso^ extraño^ repentino secreto antiguo^ inexplicable amargo dulce^",
    "idea": "viejo^ extraño^ absurdo brillante difícil sencillo doloroso inesperado terrible^ útil nuevo^",
    "cuerpo": "izquierdo derecho",
    "tiempo": "fuerte^ frío repentino intenso^ persistente largo^ helado violento suave^",
    "instrumento": "viejo^ antiguo^ desafinado valioso prestado sencillo",
    "material": "oscuro noble duro fino blando pulido",
    "ciencia": "pequeño^ antiguo^ enorme^ invisible frágil desconocido raro diminuto complejo",
    "asunto": "público local rural urbano municipal",
    "obra_pública": "nuevo^ municipal antiguo^ moderno viejo^ amplio futuro^",
    "medida": "nuevo^ municipal reciente polémico discutido antiguo^ provisional",
    "hortaliza": "fresco grande^ mediano maduro tierno",
    "recipiente": "hondo amplio^ limpio |de barro|de hierro|de acero",
}


@lru_cache(maxsize=None)
def nouns(name: str) -> tuple[Noun, ...]:
    """The nouns of a class.

    Raises:
        KeyError: there is no such class; its name is misspelt in a template.
    """
    return tuple(Noun.parse(" ".join(entry.split())) for entry in _NOUNS[name].split(","))


@lru_cache(maxsize=None)
def adjectives(name: str) -> tuple[str, ...]:
    """The adjectives and modifiers of a class, those that may precede marked with "^"."""
    single, *modifiers = _ADJECTIVES[name].split("|")
    return (*single.split(), *(modifier.strip() for modifier in modifiers))
