"""The words of calls and e-mails: openings, what is meant, and closings. No rate and no class of a person belongs here.

Openings, asides and closings are the same for every class, and some of them name a price, a budget, a competitor or a
holiday: no single word tells what is meant.
"""

CLASSES = (
    "interested",
    "asks_price",
    "objection_budget",
    "objection_timing",
    "competitor",
    "not_interested",
    "out_of_office",
    "unsubscribe_request",
)
LANGUAGES = {"Germany": "de", "Austria": "de", "Switzerland": "de", "France": "fr", "Belgium": "fr"}
OPENINGS: dict[str, tuple[str, ...]] = {
    "en": (
        "Thanks for your mail.",
        "Thank you for the call the other day.",
        "Hi,",
        "Hello, and sorry for the late answer.",
        "Thanks for the price list and the deck.",
        "I went through your material with a colleague.",
        "Good to hear from you.",
        "As you know, we looked at two other vendors as well.",
        "Quick answer between two meetings.",
        "We are in the middle of the budget round, so only a short note.",
    ),
    "de": (
        "Vielen Dank für Ihre Nachricht.",
        "Hallo,",
        "danke für das Telefonat neulich.",
        "Entschuldigen Sie die späte Antwort.",
        "Danke für die Preisliste und die Unterlagen.",
        "Wir stecken gerade in der Budgetrunde, daher nur kurz.",
    ),
    "fr": (
        "Merci pour votre message.",
        "Bonjour,",
        "merci pour notre échange téléphonique.",
        "Veuillez excuser ma réponse tardive.",
        "Merci pour la liste de prix et les documents.",
        "Nous sommes en plein tour budgétaire, donc en bref.",
    ),
}
SAID: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "interested": (
            "Could you show this to the whole team next week?",
            "This fits what we have been looking for; when can we start a trial?",
            "My boss liked it, please send two dates for a demo.",
            "Let us take the next step and talk about the roll-out.",
            "We would like to see how it works with our own data.",
            "Please count us in and bring your engineer along.",
        ),
        "asks_price": (
            "What would forty seats come to in a year?",
            "Before we go on I need a figure for my report.",
            "How do you charge: by user or by record?",
            "Please send an offer with and without the support package.",
            "Is there a rebate when we sign for two years?",
            "Roughly, what should we expect to pay?",
        ),
        "objection_budget": (
            "There is simply no money left for this in our plan.",
            "Finance turned it down, all spending is frozen.",
            "It is more than we can justify for a team of our size.",
            "We would need to cut something else to pay for it.",
            "The amount is far beyond what I may sign.",
            "At that level I will not get it through the board.",
        ),
        "objection_timing": (
            "We are moving offices, nothing new before the summer.",
            "Please come back to me in two quarters.",
            "First we have to finish the migration that is running.",
            "Now is a bad moment, half of the team is on a project.",
            "Let us talk again once the new year has begun.",
            "It is on the list, only not on this year's.",
        ),
        "competitor": (
            "We signed with another provider last month.",
            "Our group has a frame agreement with someone else.",
            "The tool that we have does the same, and we know it.",
            "Frankly, the other demo convinced the team more.",
            "Your rival's people already work on our pilot.",
            "We extended what we use today for three more years.",
        ),
        "not_interested": (
            "This is nothing for us, thank you.",
            "We do not see a need, now or later.",
            "I do not think that we are the right address.",
            "We decided to leave things as they are.",
            "That is not a topic in our company.",
            "I would rather not take this any further.",
        ),
        "out_of_office": (
            "I am away until the ninth and read no mail.",
            "Automatic reply: I am on parental leave, a colleague will take over.",
            "I am travelling this week with little access to my inbox.",
            "Back on Monday; in urgent cases please ring the front desk.",
            "I am out of the office and will answer when I am back.",
            "This mailbox is not read during the holidays.",
        ),
        "unsubscribe_request": (
            "Please take me off your list.",
            "Stop writing to me, I asked for that before.",
            "Delete my address from your files, please.",
            "I do not want any further mail from you.",
            "Remove me and all of my colleagues.",
            "Kindly make sure that I get no more of these messages.",
        ),
    },
    "de": {
        "interested": (
            "Können Sie das nächste Woche dem ganzen Team zeigen?",
            "Das passt gut, wann können wir mit dem Test beginnen?",
            "Bitte schicken Sie zwei Termine für eine Vorführung.",
            "Lassen Sie uns den nächsten Schritt gehen.",
        ),
        "asks_price": (
            "Was würden vierzig Plätze im Jahr ausmachen?",
            "Bitte schicken Sie ein Angebot mit und ohne Support.",
            "Wie rechnen Sie ab, je Nutzer oder je Datensatz?",
            "Ich brauche eine Zahl für meinen Bericht.",
        ),
        "objection_budget": (
            "Dafür ist in unserem Plan kein Geld mehr.",
            "Die Finanzabteilung hat es abgelehnt.",
            "Das ist für ein Team unserer Größe zu viel.",
            "Diese Summe darf ich nicht unterschreiben.",
        ),
        "objection_timing": (
            "Vor dem Sommer fangen wir nichts Neues an.",
            "Bitte melden Sie sich in zwei Quartalen wieder.",
            "Erst muss die laufende Umstellung fertig werden.",
            "Im Moment ist es ungünstig, das halbe Team steckt im Projekt.",
        ),
        "competitor": (
            "Wir haben letzten Monat bei einem anderen Anbieter unterschrieben.",
            "Unser Konzern hat einen Rahmenvertrag mit jemand anderem.",
            "Was wir haben, kann dasselbe, und wir kennen es.",
            "Die andere Vorführung hat das Team mehr überzeugt.",
        ),
        "not_interested": (
            "Das ist nichts für uns, danke.",
            "Wir sehen keinen Bedarf, weder jetzt noch später.",
            "Wir lassen alles, wie es ist.",
            "Das ist bei uns kein Thema.",
        ),
        "out_of_office": (
            "Ich bin bis zum Neunten nicht im Haus und lese keine Post.",
            "Automatische Antwort: Ich bin in Elternzeit.",
            "Ich bin diese Woche auf Reisen.",
            "Am Montag bin ich zurück, im Notfall bitte die Zentrale anrufen.",
        ),
        "unsubscribe_request": (
            "Bitte streichen Sie mich von Ihrer Liste.",
            "Schreiben Sie mir nicht mehr, ich hatte schon darum gebeten.",
            "Löschen Sie bitte meine Adresse.",
            "Ich möchte keine weiteren Nachrichten von Ihnen.",
        ),
    },
    "fr": {
        "interested": (
            "Pourriez-vous le montrer à toute l'équipe la semaine prochaine ?",
            "Cela nous convient, quand peut commencer l'essai ?",
            "Envoyez-nous deux dates pour une démonstration.",
            "Passons à l'étape suivante.",
        ),
        "asks_price": (
            "Combien feraient quarante postes par an ?",
            "Merci d'envoyer une offre avec et sans assistance.",
            "Comment facturez-vous : par utilisateur ou par fiche ?",
            "Il me faut un chiffre pour mon rapport.",
        ),
        "objection_budget": (
            "Il ne reste pas d'argent pour cela dans notre plan.",
            "La direction financière a refusé.",
            "C'est trop pour une équipe de notre taille.",
            "Ce montant dépasse ce que je peux signer.",
        ),
        "objection_timing": (
            "Rien de nouveau avant l'été chez nous.",
            "Revenez vers moi dans deux trimestres.",
            "Il faut d'abord finir la migration en cours.",
            "Le moment est mal choisi, la moitié de l'équipe est sur un projet.",
        ),
        "competitor": (
            "Nous avons signé avec un autre fournisseur le mois dernier.",
            "Notre groupe a un accord-cadre avec quelqu'un d'autre.",
            "Notre outil actuel fait la même chose.",
            "L'autre démonstration a davantage convaincu l'équipe.",
        ),
        "not_interested": (
            "Ce n'est pas pour nous, merci.",
            "Nous n'en voyons pas le besoin.",
            "Nous laissons les choses en l'état.",
            "Ce n'est pas un sujet chez nous.",
        ),
        "out_of_office": (
            "Je suis absent jusqu'au neuf et ne lis pas mes messages.",
            "Réponse automatique : je suis en congé parental.",
            "Je suis en déplacement cette semaine.",
            "De retour lundi ; en cas d'urgence, appelez le standard.",
        ),
        "unsubscribe_request": (
            "Veuillez me retirer de votre liste.",
            "Ne m'écrivez plus, je l'ai déjà demandé.",
            "Supprimez mon adresse, s'il vous plaît.",
            "Je ne souhaite plus recevoir vos messages.",
        ),
    },
}
CLOSINGS: dict[str, tuple[str, ...]] = {
    "en": (
        "Best regards",
        "Thanks again",
        "Kind regards, sent from my phone",
        "Have a good week",
        "PS: nice newsletter, by the way.",
        "Cheers",
    ),
    "de": ("Mit freundlichen Grüßen", "Viele Grüße", "Danke und Gruß", "Schöne Woche noch"),
    "fr": ("Cordialement", "Bien à vous", "Merci encore", "Bonne semaine"),
}
ASIDES: dict[str, tuple[str, ...]] = {
    "en": (
        "A colleague asked about the price, but that is another matter.",
        "By the way, our budget round is over at last.",
        "We have looked at the other vendors too, as you know.",
        "I will be on leave in August, just so that you know.",
        "You may keep me on your list.",
        "No need to call before Monday.",
        "I am interested to hear how your fair went.",
        "The team has its yearly offsite next week.",
    ),
    "de": (
        "Eine Kollegin fragte nach dem Preis, aber das ist ein anderes Thema.",
        "Unsere Budgetrunde ist übrigens endlich vorbei.",
        "Im August bin ich im Urlaub, nur zur Kenntnis.",
        "Sie können mich gern auf Ihrer Liste lassen.",
    ),
    "fr": (
        "Une collègue a demandé le prix, mais c'est une autre affaire.",
        "Notre tour budgétaire est enfin terminé, au passage.",
        "Je serai en congé en août, pour information.",
        "Vous pouvez me laisser sur votre liste.",
    ),
}
