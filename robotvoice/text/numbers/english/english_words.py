"""English words for units, money and signs."""

# ruff: noqa: SIM905 - lists would fill pages

from collections.abc import Mapping

from robotvoice.text.numbers.grammar.tongue import Tongue
from robotvoice.text.numbers.grammar.vocabulary import currencies, nouns, pairs, prefixes

MONTHS = ("January February March April May June July August September October November December").split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


class EnglishWords(Tongue):
    """What is said in this language, whatever the region."""

    words = pairs(
        "minus minus | plusminus plus or minus | plus plus | point point | stop point | to to | score to"
        " | by by | times times | equals equals | over over | divided divided by | dot dot | slash slash"
        " | port port | hex hex | per per | power to the power of | squared squared | cubed cubed"
        " | version version | and and | number number"
    )

    prefixes = prefixes("kilo mega giga tera peta hecto deci centi milli micro nano pico kibi mebi gibi tebi")

    units = nouns(
        "m - meter meters | g - gram grams | s - second seconds | Hz - hertz hertz | W - watt watts"
        " | Wh - watt_hour watt_hours | V - volt volts | A - amp amps | Ah - amp_hour amp_hours"
        " | B - byte bytes | bit - bit bits | bps - bit_per_second bits_per_second | Pa - pascal pascals"
        " | bar - bar bar | J - joule joules | cal - calorie calories | N - newton newtons"
        " | Nm - newton_meter newton_meters | Ω - ohm ohms | F - farad farads | l - liter liters"
        " | eV - electron_volt electron_volts | mol - mole moles | Sv - sievert sieverts | H - henry henries"
        " | Wp - watt_peak watts_peak | °C - degree_Celsius degrees_Celsius"
        " | °F - degree_Fahrenheit degrees_Fahrenheit | ° - degree degrees | % - percent percent"
        " | ‰ - per_mille per_mille | t - tonne tonnes | h - hour hours | min - minute minutes | d - day days"
        " | dB - decibel decibels | dBm - DBM DBM | dBi - DBI DBI | lx - lux lux | lm - lumen lumens"
        " | cd - candela candelas | ppm - part_per_million parts_per_million"
        " | ppb - part_per_billion parts_per_billion | mph - mile_per_hour miles_per_hour"
        " | rpm - revolution_per_minute revolutions_per_minute | psi - PSI PSI"
        " | fps - frame_per_second frames_per_second | dpi - dot_per_inch dots_per_inch | px - pixel pixels"
        " | ft - foot feet | yd - yard yards | mi - mile miles | lb - pound pounds | oz - ounce ounces"
        " | gal - gallon gallons | mmHg - millimeter_of_mercury millimeters_of_mercury | kn - knot knots"
        " | ha - hectare hectares | kts - knot knots | hp - horsepower horsepower | pt - point points"
        " | kcal - kilocalorie kilocalories | vol - percent_by_volume percent_by_volume | nit - nit nits"
        " | tbsp - tablespoon tablespoons | tsp - teaspoon teaspoons"
    )

    currencies = currencies(
        "$ - dollar dollars - cent cents | US$,USD,US_$ - US_dollar US_dollars - cent cents"
        " | A$,AU$,AUD - Australian_dollar Australian_dollars - cent cents"
        " | C$,CA$,CAD - Canadian_dollar Canadian_dollars - cent cents"
        " | NZ$,NZD - New_Zealand_dollar New_Zealand_dollars - cent cents"
        " | HK$,HKD - Hong_Kong_dollar Hong_Kong_dollars - cent cents | €,EUR - euro euros - cent cents"
        " | £,GBP - pound pounds - penny pence | ¥,JPY,￥ - yen yen | CN¥,CNY,RMB - yuan yuan"
        " | ₹,INR - rupee rupees - paisa paise | ₽,RUB - ruble rubles - kopeck kopecks"
        " | CHF - Swiss_franc Swiss_francs - centime centimes | ₩,KRW - won won | ₿,BTC - bitcoin bitcoins"
        " | SEK - Swedish_krona Swedish_kronor | NOK - Norwegian_krone Norwegian_kroner"
        " | DKK - Danish_krone Danish_kroner | PLN,zł - zloty zlotys | CZK - Czech_koruna Czech_korunas"
        " | TRY,₺ - lira lira | MXN - Mexican_peso Mexican_pesos | BRL,R$ - real reals | ZAR - rand rand"
        " | ₪,ILS - shekel shekels | ¢ - cent cents"
    )

    magnitudes = nouns(
        "k,K,thousand - thousand thousand | M,m,mn,mln,mio,Mio,million - million million"
        " | B,b,bn,Bn,bln,billion - billion billion | T,tn,trn,trillion - trillion trillion"
    )

    dialling = frozenset(
        """
        room rooms suite apartment apt unit flight code codes pin password passcode combination combo
        extension ext zip zipcode postcode account serial error http port rfc highway interstate route
        channel-id gate locker ticket order invoice booking reference ref badge id key phone telephone tel fax
        mobile cell hotline helpline status model area dial locker safe
        """.split()
    )
    calling = frozenset(
        "call calls calling called ring rings phone dial dials dialling dialing text fax sms".split()
    )
    parts = frozenset(
        """
        version versions ver release section sections chapter figure fig table appendix step firmware build
        python java node php ruby perl rust go swift kotlin django flask ubuntu debian fedora macos ios ipados
        android windows linux kernel firefox chrome safari bluetooth usb html css http tls ssl opengl directx
        cuda gpt llama qwen gemma mistral claude gemini mixtral phi numpy pandas pytorch tensorflow mlx docker
        kubernetes git clause paragraph article item exercise rev revision patch update driver
        """.split()
    )
    scoring = frozenset(
        """
        ratio score scores scored scale mix mixture proportion odds won win wins lost lose loses beat beats
        beaten drew draw defeated victory defeat lead leads led aspect result trailing tied tie ended dilution
        """.split()
    )

    labels: Mapping[str, str] = {
        "No": "Number", "Nos": "Numbers", "no": "number", "nos": "numbers", "p": "page", "pp": "pages",
        "pg": "page", "Fig": "Figure", "fig": "figure", "Figs": "Figures", "figs": "figures", "Vol": "Volume",
        "vol": "volume", "Ch": "Chapter", "ch": "chapter", "Chap": "Chapter", "chap": "chapter",
        "Sec": "Section", "sec": "section", "Sect": "Section", "Art": "Article", "art": "article",
        "Eq": "Equation", "eq": "equation", "ver": "version", "Ver": "Version", "Ext": "Extension",
        "ext": "extension", "Tel": "Telephone", "tel": "telephone", "approx": "approximately",
        "Approx": "Approximately", "ca": "about", "c": "about", "max": "maximum", "Max": "Maximum",
        "min": "minimum", "Min": "Minimum", "est": "estimated", "Est": "Estimated", "Apt": "Apartment",
        "apt": "apartment", "Rm": "Room", "rm": "room", "Op": "Opus", "op": "opus", "Pt": "Part",
        "Tab": "Table", "Ep": "Episode", "ep": "episode", "App": "Appendix", "avg": "average",
        "Avg": "Average",
    }  # fmt: skip
    bare_labels = frozenset("Fig fig Figs figs Vol Ch Chap Sec Sect Nos pp Ext ext Apt apt Rm Op Eq".split())
    signs: Mapping[str, str] = {"#": "number", "№": "number", "§": "section", "§§": "sections"}
