"""What signs are called, by language. A language that is not here keeps its signs, and loses its formulas."""

# ruff: noqa: RUF001 - signs and letters of many scripts are meant

from collections.abc import Mapping
from functools import cache

_EN = """
+ plus | - minus | = equals | × times | ÷ divided by | / over | ± plus or minus | ≠ is not equal to
< is less than | > is greater than | ≤ is less than or equal to | ≥ is greater than or equal to
b< less than | b> more than | b≤ at most | b≥ at least | ≈ is about | ~ about | ∝ is proportional to
→ to | ⇒ so | ⇔ if and only if | ∞ infinity | √ the square root of | ∛ the cube root of | ∈ in | ∉ not in
∀ for all | ∃ there is | ∑ the sum | ∫ the integral | ∏ the product | ∂ partial | ∇ nabla | ∪ union
∩ intersection | ⊂ is a subset of | ∅ the empty set | ¬ not | ∧ and | ∨ or | ∴ therefore | ∠ angle
△ triangle | ⊥ is perpendicular to | ∥ is parallel to | ° degrees | % percent | ! factorial | ' prime
… and so on | ∣ given | squared squared | cubed cubed | power to the power of | all all | of of
from from | upto to | over of | as as | half one half | 1/3 one third | 2/3 two thirds | 1/4 one quarter
3/4 three quarters | root the root of | sin sine | cos cosine | tan tangent | log log | ln natural log
exp exp | lim the limit | min min | max max | det det | gcd gcd | mod modulo | love love
choose choose
"""
_DE = """
+ plus | - minus | = gleich | × mal | ÷ geteilt durch | / durch | ± plus minus | ≠ ist ungleich
< ist kleiner als | > ist größer als | ≤ ist kleiner oder gleich | ≥ ist größer oder gleich
b< weniger als | b> mehr als | b≤ höchstens | b≥ mindestens | ≈ ist ungefähr | ~ etwa
∝ ist proportional zu | → nach | ⇒ also | ⇔ genau dann, wenn | ∞ unendlich | √ Wurzel aus
∛ dritte Wurzel aus | ∈ in | ∉ nicht in | ∀ für alle | ∃ es gibt | ∑ die Summe | ∫ das Integral
∏ das Produkt | ∂ partiell | ∇ Nabla | ∪ vereinigt mit | ∩ geschnitten mit | ⊂ ist Teilmenge von
∅ die leere Menge | ¬ nicht | ∧ und | ∨ oder | ∴ also | ∠ Winkel | △ Dreieck | ⊥ steht senkrecht auf
∥ ist parallel zu | ° Grad | % Prozent | ! Fakultät | ' Strich | … und so weiter | ∣ gegeben
squared zum Quadrat | cubed hoch 3 | power hoch | all alles | of von | from von | upto bis | over über
as für | half ein halb | 1/3 ein Drittel | 2/3 zwei Drittel | 1/4 ein Viertel | 3/4 drei Viertel
root Wurzel aus | sin Sinus | cos Kosinus | tan Tangens | log Logarithmus | ln natürlicher Logarithmus
exp e hoch | lim der Limes | min Minimum | max Maximum | det Determinante | gcd ggT | mod modulo
love liebe | choose über
"""
_ES = """
+ más | - menos | = es igual a | × por | ÷ dividido por | / sobre | ± más menos | ≠ es distinto de
< es menor que | > es mayor que | ≤ es menor o igual que | ≥ es mayor o igual que | b< menos de
b> más de | b≤ como máximo | b≥ al menos | ≈ es aproximadamente | ~ unos | → a | ⇒ entonces
⇔ si y solo si | ∞ infinito | √ raíz cuadrada de | ∛ raíz cúbica de | ∈ en | ∉ no en | ∀ para todo
∃ existe | ∑ la suma | ∫ la integral | ∏ el producto | ° grados | % por ciento | ! factorial | ' prima
… etcétera | squared al cuadrado | cubed al cubo | power elevado a | all todo | of de | from de | upto a
over de | as cuando | half un medio | 1/3 un tercio | 2/3 dos tercios | 1/4 un cuarto | 3/4 tres cuartos
root la raíz de | sin seno | cos coseno | tan tangente | log logaritmo | ln logaritmo natural
lim el límite | mod módulo | choose sobre
"""
_FR = """
+ plus | - moins | = égale | × fois | ÷ divisé par | / sur | ± plus ou moins | ≠ est différent de
< est inférieur à | > est supérieur à | ≤ est inférieur ou égal à | ≥ est supérieur ou égal à
b< moins de | b> plus de | b≤ au plus | b≥ au moins | ≈ vaut environ | ~ environ | → vers | ⇒ donc
⇔ si et seulement si | ∞ l'infini | √ racine carrée de | ∛ racine cubique de | ∈ dans | ∉ pas dans
∀ pour tout | ∃ il existe | ∑ la somme | ∫ l'intégrale | ∏ le produit | ° degrés | % pour cent
! factorielle | ' prime | … et ainsi de suite | squared au carré | cubed au cube | power puissance
all le tout | of de | from de | upto à | over de | as quand | half un demi | 1/3 un tiers | 2/3 deux tiers
1/4 un quart | 3/4 trois quarts | root la racine de | sin sinus | cos cosinus | tan tangente
log logarithme | ln logarithme népérien | lim la limite | mod modulo
"""
_IT = """
+ più | - meno | = è uguale a | × per | ÷ diviso | / fratto | ± più o meno | ≠ è diverso da
< è minore di | > è maggiore di | ≤ è minore o uguale a | ≥ è maggiore o uguale a | b< meno di | b> più di
b≤ al massimo | b≥ almeno | ≈ è circa | ~ circa | → a | ⇒ quindi | ⇔ se e solo se | ∞ infinito
√ radice quadrata di | ∛ radice cubica di | ∈ in | ∉ non in | ∀ per ogni | ∃ esiste | ∑ la somma
∫ l'integrale | ∏ il prodotto | ° gradi | % per cento | ! fattoriale | ' primo | … e così via
squared al quadrato | cubed al cubo | power alla | all tutto | of di | from da | upto a | over di | as per
half un mezzo | 1/3 un terzo | 2/3 due terzi | 1/4 un quarto | 3/4 tre quarti | root la radice di
sin seno | cos coseno | tan tangente | log logaritmo | ln logaritmo naturale | lim il limite | mod modulo
choose su
"""
_PT = """
+ mais | - menos | = é igual a | × vezes | ÷ dividido por | / sobre | ± mais ou menos | ≠ é diferente de
< é menor que | > é maior que | ≤ é menor ou igual a | ≥ é maior ou igual a | b< menos de | b> mais de
b≤ no máximo | b≥ pelo menos | ≈ é cerca de | ~ cerca de | → para | ⇒ então | ⇔ se e somente se
∞ infinito | √ raiz quadrada de | ∛ raiz cúbica de | ∈ em | ∉ fora de | ∀ para todo | ∃ existe | ∑ a soma
∫ a integral | ∏ o produto | ° graus | % por cento | ! fatorial | ' linha | … e assim por diante
squared ao quadrado | cubed ao cubo | power elevado a | all tudo | of de | from de | upto a | over de
as quando | half um meio | 1/3 um terço | 2/3 dois terços | 1/4 um quarto | 3/4 três quartos
root a raiz de | sin seno | cos cosseno | tan tangente | log logaritmo | ln logaritmo natural
lim o limite | mod módulo
"""
_TABLES = {"en": _EN, "de": _DE, "es": _ES, "fr": _FR, "it": _IT, "pt": _PT}
NO_WORDS: Mapping[str, str] = {}


@cache
def words_of(tongue: str) -> Mapping[str, str]:
    """By sign. `b<` is `<` where nothing is compared with it: less than five minutes."""
    if tongue not in _TABLES:
        return NO_WORDS
    rows = " | ".join(_TABLES[tongue].strip().splitlines()).split(" | ")
    return dict(row.strip().split(" ", 1) for row in rows)
