"""Units in Spanish, French, Italian and Portuguese."""

from collections.abc import Mapping

from robotvoice.text.numbers.grammar.vocabulary import Noun, nouns

_ES = """
m m metro metros | g m gramo gramos | s m segundo segundos | Hz m hercio hercios | W m vatio vatios
| Wh m vatio_hora vatios_hora | V m voltio voltios | A m amperio amperios
| Ah m amperio_hora amperios_hora | B m byte bytes | bit m bit bits
| bps m bit_por_segundo bits_por_segundo | Pa m pascal pascales | bar m bar bares | J m julio julios
| cal f caloría calorías | N m newton newtons | Ω m ohmio ohmios | l m litro litros
| °C m grado_Celsius grados_Celsius | °F m grado_Fahrenheit grados_Fahrenheit | ° m grado grados
| % m por_ciento por_ciento | ‰ m por_mil por_mil | t f tonelada toneladas | h f hora horas
| min m minuto minutos | d m día días | dB m decibelio decibelios | px m píxel píxeles
| ha f hectárea hectáreas | mi f milla millas | ft m pie pies | lb f libra libras | oz f onza onzas
| mph f milla_por_hora millas_por_hora | kcal f kilocaloría kilocalorías
| rpm f revolución_por_minuto revoluciones_por_minuto
"""
_FR = """
m m mètre mètres | g m gramme grammes | s f seconde secondes | Hz m hertz hertz | W m watt watts
| Wh m watt-heure watt-heures | V m volt volts | A m ampère ampères | Ah m ampère-heure ampères-heures
| B m octet octets | bit m bit bits | bps m bit_par_seconde bits_par_seconde | Pa m pascal pascals
| bar m bar bars | J m joule joules | cal f calorie calories | N m newton newtons | Ω m ohm ohms
| l m litre litres | °C m degré_Celsius degrés_Celsius | °F m degré_Fahrenheit degrés_Fahrenheit
| ° m degré degrés | % m pour_cent pour_cent | ‰ m pour_mille pour_mille | t f tonne tonnes
| h f heure heures | min f minute minutes | d m jour jours | dB m décibel décibels | px m pixel pixels
| ha m hectare hectares | mi m mille milles | ft m pied pieds | lb f livre livres | oz f once onces
| mph m mille_par_heure milles_par_heure | kcal f kilocalorie kilocalories
| rpm m tour_par_minute tours_par_minute
"""
_IT = """
m m metro metri | g m grammo grammi | s m secondo secondi | Hz m hertz hertz | W m watt watt
| Wh m wattora wattora | V m volt volt | A m ampere ampere | Ah m amperora amperora | B m byte byte
| bit m bit bit | bps m bit_al_secondo bit_al_secondo | Pa m pascal pascal | bar m bar bar
| J m joule joule | cal f caloria calorie | N m newton newton | Ω m ohm ohm | l m litro litri
| °C m grado_Celsius gradi_Celsius | °F m grado_Fahrenheit gradi_Fahrenheit | ° m grado gradi
| % m per_cento per_cento | ‰ m per_mille per_mille | t f tonnellata tonnellate | h f ora ore
| min m minuto minuti | d m giorno giorni | dB m decibel decibel | px m pixel pixel | ha m ettaro ettari
| mi m miglio miglia | ft m piede piedi | lb f libbra libbre | oz f oncia once
| mph m miglio_all'ora miglia_all'ora | kcal f chilocaloria chilocalorie
| rpm m giro_al_minuto giri_al_minuto
"""
_PT = """
m m metro metros | g m grama gramas | s m segundo segundos | Hz m hertz hertz | W m watt watts
| Wh m watt-hora watts-hora | V m volt volts | A m ampere amperes | Ah m ampere-hora amperes-hora
| B m byte bytes | bit m bit bits | bps m bit_por_segundo bits_por_segundo | Pa m pascal pascais
| bar m bar bars | J m joule joules | cal f caloria calorias | N m newton newtons | Ω m ohm ohms
| l m litro litros | °C m grau_Celsius graus_Celsius | °F m grau_Fahrenheit graus_Fahrenheit
| ° m grau graus | % m por_cento por_cento | ‰ m por_mil por_mil | t f tonelada toneladas
| h f hora horas | min m minuto minutos | d m dia dias | dB m decibel decibéis | px m pixel pixels
| ha m hectare hectares | mi f milha milhas | ft m pé pés | lb f libra libras | oz f onça onças
| mph f milha_por_hora milhas_por_hora | kcal f quilocaloria quilocalorias
| rpm f rotação_por_minuto rotações_por_minuto
"""
_TABLES = {"es": _ES, "fr": _FR, "it": _IT, "pt": _PT}


def units_of(language: str) -> Mapping[str, Noun]:
    """By symbol without a prefix."""
    return nouns(" ".join(_TABLES[language].split()))
