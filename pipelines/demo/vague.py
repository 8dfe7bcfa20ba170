"""The words of people who do not say it outright: sentences that several classes share, so that no reader can be sure.

What does not belong here: how often somebody is vague, and sentences that tell their class (texts.py, notes.py).
"""

LATER = {
    "en": "Let me get back to you on this.",
    "de": "Ich melde mich dazu noch einmal.",
    "fr": "Je reviendrai vers vous à ce sujet.",
}
TERMS = {
    "en": "Before anything else we would have to talk about the terms.",
    "de": "Zuerst müssten wir über die Konditionen sprechen.",
    "fr": "Il faudrait d'abord parler des conditions.",
}
ELSEWHERE = {
    "en": "At present our priorities lie elsewhere.",
    "de": "Unsere Schwerpunkte liegen derzeit woanders.",
    "fr": "Nos priorités sont ailleurs pour le moment.",
}
SETTLED = {
    "en": "For the time being we are well served.",
    "de": "Wir sind vorerst gut versorgt.",
    "fr": "Nous sommes bien équipés pour l'instant.",
}
SILENT = {
    "en": "Please do not expect an answer from me.",
    "de": "Bitte rechnen Sie nicht mit einer Antwort von mir.",
    "fr": "N'attendez pas de réponse de ma part.",
}
MAY_MEAN = {
    "interested": (LATER, TERMS),
    "asks_price": (TERMS, LATER),
    "objection_budget": (TERMS, ELSEWHERE),
    "objection_timing": (LATER, ELSEWHERE),
    "competitor": (SETTLED, ELSEWHERE),
    "not_interested": (SETTLED, ELSEWHERE, SILENT),
    "out_of_office": (SILENT, LATER),
    "unsubscribe_request": (SILENT, SETTLED),
}
NOTED_LATER = "will come back to us."
NOTED_TERMS = "wants to talk about the terms first."
NOTED_ELSEWHERE = "has other priorities now."
NOTED_SETTLED = "says they are well served."
NOTED_SILENT = "no real answer, moved on quickly."
MAY_BE_NOTED = {
    "interested": (NOTED_LATER, NOTED_TERMS),
    "asks_price": (NOTED_TERMS, NOTED_LATER),
    "objection_budget": (NOTED_TERMS, NOTED_ELSEWHERE),
    "objection_timing": (NOTED_LATER, NOTED_ELSEWHERE),
    "competitor": (NOTED_SETTLED, NOTED_ELSEWHERE),
    "not_interested": (NOTED_SETTLED, NOTED_ELSEWHERE, NOTED_SILENT),
    "out_of_office": (NOTED_SILENT, NOTED_LATER),
    "unsubscribe_request": (NOTED_SILENT, NOTED_SETTLED),
}
