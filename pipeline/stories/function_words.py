"""Words of three letters and more that stand in any text of a language, and tell nothing of what it is about.

Not complete, and it need not be: a word that stands in most texts of a week weighs little anyhow. English is the
fullest, as most texts are compared in it.
"""

FUNCTION_WORDS = {
    "en": """about above after again all also and another any are around because been before being below between both
        but can could did does during each every few for from had has have her here his how into its itself just last
        less may more most much must new news next not now off one only other our out over own per same she should since
        some such than that the their them then there these they this those through too two under until was way well
        were what when where which while who why will with within without would year years you your city town said says
        take takes place first three""",
    "lv": """arī bet būs bija bijis caur gada gadā gads gan ir jau kad kas katrs kopā kur kurā kuri kurš lai līdz nav
        nevis pat par pēc pie pirms pret savu savā starp tas tad tagad tās tiek tika tikai tiks tomēr tur var varēs vēl
        viņa viņi viens vairāk vai visi visu šajā šeit šis šīs šo tie to tā kā pilsēta pilsētas pilsētā jauns jauna""",
    "lt": """apie bei bet bus buvo dar dėl iki iš jau jei jis jos jų kad kai kaip kas kiekvienas kur kuri kurie kuris
        labai metai metais metų nei nes nuo pagal pat per po prie prieš savo su tai tačiau taip tarp tas tik tuo turi už
        visi visų yra šios šiuo šis miestas miesto mieste nauja naujas""",
    "pl": """ale bardzo będą będzie był była było były bez czy dla dwa gdy gdzie ich jak jako jest jego jej już każdy
        która które którego której którzy który lub miasta miasto mieście nad nie nowa nowe nowy oraz pod pond poza przed
        przez przy roku rok się swoje tak także tego tej ten też tym tylko wraz więcej wszystkie został została ze""",
    "de": """aber alle als am auch auf aus bei bis das dass dem den der des die dies diese durch ein eine einem einen einer
        eines für hat haben ihr ihre ihren im ist jahr jahre kann können mehr mit nach nicht noch nur oder ohne sein seine
        seit sich sie sind so über um und unter vom von vor war was wenn werden wie wird wurde wurden zu zum zur zwei
        zwischen stadt neue neuen""",
    "nl": """aan als bij dan dat de deze die dit door een elk en er haar heb hebben heeft het hier hij hun iets jaar kan
        kunnen maar meer met moet naar niet nieuw nieuwe nog ook om onder ons ook over per rond stad tegen ter toch tot
        tussen twee uit van vanaf veel voor waar wat welke werd wie wordt worden zal zich zijn zo zonder zullen""",
    "fr": """ainsi après au aussi autre aux avant avec ces cette chaque chez comme dans depuis des deux donc dont elle elles
        entre est et été être fait font ils jusqu'à jusqu leur leurs les lors mais même nos notre nous nouveau nouvelle
        ont où par pas pendant peut plus pour qu'il quand que quel qui sans sera seront ses son sont sous sur tous tout
        toute une vers ville vos votre vous année ans l'année""",
    "es": """además al año años antes así aunque cada como con contra cual cuando de del desde donde dos durante el ella ellos
        entre era es esta está están estas este esto estos fue han hasta hay la las los más mismo muy nueva nuevo nuestra
        nuestro otra otro para pero por porque puede pueden que quien según ser será serán si sin sobre son su sus también
        tiene todo todos tras una unas uno unos ciudad""",
    "it": """alla alle agli anche anni anno ancora che chi città come con cosa così da dal dalla dalle degli dei del della
        delle dello di dopo dove due durante ecco fino gli ha hanno il in la le loro ma mentre nei nel nella nelle non
        nostra nostro nuova nuovo ogni oltre per perché più poi prima può quale quando quella quello questa questo quindi
        sarà saranno se sono stata stato su sua sue sugli sul sulla suo tra tutta tutte tutti tutto una uno""",
    "ro": """acest această aceste acestui acum aici alte altă anul anului ani are astfel au avea bine ca cal care ce cel cele
        cei celor că către cu cum când dar de deja din dintre doi două după este fără fi fie fost iar lor la mai mult
        nou noua nouă nu oraș orașul orașului pe pentru peste poate prin sau se sunt său sale tot toate unde unei unor unui
        vor va""",
    "pt": """ainda além alguns ano anos antes após até cada com como contra cidade da das de dela dele depois desde dois dos
        duas durante ela elas ele eles em entre era essa esse esta está este estão foi foram há isso mais mas mesmo muito na
        nas nem no nos nossa nosso nova novo num numa não onde ou outra outro para pela pelas pelo pelos pode podem por
        porque qual quando que quem se sem ser será seu seus sobre sua suas são também tem todo todos uma umas uns""",
    "ga": """agus ach aige aici air ann ansin aon ar atá atáimid bhí beidh bhfuil cad cathair chuig chun dá den don dóibh
        faoi féin fós gach gan gur iad idir ina inár ins leis lena mar mór nach níl níos nua ná nó ón roimh sé seo siad sin
        sna tar tar éis tá trí uile um""",
}
