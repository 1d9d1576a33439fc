"""The stories: what the article says, and what stands around it on a city's page. All invented."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One article. `day` is what `printed` means."""

    language: str
    site: str
    title: str
    printed: str
    day: str
    label: str  # before the date: "Published:"
    lead: str
    paragraphs: tuple[str, ...]
    heading: str
    points: tuple[str, ...]
    menu: tuple[str, ...]
    cookies: str
    others: str  # the heading over other news
    other_titles: tuple[str, ...]
    footer: str


STORIES = (
    Story(
        language="lv", site="Upmalas pilsēta", title="Tramvaja sliedes pagarinās līdz slimnīcai",
        printed="24.03.2026", day="2026-03-24", label="Publicēts:",
        lead="Pilsētas dome šonedēļ apstiprināja jaunās tramvaja līnijas projektu, kas savienos centru ar reģionālo slimnīcu.",
        paragraphs=(
            "Būvdarbi sāksies aprīļa vidū un turpināsies līdz rudenim. Darbu laikā satiksme Ozolu ielā tiks ierobežota, bet gājēju ietve paliks atvērta.",
            "Līnijas garums būs divi kilometri, un uz tās izbūvēs četras pieturas ar paaugstinātu platformu. Vagoni kursēs ik pēc desmit minūtēm.",
            "Iedzīvotāji savus priekšlikumus par pieturu nosaukumiem var iesniegt līdz mēneša beigām klientu apkalpošanas centrā vai tīmekļvietnē.",
        ),
        heading="Kas mainīsies braucējiem", points=("Biļetes cena paliek līdzšinējā.", "Nakts autobuss brauks pa apkārtceļu."),
        menu=("Sākums", "Pašvaldība", "Pakalpojumi", "Jaunumi", "Kontakti"),
        cookies="Šī vietne izmanto sīkdatnes, lai uzlabotu lietošanas pieredzi. Turpinot lietot vietni, jūs piekrītat sīkdatņu izmantošanai.",
        others="Citas ziņas", other_titles=("Bibliotēkā atklās bērnu stūrīti", "Sestdien notiks talka", "Slēgs tiltu remontam"),
        footer="Upmalas pašvaldība, Lielā iela 1. Tālrunis 654 00000. Visas tiesības aizsargātas.",
    ),
    Story(
        language="pl", site="Miasto Jaworki", title="Nowe drzewa staną na placu Wolności",
        printed="5 listopada 2026", day="2026-11-05", label="Opublikowano:",
        lead="Na placu Wolności miasto posadzi osiemdziesiąt lip i klonów, a betonowe płyty zastąpi żwir i trawa.",
        paragraphs=(
            "Prace ruszą w poniedziałek i potrwają do końca miesiąca. Kierowcy muszą liczyć się ze zmianami w parkowaniu przy ulicy Lipowej.",
            "Drzewa pochodzą ze szkółki w sąsiedniej gminie i mają już po dwanaście lat. Dzięki temu cień pojawi się na placu już najbliższego lata.",
            "Koszt całego przedsięwzięcia to milion dwieście tysięcy złotych, z czego połowę pokrywa dotacja z funduszu ochrony środowiska.",
        ),
        heading="Co jeszcze zmieni się na placu", points=("Pojawi się pięćdziesiąt nowych ławek.", "Fontanna dostanie obieg zamknięty."),
        menu=("Strona główna", "Dla mieszkańców", "Kultura", "Aktualności", "Kontakt"),
        cookies="Nasz serwis używa plików cookies. Dalsze korzystanie ze strony oznacza zgodę na ich zapis w pamięci urządzenia.",
        others="Zobacz także", other_titles=("Kawiarenka naprawcza zaprasza", "Sprawdź jakość powietrza", "Basen znów otwarty"),
        footer="Urząd Miasta Jaworki, Rynek 2. Infolinia 61 000 00 00. Polityka prywatności. Deklaracja dostępności.",
    ),
    Story(
        language="lt", site="Pajūrio miestas", title="Pilies bokšte atidaryta nauja paroda",
        printed="2026 m. kovo 12 d.", day="2026-03-12", label="Paskelbta:",
        lead="Atnaujintame pilies bokšte nuo ketvirtadienio veikia paroda apie uosto amatininkus ir jų dirbtuves.",
        paragraphs=(
            "Lankytojai pamatys daugiau kaip šimtą įrankių, kuriuos miestiečiai per pastaruosius metus padovanojo muziejui. Seniausias jų pagamintas prieš tris šimtus metų.",
            "Paroda veiks iki rugsėjo pabaigos, kasdien nuo dešimtos valandos ryto. Mokinių grupėms rengiamos nemokamos ekskursijos su gidu.",
            "Kitąmet muziejus ketina atverti ir antrąjį bokšto aukštą, kuriame bus įrengta medžio drožybos dirbtuvė vaikams.",
        ),
        heading="Kaip patekti į parodą", points=("Bilietas kainuoja tris eurus.", "Sekmadieniais įėjimas laisvas."),
        menu=("Pradžia", "Savivaldybė", "Paslaugos", "Naujienos", "Kontaktai"),
        cookies="Ši svetainė naudoja slapukus. Naršydami toliau jūs sutinkate, kad slapukai būtų įrašomi jūsų įrenginyje.",
        others="Kitos naujienos", other_titles=("Keičiasi autobusų tvarkaraščiai", "Kviečiame į mugę", "Sutvarkytas takas prie upės"),
        footer="Pajūrio miesto savivaldybė, Liepų g. 3. Telefonas 8 46 000000. Visos teisės saugomos.",
    ),
    Story(
        language="en", site="Millbrook Council", title="Car park to open round the clock from December",
        printed="Thursday 19 November 2026", day="2026-11-19", label="Published:",
        lead="Drivers will be able to use the Civic Centre car park at any hour from the first of December, councillors have agreed.",
        paragraphs=(
            "The barrier will be taken away and number plates will be read on entry and exit. Payment can be made at a machine or later by telephone.",
            "Prices stay the same during the day. Between seven in the evening and seven in the morning a flat charge of two pounds applies.",
            "Night workers at the hospital had asked for the change in a petition signed by more than nine hundred people in the spring.",
        ),
        heading="How the new system works", points=("Blue badge holders park without charge.", "Receipts are sent by message."),
        menu=("Home", "Services", "Your council", "News", "Contact us"),
        cookies="We use cookies to make this website work better. Please let us know whether you accept all of these cookies.",
        others="Related news", other_titles=("Library hours extended", "Join the park clean-up", "Bridge closed for repairs"),
        footer="Millbrook Council, Town Hall, High Street. Telephone 01902 000000. Accessibility statement. Privacy notice.",
    ),
    Story(
        language="de", site="Stadt Auental", title="Neun Gemeinden planen gemeinsam einen Radweg",
        printed="30. September 2026", day="2026-09-30", label="Veröffentlicht:",
        lead="Zwischen Auental und der Messestadt entsteht bis zum übernächsten Sommer ein durchgehender Radweg entlang des Kanals.",
        paragraphs=(
            "Die Bürgermeisterinnen und Bürgermeister haben am Mittwoch die Vereinbarung unterschrieben. Jede Gemeinde baut ihren Abschnitt selbst und unterhält ihn auch.",
            "Der Weg wird drei Meter breit und in den Ortslagen beleuchtet. An sechs Stellen sind Rastplätze mit Trinkwasser und Werkzeug vorgesehen.",
            "Das Land übernimmt zwei Drittel der Kosten, die auf elf Millionen Euro geschätzt werden. Der erste Spatenstich ist für März geplant.",
        ),
        heading="Was als Nächstes geschieht", points=("Die Pläne liegen ab Montag im Rathaus aus.", "Einwände sind bis Jahresende möglich."),
        menu=("Startseite", "Rathaus", "Leben in Auental", "Aktuelles", "Kontakt"),
        cookies="Diese Website verwendet Cookies, um Ihnen den bestmöglichen Service zu bieten. Mehr dazu in der Datenschutzerklärung.",
        others="Weitere Meldungen", other_titles=("Freibad verlängert die Saison", "Sperrung der Brückenstraße", "Ehrenamtspreis vergeben"),
        footer="Stadt Auental, Marktplatz 1. Telefon 05303 000000. Impressum. Datenschutz. Barrierefreiheit.",
    ),
    Story(
        language="nl", site="Gemeente Veldhoek", title="Inwoners denken mee over de dienstregeling van de bus",
        printed="donderdag 23 april 2026", day="2026-04-23", label="Gepubliceerd:",
        lead="Tot half mei kunnen inwoners laten weten wat zij vinden van de nieuwe dienstregeling voor bus en tram.",
        paragraphs=(
            "De vervoerder wil lijn zeven vaker laten rijden en de halte bij het zwembad verplaatsen. Op drukke tijden komt er elke zes minuten een bus.",
            "Reageren kan met een formulier op de website of tijdens een van de vier avonden in het wijkcentrum. Medewerkers leggen daar de plannen uit.",
            "In de zomer besluit de gemeenteraad over het voorstel. De nieuwe dienstregeling gaat in december in, tegelijk met die van de trein.",
        ),
        heading="Wat verandert er per wijk", points=("In Noord rijdt de avondbus langer door.", "In Zuid verdwijnt de halte Molenweg."),
        menu=("Home", "Wonen en leven", "Bestuur", "Nieuws", "Contact"),
        cookies="Deze website maakt gebruik van cookies. Door verder te gaan stemt u in met het plaatsen van deze cookies.",
        others="Ander nieuws", other_titles=("Prijs voor groen marktplein", "Werk aan de Kerkstraat", "Open dag bij de brandweer"),
        footer="Gemeente Veldhoek, Raadhuisplein 1. Telefoon 14 074. Privacyverklaring. Toegankelijkheid. Sitemap.",
    ),
    Story(
        language="fr", site="Ville de Valombre", title="Un nouveau jardin partagé ouvre près de la gare",
        printed="14 février 2026", day="2026-02-14", label="Publié le",
        lead="Les habitants du quartier de la gare pourront cultiver une trentaine de parcelles à partir du premier mars.",
        paragraphs=(
            "Le terrain, longtemps occupé par un entrepôt, a été dépollué l'an dernier. La ville y a installé des cuves qui recueillent l'eau de pluie.",
            "Chaque parcelle mesure vingt mètres carrés et sera attribuée pour deux ans. Une partie du jardin reste réservée aux écoles voisines.",
            "Les inscriptions se font à la mairie jusqu'à la fin du mois. Si les demandes sont trop nombreuses, un tirage au sort aura lieu en public.",
        ),
        heading="Comment s'inscrire", points=("Le formulaire est disponible à l'accueil.", "Une adhésion de dix euros est demandée."),
        menu=("Accueil", "Ma ville", "Démarches", "Actualités", "Contact"),
        cookies="Ce site utilise des cookies pour vous garantir la meilleure expérience. Vous pouvez accepter ou refuser ces cookies.",
        others="À lire aussi", other_titles=("La piscine rouvre lundi", "Budget participatif : votez", "Travaux rue des Halles"),
        footer="Ville de Valombre, place de la Mairie. Téléphone 02 99 00 00 00. Mentions légales. Plan du site.",
    ),
    Story(
        language="es", site="Ayuntamiento de Almenar", title="El tranvía llegará al barrio del Carmen en dos años",
        printed="7 de octubre de 2026", day="2026-10-07", label="Publicado el",
        lead="El Ayuntamiento ha presentado el trazado de la ampliación del tranvía, que tendrá cinco paradas y dos kilómetros de vía.",
        paragraphs=(
            "Las obras comenzarán después de las fiestas y se harán por tramos para que los comercios no tengan que cerrar. Cada tramo durará unos cuatro meses.",
            "La nueva línea pasará junto al mercado y a la estación de autobuses. Los trenes circularán con baterías en el casco antiguo, sin cables.",
            "El proyecto puede consultarse durante treinta días en la oficina de atención al ciudadano, donde también se recogen las alegaciones.",
        ),
        heading="Cambios en el tráfico", points=("La calle Mayor será de un solo sentido.", "Habrá un aparcamiento junto al río."),
        menu=("Inicio", "Ayuntamiento", "Trámites", "Noticias", "Contacto"),
        cookies="Utilizamos cookies propias y de terceros para mejorar nuestros servicios. Puede aceptar o rechazar todas las cookies.",
        others="Otras noticias", other_titles=("Nuevo horario de la biblioteca", "Mercado de artesanía", "Corte de agua el martes"),
        footer="Ayuntamiento de Almenar, plaza Mayor 1. Teléfono 968 000 000. Aviso legal. Accesibilidad. Mapa web.",
    ),
    Story(
        language="it", site="Comune di Pontesole", title="Riapre la biblioteca di quartiere dopo i lavori",
        printed="24 Febbraio 2026", day="2026-02-24", label="Pubblicato il",
        lead="Da lunedì la biblioteca di via dei Tigli torna ad accogliere i lettori, con sale più grandi e un nuovo cortile.",
        paragraphs=(
            "I lavori sono durati quattordici mesi e hanno riguardato il tetto, gli impianti e gli infissi. Ora l'edificio consuma la metà dell'energia di prima.",
            "Al primo piano si trova la sala studio, aperta fino alle undici di sera. Il piano terra è dedicato ai bambini e alle letture ad alta voce.",
            "La spesa complessiva è stata di due milioni di euro, coperta in gran parte da fondi europei. L'inaugurazione si tiene sabato pomeriggio.",
        ),
        heading="Orari e servizi", points=("Il prestito è gratuito per tutti.", "La domenica apre solo la sala studio."),
        menu=("Home", "Amministrazione", "Servizi", "Novità", "Contatti"),
        cookies="Questo sito utilizza cookie tecnici e di terze parti. Proseguendo nella navigazione si accetta l'uso dei cookie.",
        others="Altre notizie", other_titles=("Allerta per pioggia", "Nuovi alberi in viale Roma", "Mercato spostato in piazza"),
        footer="Comune di Pontesole, piazza del Municipio 1. Telefono 051 000000. Note legali. Dichiarazione di accessibilità.",
    ),
    Story(
        language="ro", site="Primăria Lunca Mare", title="Cincizeci de tramvaie noi vor circula din toamnă",
        printed="18 mai 2026", day="2026-05-18", label="Publicat:",
        lead="Primăria a semnat contractul pentru cincizeci de tramvaie cu podea joasă, plătite în cea mai mare parte din fonduri europene.",
        paragraphs=(
            "Primele zece vagoane sosesc în septembrie și vor circula pe linia care leagă gara de cartierul de nord. Celelalte urmează până în primăvară.",
            "Fiecare tramvai are aer condiționat, locuri pentru scaune rulante și ecrane care anunță stațiile. Capacitatea este de două sute de călători.",
            "În paralel se repară douăsprezece kilometri de șine. Pe durata lucrărilor, călătorii vor folosi autobuze care opresc în aceleași stații.",
        ),
        heading="Ce se schimbă pentru călători", points=("Prețul biletului rămâne același.", "Programul de noapte se prelungește cu o oră."),
        menu=("Acasă", "Primăria", "Servicii", "Comunicate", "Contact"),
        cookies="Acest site folosește cookie-uri. Continuarea navigării reprezintă acordul dumneavoastră pentru folosirea acestor cookie-uri.",
        others="Alte știri", other_titles=("Amenzi pentru parcare", "Animale primite în parc", "Apă caldă oprită marți"),
        footer="Primăria Lunca Mare, bulevardul Unirii 5. Telefon 021 0000000. Termeni și condiții. Harta sitului.",
    ),
)  # fmt: skip
