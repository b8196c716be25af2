"""The rules of the narrative grammar: one alternative a line, in the notation of phrasing.py.

`acto` are verb phrases of human subjects in any tense; `acto_con` are acts upon companion {t};
`cuadro` are whole background clauses in the imperfect; `estado` are predicates that say how
somebody was.
"""

RULES = {
    "vida_hoy": """
        [dirige|tiene] [un taller|una pequeña biblioteca|una escuela nocturna]
        cultiva <bare:hortaliza> y <bare:planta>
        colecciona <bare:objeto>
        @escribir.present [por las mañanas|sus memorias|<un:escrito> cada semana]""",
    "vida_ayer": """
        [dirigió|abrió|fundó] [un taller|una pequeña biblioteca|una escuela nocturna]
        cultivaba <bare:hortaliza> y <bare:planta>
        coleccionaba <bare:objeto>
        [escribió|dejó sin terminar] [sus memorias|<un:escrito>]""",
    "momento": """
        [aquella|una] [mañana|tarde|noche|madrugada]
        al [amanecer|anochecer|mediodía|caer la tarde]
        el [lunes|martes|miércoles|jueves|viernes|sábado|domingo] [por la mañana|por la tarde|]
        [dos|tres|cuatro|cinco|seis] [días|semanas|meses] [después|más tarde]
        a la mañana siguiente
        al cabo de [un rato|una hora|unos minutos|varios días|unas semanas]
        [a principios|a mediados|a finales] de [enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre]
        un día de [invierno|verano|otoño|primavera]
        [poco|mucho|algo] después
        de [pronto|repente]
        antes de [cenar|comer|dormir|salir el sol]
        el día de [Navidad|la feria|la boda|mercado|Reyes|San Juan]
        durante [toda la noche|toda la mañana|varias horas|el viaje|la siesta]
        mientras [llovía|anochecía|sonaban las campanas|todos dormían|hervía el agua]""",
    "modo": """
        [despacio|deprisa|en silencio|sin prisa|a escondidas|con cuidado|de mala gana|a toda prisa|de puntillas]
        con <n:sentimiento>
        sin [decir nada|hacer ruido|mirar atrás|pensarlo dos veces|pedir permiso|despedirse de nadie]
        como [siempre|de costumbre|cada año|si nada hubiera pasado|si no tuviera otra cosa que hacer]
        por [primera|última] vez
        [lenta|tranquila|cuidadosa|alegre|nerviosa|secreta|inesperada]mente""",
    "sitio": """
        en <el:lugar>
        [junto a|cerca de|detrás de|frente a|delante de|al lado de] <el:edificio>
        [en medio de|al otro lado de|a la entrada de] <el:lugar>
        bajo <un:planta>
        en <el:estancia>""",
    "destino": """
        a <el:lugar>
        a <el:edificio>
        hasta <el:lugar>
        hasta <el:edificio>""",
    "estado": """
        @estar [cansad~o|content~o|enferm~o|asustad~o|enfadad~o|tranquil~o|nervios~o|segur~o de todo|muert~o de sueño|orgullos~o|aburrid~o|preocupad~o|distraíd~o|agotad~o]
        @tener [hambre|sed|sueño|miedo|frío|prisa|razón|fiebre|mucha paciencia|buena memoria|poco dinero|ganas de llorar]
        no @saber [qué hacer|adónde ir|leer|nadar|por dónde empezar|a quién creer|mentir]
        no @poder [dormir|olvidar <el:idea>|quedarse quiet~o|pagar el alquiler|creerlo]
        @llevar [días|meses|años] [sin dormir bien|sin noticias de <su:familiar>|pensando en <el:idea>|viviendo de la huerta]
        @echar de menos a <su:familiar>
        @sentir <un:sentimiento>
        @vivir [sol~o|lejos de todo|cerca de <el:lugar>|con <su:familiar>]
        @ser [hij~o de <un:oficio>|la persona más [terca|alegre|callada|generosa] del pueblo|más [fuerte|list~o|paciente] que <su:familiar>]
        @necesitar [dinero|ayuda|tiempo|<un:herramienta>|un abrigo|descansar]""",
    "acto": """
        @abrir [la caja|la maleta|el cofre|el baúl|el sobre|la bolsa|el frasco|la cesta|el monedero|el cajón] [y @mirar dentro|con <un:herramienta>|$modo|que le había dado <su:familiar>]
        @encontrar <un:objeto=o> $sitio [y @guardar+o en el bolsillo|y @limpiar+o con la manga||]
        @comprar <un:objeto=o> [a <un:oficio>|en <el:comercio>] [para <su:familiar>|y @llevar+o a casa|]
        @vender <su:mueble> [a <un:oficio>|por muy poco dinero|]
        @leer <un:escrito> [$sitio|en voz alta|$modo]
        @escribir <un:escrito> [a <su:familiar>|sobre <el:idea>|que @empezar.imperfect con <un:idea>]
        @romper <el:escrito> [en pedazos|$modo]
        @reparar <el:vehículo> con <un:herramienta>
        @salir de <el:edificio> [$modo|con <un:objeto> en la mano]
        @entrar en <el:edificio> [$modo|y @preguntar por <el:oficio>]
        @entrar en <el:local> [y @pedir <un:bebida>|$modo|y @sentarse junto a la ventana|con <su:familiar>]
        @cruzar <el:lugar> [$modo|con <su:mascota>|en <un:vehículo>|]
        @caminar $destino [$modo|]
        @subir $destino [$modo|con <un:objeto>|]
        @volver $destino [en <un:vehículo>|$modo|con <n:sentimiento>]
        @sentarse [$sitio|a la sombra de <un:planta>] [a descansar|para leer <el:escrito>|y @cerrar los ojos]
        @esperar [a <su:familiar>|<el:vehículo>|<un:escrito>] $sitio
        @preparar <un:comida> [y <un:bebida>|para <su:familiar>|para todos|]
        @servir <un:bebida> [a <el:oficio>|a <su:familiar>|en la mesa]
        @comer <un:comida> [$sitio|$modo|]
        @beber <n:bebida> [$sitio|$modo]
        @plantar <un:planta> [en el patio|en la huerta|junto a <el:edificio>]
        @regar <el:planta> [$modo|cada tarde]
        @cortar [<unos:planta>|leña] con [un hacha|una sierra|una hoz] [$modo|para la chimenea|]
        @cuidar de <un:animal=o> [que estaba herid{o.o}|durante meses|]
        @seguir [a <un:oficio>|el rastro de <un:animal>] por <el:lugar>
        @perder <el:objeto> [$sitio|por el camino]
        @esconder <el:objeto=o> [en [un armario|un arcón|una cómoda|un baúl]|en <el:estancia>|bajo <un:planta>|entre la ropa] [para que nadie {o.lo} encontrara|]
        @recordar [<el:idea> de <su:familiar>|a <su:familiar>|aquella tarde en <el:lugar>]
        @olvidar [<el:objeto> en <el:estancia>|<un:idea>|el nombre de <el:lugar>]
        @soñar con [<un:animal>|<un:lugar>|<su:familiar>]
        @aprender a [tocar <el:instrumento>|leer|nadar|hacer <bare:comida>|distinguir <los:planta>]
        @tocar <el:instrumento> [$sitio|$modo|en la fiesta]
        @pintar <un:lugar> [en un lienzo|con acuarelas|]
        @coser <un:ropa> [para <su:familiar>|a la luz de una vela]
        @ponerse <el:ropa> [y @salir a la calle|$modo]
        @quitarse <el:ropa> [en la puerta|$modo]
        @mirar [<el:lugar>|a <su:familiar>|por la ventana|las estrellas] [$modo|con <n:sentimiento>]
        @oír [<un:animal>|<un:vehículo>|<el:instrumento> de <su:familiar>|pasos|un ruido] $sitio
        @descubrir [<un:objeto>|<un:lugar>|<un:idea>] que nadie [conocía|esperaba|había visto antes]
        @construir <un:mueble> [con <n:material>|con sus propias manos|]
        @despedirse de <su:familiar> [$sitio|$modo|con un abrazo]
        @levantarse [temprano|tarde|de la cama|$modo] y @encender la luz
        @acostarse [sin cenar|muy tarde|con <n:sentimiento>]
        @enviar <un:escrito> a <un:oficio> [de la capital|]
        @recibir <un:escrito> [de <un:oficio>|sin remitente|con una noticia [terrible|inesperada|feliz|increíble]]
        @pensar en <el:idea> [$modo|durante horas|]
        @reconocer [{s.su} error|a <un:oficio> entre la gente|la voz de <su:familiar>]
        @elegir <un:objeto> [para <su:familiar>|entre muchos]
        @pedir [<un:bebida>|<un:objeto=o> prestad{o.o}|perdón|ayuda a <un:oficio>|consejo a <su:familiar>]
        @devolver <el:objeto> [a <su:familiar>|a su sitio|sin una palabra]
        @traducir <un:escrito> [palabra por palabra|$modo]
        @medir <el:lugar> [con pasos|$modo]
        @conducir <un:vehículo> [hasta <el:lugar>|$modo]
        @huir de [<el:edificio>|<un:animal>|<el:lugar>] $modo
        @caerse de [un caballo|una bicicleta|un árbol|una mula|un andamio|la escalera|un tejado] y @hacerse daño en <el:cuerpo>
        @averiguar [la verdad|el nombre de <el:oficio>|quién había escrito <el:escrito>|dónde estaba <el:objeto>]
        @dibujar <un:animal> [en <el:escrito>|en la pared|$modo]
        @encender [la chimenea|una hoguera|un candil|la lámpara|una vela|el fuego] [$sitio|$modo]
        @llenar <el:recipiente> de [agua|<n:bebida>|<bare:hortaliza>]
        @contar una historia [triste|larga|divertida|de piratas|verdadera|de fantasmas] a [<su:familiar>|los niños|<un:oficio>]
        @recoger [<bare:hortaliza>|leña|amapolas|romero|setas|moras|piñas|conchas|flores silvestres] [$sitio|con <su:familiar>]
        @vaciar [el armario|la cómoda|el arcón|el baúl|la alacena|el desván|la despensa] [en busca de <un:objeto>|$modo]
        @defender a <su:familiar> [con <n:sentimiento>|delante de todos]
        @negarse a [vender <el:mueble>|hablar de <el:idea>|subir a <un:vehículo>|firmar <el:escrito>]
        @arrepentirse de {s.su} decisión
        @tejer <un:ropa> de lana [para <su:familiar>|]
        @acariciar a <su:mascota> [$modo|]
        @resolver el problema [$modo|con ayuda de <un:oficio>]
        @contemplar <el:lugar> desde [<el:edificio>|la ventana|lo alto]""",
    "acto_con": """
        {t.le} @dar <un:objeto=o> [envuelt{o.o} en papel|de recuerdo|]
        {t.lo} @acompañar $destino
        {t.le} @contar <un:idea> [en voz baja|$modo|]
        {t.lo} @esperar $sitio
        {t.le} @enseñar <un:objeto=o> que había encontrado $sitio
        {t.lo} @invitar a [cenar|tomar <n:bebida>|visitar <el:lugar>|la fiesta]
        {t.le} @prometer que [@volver.conditional pronto|no @decir.conditional nada|@ir.conditional $destino]
        {t.lo} @saludar [$modo|desde lejos|con la mano]
        {t.le} @pedir [<un:herramienta>|perdón|que @decir.past_subjunctive/t la verdad|que no @irse.past_subjunctive/t]
        {t.lo} @abrazar [$modo|con <n:sentimiento>]
        {t.le} @escribir <un:escrito> [muy largo|que nunca @enviar|]
        {t.le} @preguntar [si @querer.imperfect/t <n:bebida>|dónde estaba <el:objeto>|por <su:familiar>]
        {t.lo} @ayudar a [reparar <el:mueble>|recoger <bare:hortaliza>|buscar <el:animal>|terminar <el:escrito>]
        {t.lo} @mirar [a los ojos|de reojo|con <n:sentimiento>]
        {t.le} @explicar <el:idea> [con paciencia|varias veces|lo mejor que @poder]
        {t.lo} @echar de menos [durante años|más que nunca|]
        {t.le} @devolver <el:objeto> [sin una palabra|con <n:sentimiento>]
        {t.lo} @convencer de que [@ser.imperfect <un:idea>|no @valer.imperfect la pena discutir|había que esperar]
        {t.lo} @perdonar [$modo|al fin|]
        {t.le} @regalar <un:ropa=o> [de segunda mano|hech{o.o} a mano|]""",
    "cuadro": """
        [hacía|seguía haciendo] [un frío [terrible|seco|de los que cortan la cara]|mucho calor|un viento insoportable|un día espléndido]
        [llovía|nevaba|amanecía|anochecía] sobre <el:lugar>
        la [niebla|llovizna|escarcha|nevada|lluvia] [cubría|borraba|envolvía] <el:lugar>
        el [viento|temporal|granizo|aguacero] [azotaba|barría|golpeaba] <el:lugar>
        el cielo estaba [cubierto de nubes|limpio|rojo|negro como el carbón|lleno de estrellas]
        [los gallos|los grillos|las ranas|las cigarras] no [callaban|dejaban de sonar]
        <los:animal=a> [dormían|vigilaban|buscaban comida] $sitio
        <un:vehículo> [esperaba|pasaba|se alejaba] [junto a <el:edificio>|por <el:lugar>]
        <los:oficio> [hablaban de <el:idea>|discutían en voz alta|jugaban a las cartas] $sitio
        olía a [<n:bebida>|pan recién hecho|tierra mojada|leña|jazmín|mar|cera|tinta]
        no había [nadie|un alma|luz|ni un solo ruido] $sitio
        en <el:estancia> [quedaba|había|se veía] <un:mueble>
        <el:edificio=o> parecía más [pequeñ|antigu|oscur|bonit]{o.o} que nunca""",
    "subordinada": """
        porque @estar.imperfect [cansad~o|enferm~o|solo con <su:familiar>|segur~o de que nadie {s.lo} veía]
        porque $cuadro
        porque no @haber.imperfect [dormido|comido|recibido <un:escrito>] en [dos|tres] días
        aunque $cuadro
        aunque <su:familiar> no quería
        aunque nadie se lo había pedido
        cuando $cuadro
        mientras <los:oficio> [dormían|charlaban|miraban <el:lugar>]
        sin que <el:oficio> [lo notara|dijera nada|se diese cuenta]
        como si $cuadro_subj
        hasta que $cuadro_pret
        antes de que [llegara <el:tiempo>|saliese <el:vehículo>|fuera demasiado tarde]""",
    "cuadro_subj": """
        no [hubiera|hubiese] [nadie|remedio|mañana|otro camino]
        [conociera|conociese] <el:lugar> desde siempre
        el tiempo [fuera|fuese] [eterno|suyo|de otro]""",
    "cuadro_pret": """
        [llegó|apareció] <el:oficio>
        [se hizo de noche|salió el sol|dejó de llover|sonaron las campanas]
        se [apagó|encendió] la luz
        <un:animal> [cruzó <el:lugar>|lo despertó todo|rompió el silencio]""",
}
