"""German words for units, money and signs."""

# ruff: noqa: SIM905 - lists would fill pages

from collections.abc import Mapping

from robotvoice.text.numbers.grammar.tongue import Tongue
from robotvoice.text.numbers.grammar.vocabulary import currencies, nouns, pairs, prefixes

MONTHS = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()


class GermanWords(Tongue):
    """What is said in this language, whatever the region."""

    words = pairs(
        "minus minus | plusminus plus minus | plus plus | point Komma | stop Punkt | to bis | score zu"
        " | by mal | times mal | equals gleich | over durch | divided geteilt durch | dot Punkt"
        " | slash Schrägstrich | port Port | hex hex | per pro | power hoch | squared zum Quadrat"
        " | cubed hoch drei | version Version | and und"
    )

    prefixes = prefixes("Kilo Mega Giga Tera Peta Hekto Dezi Zenti Milli Mikro Nano Piko Kibi Mebi Gibi Tebi")

    units = nouns(
        "m m Meter Meter | g n Gramm Gramm | s f Sekunde Sekunden | Hz n Hertz Hertz | W n Watt Watt"
        " | Wh f Wattstunde Wattstunden | V n Volt Volt | A n Ampere Ampere | Ah f Amperestunde Amperestunden"
        " | B n Byte Byte | bit n Bit Bit | bps n Bit_pro_Sekunde Bit_pro_Sekunde | Pa n Pascal Pascal"
        " | bar n Bar Bar | J n Joule Joule | cal f Kalorie Kalorien | N n Newton Newton"
        " | Nm m Newtonmeter Newtonmeter | Ω n Ohm Ohm | F n Farad Farad | l m Liter Liter"
        " | eV n Elektronenvolt Elektronenvolt | mol n Mol Mol | Sv n Sievert Sievert | H n Henry Henry"
        " | Wp n Watt_Peak Watt_Peak | °C m Grad_Celsius Grad_Celsius | °F m Grad_Fahrenheit Grad_Fahrenheit"
        " | ° m Grad Grad | % n Prozent Prozent | ‰ n Promille Promille | t f Tonne Tonnen"
        " | h f Stunde Stunden | min f Minute Minuten | d m Tag Tage | dB n Dezibel Dezibel | dBm n DBM DBM"
        " | dBi n DBI DBI | lx n Lux Lux | lm n Lumen Lumen | cd f Candela Candela"
        " | ppm n Teil_pro_Million Teile_pro_Million | ppb n Teil_pro_Milliarde Teile_pro_Milliarde"
        " | mph f Meile_pro_Stunde Meilen_pro_Stunde | rpm f Umdrehung_pro_Minute Umdrehungen_pro_Minute"
        " | psi n PSI PSI | fps n Bild_pro_Sekunde Bilder_pro_Sekunde | dpi n DPI DPI | px n Pixel Pixel"
        " | ft m Fuß Fuß | yd n Yard Yards | mi f Meile Meilen | lb n Pfund Pfund | oz f Unze Unzen"
        " | gal f Gallone Gallonen | mmHg m Millimeter_Quecksilbersäule Millimeter_Quecksilbersäule"
        " | kn m Knoten Knoten | kts m Knoten Knoten | ha m Hektar Hektar | PS f PS PS | hp f PS PS"
        " | pt m Punkt Punkte | kcal f Kilokalorie Kilokalorien | EL m Esslöffel Esslöffel"
        " | TL m Teelöffel Teelöffel | vol n Volumenprozent Volumenprozent"
    )

    currencies = currencies(
        "€,EUR,Euro m Euro Euro m Cent Cent | $,Dollar m Dollar Dollar m Cent Cent"
        " | US$,USD,US-Dollar m US-Dollar US-Dollar m Cent Cent"
        " | A$,AUD m australischer_Dollar australische_Dollar m Cent Cent"
        " | C$,CAD m kanadischer_Dollar kanadische_Dollar m Cent Cent | £,GBP n Pfund Pfund m Penny Pence"
        " | ¥,JPY,￥ m Yen Yen | CN¥,CNY,RMB m Yuan Yuan | ₹,INR f Rupie Rupien"
        " | ₽,RUB m Rubel Rubel f Kopeke Kopeken | CHF,Fr.,SFr.,sFr. m Franken Franken m Rappen Rappen"
        " | ₩,KRW m Won Won | ₿,BTC m Bitcoin Bitcoin | SEK f schwedische_Krone schwedische_Kronen"
        " | NOK f norwegische_Krone norwegische_Kronen | DKK f dänische_Krone dänische_Kronen"
        " | PLN,zł m Zloty Zloty | CZK f tschechische_Krone tschechische_Kronen | TRY,₺ f Lira Lira"
        " | DM f Mark Mark m Pfennig Pfennige | ¢,ct,Ct,Cent m Cent Cent | Rp. m Rappen Rappen"
    )

    magnitudes = nouns(
        "k,Tsd,Tausend,T n tausend tausend | M,Mio,Mill,Million,Millionen f Million Millionen"
        " | Mrd,Mia,Md,bn,Milliarde,Milliarden f Milliarde Milliarden"
        " | Bio,Bill,Billion,Billionen f Billion Billionen"
    )

    dialling = frozenset(
        """
        zimmer raum suite flug code pin kennwort passwort kombination durchwahl plz postleitzahl konto
        kontonummer serie fehler http port rfc gate schließfach ticket bestellung bestellnummer rechnung
        rechnungsnummer kundennummer buchungsnummer buchung id schlüssel telefon tel fax handy mobil hotline
        status vorwahl safe kunde vorgang aktenzeichen telefonnummer handynummer rufnummer notruf seriennummer
        ausweisnummer matrikelnummer artikelnummer
        """.split()
    )
    calling = frozenset("wähle wählen wählt rufe ruf ruft anrufen anruf sms".split())
    fillers = frozenset(
        "ist war lautet die der den nummer nr code unter auf an : mit - mein meine unser bitte".split()
    )
    parts = frozenset(
        """
        version versionen ver release abschnitt kapitel abbildung abb tabelle tab anhang schritt firmware
        ziffer absatz punkt übung aufgabe python java node php ruby perl rust go swift kotlin django flask
        ubuntu debian fedora macos ios ipados android windows linux kernel firefox chrome safari bluetooth usb
        html css http tls ssl openssl directx cuda gpt llama qwen gemma mistral claude gemini docker git
        """.split()
    )
    scoring = frozenset(
        """
        verhältnis maßstab ergebnis spielstand stand gewinnt gewann gewannen gewonnen siegte siegten sieg
        verlor verloren verliert niederlage unterlag führt führte führung endete endet steht spielte
        unentschieden remis mischung mischungsverhältnis format seitenverhältnis quote wette schlug besiegte
        trennten
        """.split()
    )

    labels: Mapping[str, str] = {
        "Nr": "Nummer", "Nrn": "Nummern", "No": "Nummer", "Nummer": "Nummer", "S": "Seite",
        "Abb": "Abbildung", "Abs": "Absatz", "Art": "Artikel", "Bd": "Band", "Kap": "Kapitel",
        "Tab": "Tabelle", "Ziff": "Ziffer", "Tel": "Telefon", "Ver": "Version", "Vers": "Version",
        "Hausnr": "Hausnummer", "Rn": "Randnummer", "Folge": "Folge", "max": "maximal", "Max": "Maximal",
        "min": "mindestens", "mind": "mindestens", "Mind": "Mindestens", "ca": "circa", "Ca": "Circa",
        "lfd. Nr": "laufende Nummer", "Std": "Stunde", "Pos": "Position", "Kl": "Klasse", "Aufl": "Auflage",
        "geb": "geboren", "gest": "gestorben", "bzw": "beziehungsweise", "Bsp": "Beispiel",
        "Anm": "Anmerkung", "Bl": "Blatt", "Lj": "Lebensjahr", "evtl": "eventuell", "inkl": "inklusive",
        "zzgl": "zuzüglich", "exkl": "exklusive", "abzgl": "abzüglich", "durchschn": "durchschnittlich",
        "v": "Version",
    }  # fmt: skip
    bare_labels = frozenset({"Nr"})
    signs: Mapping[str, str] = {"#": "Nummer", "№": "Nummer", "§": "Paragraf", "§§": "Paragrafen"}
