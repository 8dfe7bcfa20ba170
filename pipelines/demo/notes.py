"""The words of sales, service and news: notes on calls, mails to people, next steps, cases, headlines.

No rate and no class of a person belongs here.
"""

NOTE_OPENINGS = (
    "Spoke to them for ten minutes.",
    "Call back as agreed.",
    "Reached them at the second try.",
    "Short call,",
    "Talked about price, security and the roadmap.",
    "They had compared us with others beforehand.",
    "Good line, friendly.",
    "Gatekeeper put me through.",
)
NOTED = {
    "interested": (
        "wants the team to see it next week.",
        "asked for trial access right away.",
        "brings the department head to the next meeting.",
        "likes it, ready for the next step.",
        "sends sample data so that we can show their case.",
        "keen, would start in one office first.",
    ),
    "asks_price": (
        "wants a figure for forty users.",
        "asked how we charge and for an offer in writing.",
        "needs numbers for the internal request.",
        "wanted to know what two years would come to.",
        "asked what support adds on top.",
        "compares offers, ours is to follow.",
    ),
    "objection_budget": (
        "says there is nothing left in this year's plan.",
        "spending is frozen, finance said no.",
        "finds it too much for their size.",
        "would have to drop another tool to afford it.",
        "the sum needs the board, no chance there.",
        "likes it but cannot pay for it.",
    ),
    "objection_timing": (
        "asked to be called again in two quarters.",
        "busy with a migration until autumn.",
        "nothing new before the summer.",
        "half of the team is tied up, later maybe.",
        "wants to wait for the new head of department.",
        "on the list for next year.",
    ),
    "competitor": (
        "signed elsewhere last month.",
        "group-wide agreement with another vendor.",
        "stays with what they have, knows it well.",
        "pilot with someone else is under way.",
        "liked the other demo better.",
        "extended their present tool for three years.",
    ),
    "not_interested": (
        "sees no need at all.",
        "not a topic for them.",
        "wants to leave things as they are.",
        "polite, but no.",
        "does not want to take it further.",
        "says we have the wrong company.",
    ),
    "out_of_office": (
        "is away until the ninth, assistant answered.",
        "on leave, colleague took the call.",
        "travelling all week.",
        "voicemail says back on Monday.",
        "on parental leave for the rest of the year.",
        "holidays, nobody there.",
    ),
    "unsubscribe_request": (
        "asked us to stop calling and writing.",
        "wants to be taken off every list.",
        "complained, had asked for removal before.",
        "demanded that we delete the address.",
        "no more mail, for the colleagues either.",
        "angry about the mails, wants none.",
    ),
}
NOTE_CLOSINGS = (
    "Left my number.",
    "Sent the brochure.",
    "Logged.",
    "Will follow up by mail.",
    "Next call open.",
    "See mail thread.",
)
OUTCOMES = {True: "UPDATE: signed, order is in.", False: "UPDATE: lost, they told us by mail."}
SUBJECTS = {
    "en": ("Our conversation", "Your request", "Next steps", "A short question", "Following up"),
    "de": ("Unser Gespräch", "Ihre Anfrage", "Nächste Schritte", "Eine kurze Frage"),
    "fr": ("Notre échange", "Votre demande", "Prochaines étapes", "Une courte question"),
}
SENT = {
    "en": (
        "Thank you for your time. I have put together what we talked about.\nWhen would suit you for a short call?",
        "I am following up on my last message.\nIs this still a topic for you?",
        "Attached you find the overview of prices and packages.\nI am happy to explain the details.",
        'As promised, here is the guide "Ten questions to ask a vendor".',
        "Your colleague suggested that I write to you.\nWe help teams like yours to keep their data in order.",
    ),
    "de": (
        "vielen Dank für Ihre Zeit. Anbei das Besprochene.\nWann passt Ihnen ein kurzes Telefonat?",
        "ich melde mich noch einmal zu meiner letzten Nachricht.\nIst das Thema noch aktuell?",
        "anbei die Übersicht der Preise und Pakete.",
    ),
    "fr": (
        "merci pour votre temps. Voici ce dont nous avons parlé.\nQuand pouvons-nous nous appeler ?",
        "je reviens vers vous au sujet de mon dernier message.\nLe sujet est-il toujours d'actualité ?",
        "ci-joint l'aperçu des prix et des formules.",
    ),
}
HEADLINES = {
    "executive_change": (
        "{} names a new chief executive",
        "New head of operations at {}",
        "{}: finance chief steps down after six years",
        "{} appoints former consultant to its board",
    ),
    "acquisition": ("{} to be taken over", "Competitor buys {}", "{} acquires smaller rival", "{} merges two units"),
    "funding": ("{} raises a new round", "Investors back {}", "{} secures growth capital", "Fresh money for {}"),
    "hiring": ("{} opens a new site", "{} looks for staff in several countries", "{} doubles its team"),
    "layoff": ("{} cuts jobs", "{} closes a site", "Fewer people at {} after a weak quarter"),
}
OTHER_HEADLINES = ("News from {}", "{} in the news", "What is new at {}")
NEXT_STEPS = (
    "Send proposal",
    "Call about open questions",
    "Demo for the wider team",
    "Waiting for the legal review",
    "Meet the budget owner",
    "Send references",
    "Agree on a start date",
    "Follow up next week",
)
ROLES = ("Decision Maker", "Economic Buyer", "Evaluator", "Influencer", "Business User", "Executive Sponsor")
CASE_SUBJECTS = {
    "Installation": ("Cannot connect the mailbox", "Set-up of single sign-on", "Import of our data stops half-way"),
    "Performance": ("Reports take minutes", "Slow since Monday", "Time-out when saving"),
    "User question": ("How do I share a list?", "Where do I see who changed a record?", "Export to a spreadsheet"),
    "Billing": ("Invoice shows the wrong address", "Question about our last invoice", "Number of seats billed"),
    "Defect": ("Error when opening a record", "Numbers do not add up", "Button does nothing"),
}
OTHER_CASE_SUBJECTS = ("A question", "Please help", "Something is not as expected")
CASE_TYPES = {"User question": "Question", "Billing": "Question", "Installation": "Request"}
CASE_TEXTS = (
    "Several colleagues see this since this morning.\nCan you have a look, please?",
    "It happens now and then; we cannot say when.",
    'We followed the guide, page "first steps", without success.',
    "Not urgent, but we would like to know.",
    "This is the third time this month; please call me back.",
)
