"""The raw material of invented names: first names, surnames, pieces of place names and titles."""

FIRST_NAMES_F = """Águeda Alba Amparo Ana Ángela Aurora Beatriz Begoña Belén Blanca Camila Candela
Carmen Catalina Celia Clara Concepción Consuelo Cristina Dolores Elena Elisa Elvira Emilia Encarnación
Esperanza Estíbaliz Eulalia Fátima Gloria Graciela Guadalupe Inés Irene Isabel Jimena Josefa Julia
Laura Leonor Lucía Luisa Luz Magdalena Manuela Margarita María Marina Marta Matilde Mercedes Mónica
Natalia Nieves Noemí Nuria Olalla Paloma Paula Pilar Raquel Remedios Rocío Rosalía Rosario Sara
Silvia Sofía Soledad Teresa Úrsula Valentina Valeria Verónica Victoria Violeta Virginia Ximena
Yolanda""".split()

FIRST_NAMES_M = """Adrián Agustín Alberto Alejandro Alfonso Álvaro Andrés Ángel Antonio Arturo
Baltasar Bartolomé Benito Bernardo Bruno Carlos César Claudio Cristóbal Damián Daniel Darío David
Diego Domingo Eduardo Efraín Elías Emilio Enrique Ernesto Esteban Eugenio Fabián Federico Felipe
Félix Fermín Fernando Francisco Gabriel Gaspar Gerardo Germán Gonzalo Gregorio Guillermo Gustavo
Héctor Hernán Hugo Ignacio Íñigo Isidro Iván Jacinto Jaime Javier Jerónimo Jesús Joaquín Jorge José
Juan Julián Leandro León Leopoldo Lorenzo Lucas Luis Manuel Marcelo Marcos Mariano Mario Martín Mateo
Matías Mauricio Melchor Miguel Moisés Nicolás Octavio Óscar Pablo Pedro Rafael Ramiro Ramón Raúl
Ricardo Roberto Rodrigo Rubén Salvador Samuel Santiago Saturnino Sebastián Sergio Simón Tomás Valentín
Vicente Víctor Zacarías""".split()

SURNAMES = """Abellán Acosta Aguilera Alarcón Alcántara Almansa Álvarez Andrade Aranda Arévalo Arroyo
Avellaneda Ávila Baena Barrientos Barrios Bastida Becerra Benavides Bermúdez Blasco Bravo Briones
Bustamante Caballero Cabrera Cáceres Calderón Calleja Camacho Cárdenas Carrasco Carvajal Castaño
Castellanos Centeno Céspedes Cifuentes Contreras Córdoba Cornejo Cortés Crespo Cuéllar Delgado Díaz
Domínguez Durán Echeverría Escalante Espinosa Esquivel Estévez Expósito Fajardo Farías Fernández
Figueroa Fonseca Fuentes Galán Gálvez Gamboa García Garrido Gayoso Gil Godoy Gómez González Granados
Grijalba Guerrero Guijarro Güemes Gutiérrez Guzmán Heredia Hernández Herranz Hidalgo Hinojosa Huertas
Hurtado Ibáñez Iglesias Infante Iriarte Izquierdo Jaramillo Jáuregui Jiménez Jordán Jurado Lafuente
Lara Larrañaga Ledesma Leiva León Lizarraga Llorente Lobato Lozano Luján Machuca Madrigal Maldonado
Manrique Manzano Marín Márquez Martínez Mejía Méndez Mendoza Menéndez Miranda Molina Monreal Montero
Montes Mora Morales Moreno Moya Mújica Muñoz Murillo Narváez Navarrete Nieto Noriega Núñez Ocampo
Ochoa Ojeda Olivares Olmedo Ordóñez Orellana Ortega Ortiz Osorio Otero Pacheco Padilla Palacios Palma
Paredes Peláez Peña Peñalver Pérez Pineda Pizarro Quesada Quintanilla Quiñones Quiroga Ramírez Rangel
Redondo Requena Rincón Ríos Rivera Robles Rodríguez Rojas Román Romero Rosales Rubio Ruiz Salazar
Salcedo Salgado Sánchez Sandoval Santillán Saavedra Segovia Sepúlveda Serrano Sigüenza Solís Soriano
Soto Suárez Tamayo Tapia Tejada Téllez Toledano Toro Torres Trujillo Ugarte Urbina Uribe Urrutia Valdés
Valenzuela Valverde Vargas Vázquez Vega Velasco Vélez Vera Vicuña Villalba Villanueva Villegas Yáñez
Zabala Zamora Zapata Zárate Zorrilla Zúñiga""".split()

# Heads of compound place names by gender; nouns follow some of them, adjectives agree with all.
PLACE_HEADS = {
    "m": "Monte Campo Puente Hoyo Soto Castil Cerro Prado".split(),
    "f": "Villa Fuente Torre Peña Casa Agua Piedra Roca".split(),
}
PLACE_HEADS_OF_NOUNS = "Valde Mira Villa Fuente Castil Peña Monte Soto Torre".split()
PLACE_ADJECTIVES = """albo bermejo blanco bravo claro frío hermoso hondo largo mayor oscuro pardo pinto
rubio seco sereno solo verde quemado redondo""".split()
PLACE_NOUNS = """arce arenas ascuas cañas cardos ceniza cierzo cuervo espinas gamo garza gredos halcón
hiedra lobos lumbre luna madroño miel mimbre nieve olmos plata quejigo ranas robles romero salvia sauce
tejo trigo umbría zarza""".split()
PLACE_STEMS = """Aranz Azuel Balb Barc Bercian Bolañ Burguil Cabañ Carboner Cazorl Cogoll Escob Esparrag
Fresned Garbanz Grañ Guadam Güejar Hinojal Horcaj Jarandil Labraz Ledañ Lentisc Maguil Marañ Mengíb
Moral Nogal Noguer Orbañ Ortigal Pedroñ Pinill Quintañ Retam Riofr Sabin Sanzol Tamaral Tomill Trujal
Uclañ Velill Yeguer Zafrill Zarzal""".split()
PLACE_ENDINGS = "ares ejo ejos eda edo ena era eros eta ete illa illo ón osa uela uelo".split()
SAINTS = """San Telmo|San Íñigo|San Froilán|San Millán|San Ginés|Santa Águeda|Santa Olalla|Santa Úrsula|
San Cebrián|Santa Eufemia|San Pelayo|Santa Brígida""".replace("\n", "").split("|")
PLACE_EPITHETS = """de la Vega|del Páramo|de las Salinas|de los Caballeros|de la Ribera|del Camino|
de la Sierra|del Mar|de los Infantes|de Abajo|de Arriba|del Pinar""".replace("\n", "").split("|")
RIVERS = """Adaraz Beleño Cárdeno Durbión Esaro Guadalmira Lóriga Órbice Salmoral Tormeña Ulvés
Zarimán""".split()
MOUNTAINS = """pico Almenar|sierra de Alcaraván|peñón del Águila|monte Carrascal|sierra Bermeja|
pico de las Ánimas|sierra de Güémez|monte Ardiel""".replace("\n", "").split("|")
ISLANDS = ["isla de Órzola", "isla Escarpada", "isla de los Cormoranes", "isla Mayor"]
PRODUCTS = """aceite|vino|cerámica|queso|miel|azafrán|cerezas|lana|papel|vidrio|sal|almendras|
calzado|muebles|conservas de pescado|naranjas|mármol|barcos|relojes|guitarras|tejidos|corcho|
castañas|cuchillos|pimentón|sidra""".replace("\n", "").split("|")

TITLE_NOUNS = """la casa|el espejo|el invierno|la sombra|el río|la ceniza|el silencio|la frontera|
el jardín|la estación|el reloj|la ciudad|el faro|el naufragio|la memoria|el viento|la herencia|
el puente|la lluvia|el mapa|la promesa|el umbral|la campana|el laberinto|la espera|el regreso|
la madrugada|el secreto|la orilla|el desván|la cosecha|el ángel|la vergüenza|el año|la niña|
el relojero|la nieve|la niebla|el pájaro|la raíz|el páramo|la música|el último tren|la piedra|
la isla|el corazón|la lengua|el huésped|la cárcel|el órgano""".replace("\n", "").split("|")
TITLE_ADJECTIVES = """roto|dormido|invisible|ajeno|perdido|blanco|eterno|último|amargo|oscuro|
infinito|prestado|desierto|azul|ardiente|callado|imposible|antiguo|pequeño|lejano|inmóvil|secreto|
mudo|ciego|nocturno|inútil|breve""".replace("\n", "").split("|")
TITLE_PHRASES = """Nadie duerme en {lugar}|Cuando {el_n} calla|Donde empieza {el_n}|Lo que sabe {el_n}|
Después de {el_n}|Cartas desde {lugar}|Bajo {el_n}|Elogio de {el_n}|Viaje a {lugar}|Los días de
 {lugar}|Contra {el_n}|Ni {el_n} ni {el_m}|{el_n} y {el_m}|Siete noches en {lugar}|¿Quién teme a
 {el_n}?|Regreso a {lugar}|Las tardes de {lugar}""".replace("\n", "").split("|")
THEMES = """la memoria de una familia|la vida en el campo|la guerra vista por un niño|el exilio|
la soledad de las grandes ciudades|el oficio de los pescadores|la historia de un pueblo que desaparece|
el amor entre dos ancianos|la avaricia|las migraciones|el paso del tiempo|la amistad|un crimen sin
 culpable|la infancia|la sequía|la construcción de un puente|el mar y quienes viven de él|la injusticia|
los últimos días de un imprentero|una expedición fracasada|la locura de un rey|el trabajo en las minas|
los celos|un viaje en tren|la enfermedad y la esperanza|los jardines abandonados""".replace(
    "\n", ""
).split("|")
FIELDS = """botánica|química|física|lingüística|historia|medicina|astronomía|geología|matemáticas|
pedagogía|arqueología|arquitectura|agricultura|oceanografía|filosofía|meteorología""".replace(
    "\n", ""
).split("|")
TRADES = """zapatos|muebles|conservas|tejidos|turbinas|bicicletas|juguetes|papel|vidrio|cerveza|
tractores|instrumentos de cuerda|pinturas|medicamentos|baldosas|galletas|lámparas|paraguas""".replace(
    "\n", ""
).split("|")

# Profession (masculine): the organisation that employs it, and what it creates, if anything.
PROFESSIONS = {
    "novelista": ("", "novela"), "poeta": ("", "poemario"), "ensayista": ("", "ensayo"),
    "dramaturgo": ("teatro", "obra de teatro"), "cineasta": ("", "película"),
    "pintor": ("", "cuadro"), "escultor": ("", "escultura"), "compositor": ("orquesta", "sinfonía"),
    "cantante": ("", "canción"), "periodista": ("periódico", ""), "profesor": ("universidad", ""),
    "historiador": ("universidad", "ensayo"), "lingüista": ("universidad", "ensayo"),
    "médico": ("hospital", ""), "cirujano": ("hospital", ""), "enfermero": ("hospital", ""),
    "botánico": ("instituto", ""), "químico": ("instituto", ""), "geólogo": ("instituto", ""),
    "astrónomo": ("instituto", ""), "ingeniero": ("empresa", ""), "empresario": ("empresa", ""),
    "futbolista": ("club", ""), "entrenador": ("club", ""), "alcalde": ("ayuntamiento", ""),
    "arquitecto": ("ayuntamiento", ""), "violinista": ("orquesta", ""), "actor": ("teatro", ""),
    "fotógrafo": ("periódico", ""), "bibliotecario": ("universidad", ""),
    "conservador": ("museo", ""), "editor": ("editorial", ""), "abogado": ("", ""),
    "carpintero": ("", ""), "panadero": ("", ""), "maestro": ("", ""), "ciclista": ("", ""),
    "ceramista": ("", ""), "agricultor": ("", ""), "relojero": ("", ""), "pescador": ("", ""),
}  # fmt: skip
