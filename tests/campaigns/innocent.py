"""Texts as the domain writes them, English and Spanish, that name nobody."""

import random
from itertools import count

from legal.utbms import catalogue

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_MESES = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]
_TEMPLATES = (
    "{month} {year}: {code} {task}, {hours} hours at ${rate}.",
    "- **{task}** ({code}/{activity}): {hours} h\n- Exhibit {number}-{letter}, tab {small}, pages {small}-{number}",
    "Bond of ${bond} posted in {month}; it comes back when the case ends.",
    "La fianza de ${bond} se pagó en {mes} de {year}. Vuelve cuando termina el caso.",
    "${raised} of ${bond} raised, {number} of 130 new monthly donors, {small} days to go!",
    "Faltan {small} días y ${raised}. ¡Gracias! Ya somos {number} personas con aporte mensual.",
    "The court [granted](https://example.org/news/{year}) the motion under 28 U.S.C. § 2412(d)({small})(A).",
    "Brown v. Board, {number} U.S. {rate} ({year}); 8 C.F.R. § 208.{small}; INA § 240A(b)({small}).",
    "Carlos tiene {small} hijos y lleva {number} días detenido. Su audiencia es este otoño.",
    "Carlos is a father of {small}. He has waited {number} days, and **his children wait with him**.",
    "Prepared and filed {task} ({code}); conferred with co-counsel re: I-589, I-{rate}, EOIR-{number}.",
    "Se presentó la solicitud de asilo (I-589) y {number} páginas de prueba; anexo {letter}, tomo {small}.",
    "Habeas corpus, amicus curiae, pro bono: {hours} hours given, worth ${bond} at the {year} matrix rate.",
    "In re {letter}-{letter}-, {small} I. & N. Dec. {number} (BIA {year}) :: {activity} / {task}",
    "Give once or monthly: $15, $25, $50, ${number}. {small} employers match, up to ${raised} in {month}.",
    "{hours} horas donadas en {mes}: {task}. Costas: ${rate}.{number}; intérprete: ${number}.",
    "> “We are here,” said the lawyer.\n\n1. {activity}\n2. {task}\n3. ${raised} & {small}% in fees",
    "Update #{small}: the hearing moved from {month} to next spring. <br> El juez pidió {number} documentos más.",
)


def innocent_texts(number: int) -> list[str]:
    """So many different texts, the same ones each time."""
    chance = random.Random(20260301)
    found: dict[str, None] = {}
    for place in count():
        found[_text(chance, _TEMPLATES[place % len(_TEMPLATES)])] = None
        if len(found) == number:
            return list(found)
    raise AssertionError


def _text(chance: random.Random, template: str) -> str:
    task, activity = chance.sample(list(catalogue().values()), 2)
    return template.format(
        code=task.code,
        task=task.name,
        activity=activity.name,
        month=chance.choice(_MONTHS),
        mes=chance.choice(_MESES),
        year=chance.randint(1996, 2026),
        hours=f"{chance.randint(1, 99) / 10:.1f}",
        rate=chance.randint(101, 989),
        bond=f"{chance.randint(3, 50) * 500:,}",
        raised=f"{chance.randint(100, 99_999):,}",
        number=chance.randint(10, 99),
        small=chance.randint(2, 9),
        letter=chance.choice("ABCDEFGHKM"),
    )
