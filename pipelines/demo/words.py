"""The words of the simulated company: names, places, subjects, pages. No rate and no effect belongs here.

A world file may invent industries, countries, seniorities and functions: the functions at the end give the words of
any of them, plain ones for those that have none here.
"""

from collections.abc import Sequence

FIRST_NAMES_TEXT = """
Ada Adam Aisha Alan Alice Amir Amy Anders Andrea Anna Anton Aria Arthur Astrid Ben Bianca Boris Bruno Carla Carlos
Cathy Chen Chloe Clara Colin Dana Daniel Daria David Deepa Diego Dora Dylan Edith Elena Elias Ella Emil Emma Eric Erin
Esther Eva Fatima Felix Fiona Frank Freya Gavin Gina Grace Greta Hanna Hans Hassan Helen Henry Hugo Ian Ida Ingrid
Irene Isaac Ivan Jack Jana Jasper Joan Joel Jonas Julia Karim Karin Kate Kenji Klara Lars Laura Lea Leo Liam Lin Lisa
Louis Lucy Luis Maja Marco Maria Mark Marta Max Mei Mia Milan Mina Mona Nadia Nils Nina Noah Nora Olaf Oliver Olga
Omar Oscar Paula Peter Petra Priya Rachel Rafael Ravi Rita Robin Rosa Ruben Ruth Sam Sara Simon Sofia Stefan Sven Tara
Theo Thomas Tina Tom Uma Ursula Vera Victor Wanda Will Yara Yuki Zoe
"""
FIRST_NAMES = tuple(FIRST_NAMES_TEXT.split())
LAST_NAMES_TEXT = """
Abbott Adler Ahmed Almeida Andersen Archer Bailey Baker Barnes Bauer Becker Bell Bennett Berg Bianchi Blake Bloom Boyd
Brandt Brooks Brown Burke Campbell Carter Castro Chapman Cohen Cole Cooper Costa Cruz Dahl Davies Dean Diaz Dixon
Dubois Duncan Eklund Ellis Engel Evans Farrell Fischer Fleming Foster Fournier Fox Garcia Gibson Gomez Graham Grant
Gruber Haas Hall Hansen Harper Hart Hayes Herrera Hill Hoffman Holt Hughes Hunt Ibrahim Jansen Jensen Jones Kang Kaur
Keller Kelly Khan Kim Klein Koch Kruger Kumar Lambert Lang Larsen Lee Lewis Lim Lopez Lund Maier Marsh Martin Mason
Mehta Meyer Miller Moore Moreau Morgan Morris Murphy Myers Nakamura Nash Nguyen Nolan Novak O'Brien Olsen Ortiz Owen
Park Patel Perez Peters Petit Pham Porter Quinn Rao Reed Reyes Rhodes Richter Rivera Roberts Rossi Roth Russo Ryan
Sanders Santos Schmidt Schulz Scott Shah Shaw Silva Singh Smith Sommer Stein Stone Suzuki Tanaka Taylor Thomas Torres
Turner Vance Vargas Vogel Wagner Walker Walsh Wang Ward Weber West White Wolf Wong Wright Yamada Young Zhang Ziegler
"""
LAST_NAMES = tuple(LAST_NAMES_TEXT.split())
SALUTATIONS = ("", "", "", "Prof.", "", "", "", "Dr.")
FIRM_STARTS_TEXT = """
Al Ar Bel Ber Bor Cal Car Cor Dal Del Dor El Em Fal Fen Gal Gar Hal Har Hel In Jar Kal Kor Lan Lor Lum Mar Mel Mon Nor
Nov Ol Or Pal Par Quin Ral Ren Ros Sal Sen Sol Tal Ter Tor Ul Val Ver Vin Wal Wes Xen Yor Zan Zel
"""
FIRM_STARTS = tuple(FIRM_STARTS_TEXT.split())
FIRM_ENDS_TEXT = """
ado aris axo bex bridge cast dane delo dyne era field ford gate ica ion ix land lex lia lo mark max mere mont nex nova
oma on ora phi quest rix ro sys tek tera ton tron ura vance vera via ville wood xis yard zen
"""
FIRM_ENDS = tuple(FIRM_ENDS_TEXT.split())
SYLLABLES = tuple(first + second for first in "bcdfghjklmnprstvwxz" for second in "aeiou")
FIRM_WORDS = {
    "Technology": ("Software", "Systems", "Labs", "Data", "Networks"),
    "Finance": ("Capital", "Bank", "Insurance", "Advisors", "Payments"),
    "Healthcare": ("Health", "Clinics", "Medical", "Pharma", "Care"),
    "Manufacturing": ("Industries", "Components", "Machines", "Materials", "Tools"),
    "Retail": ("Stores", "Retail", "Outlets", "Goods", "Trading"),
    "Education": ("Academy", "College", "Learning", "Schools", "Institute"),
    "Construction": ("Construction", "Builders", "Engineering", "Estates", "Concrete"),
    "Consulting": ("Consulting", "Partners", "Associates", "Strategy", "Group"),
    "Transportation": ("Logistics", "Freight", "Shipping", "Transport", "Lines"),
    "Hospitality": ("Hotels", "Resorts", "Catering", "Events", "Leisure"),
}
LEGAL_FORMS = {
    "United States": ("Inc.", "LLC", "Corp.", ""),
    "United Kingdom": ("Ltd", "PLC", "Limited", ""),
    "Germany": ("GmbH", "AG", "GmbH & Co. KG", ""),
    "France": ("SAS", "SA", "SARL", ""),
    "Netherlands": ("B.V.", "N.V.", "BV", ""),
    "Canada": ("Inc.", "Ltd.", "Corp.", ""),
}
DOMAINS = {
    "United States": "com",
    "United Kingdom": "co.uk",
    "Germany": "de",
    "France": "fr",
    "Netherlands": "nl",
    "Canada": "ca",
}
PLACES = {  # country: (city, state or region, start of the postal code)
    "United States": (
        ("Boston", "MA", "021"),
        ("Austin", "TX", "787"),
        ("Denver", "CO", "802"),
        ("Chicago", "IL", "606"),
        ("Seattle", "WA", "981"),
        ("Atlanta", "GA", "303"),
        ("New York", "NY", "100"),
        ("San Jose", "CA", "951"),
    ),
    "United Kingdom": (("London", "", "EC1"), ("Leeds", "", "LS2"), ("Bristol", "", "BS3"), ("Glasgow", "", "G12")),
    "Germany": (("Berlin", "BE", "101"), ("Hamburg", "HH", "203"), ("München", "BY", "803"), ("Köln", "NW", "506")),
    "France": (("Paris", "", "750"), ("Lyon", "", "690"), ("Lille", "", "590"), ("Nantes", "", "440")),
    "Netherlands": (
        ("Amsterdam", "", "101"),
        ("Utrecht", "", "351"),
        ("Eindhoven", "", "561"),
        ("'s-Hertogenbosch", "", "521"),
    ),
    "Canada": (
        ("Toronto", "ON", "M5V"),
        ("Montréal", "QC", "H2Y"),
        ("Calgary", "AB", "T2P"),
        ("Vancouver", "BC", "V6B"),
    ),
}
CALLING_CODES = {
    "United States": "+1 617 555",
    "United Kingdom": "+44 20 7946",
    "Germany": "+49 30 23125",
    "France": "+33 1 99 00",
    "Netherlands": "+31 20 794",
    "Canada": "+1 416 555",
}
STREETS = ("Main Street", "Station Road", "Harbour Lane", "Mill Road", "Park Avenue", "Market Square", "Bridge Street")
FREE_MAIL = ("gmail.com", "yahoo.com", "outlook.com", "hotmail.com", "gmx.de")
CHIEFS = {
    "IT": "Chief Information Officer",
    "Operations": "Chief Operating Officer",
    "Finance": "CFO",
    "Marketing": "Chief Marketing Officer",
    "Sales": "Chief Revenue Officer",
    "HR": "Chief People Officer",
}
CALL_SUBJECTS = ("Call: first contact", "Call: follow-up", "Call: left voicemail", "Call: discovery", "Call")
EMAIL_SUBJECTS = (
    "Email: introduction",
    "Email: following up",
    "Email: our conversation",
    "Email: pricing",
    "Email: next steps",
)
MEETING_SUBJECTS = ("Discovery meeting", "Product demo", "Proposal review", "Check-in", "Workshop")
DESCRIPTIONS = (
    "Met at the fair.\nAsked for a follow-up in the new quarter.",
    'Says "call me after the budget round".',
    "Uses a competing tool,\r\ncontract ends next year.",
    "Referred by a partner; wants references, prices, dates.",
)
PAGES = (
    "/",
    "/product",
    "/blog/what-is-lead-scoring",
    "/customers",
    "/product/analytics",
    "/docs/getting-started",
    "/blog/clean-crm-data",
    "/about",
    "/careers",
    "/webinars",
    "/resources/buyers-guide",
    "/integrations",
    "/security",
)
FORM_PAGES = {
    "demo_request": "/demo",
    "pricing_request": "/pricing/quote",
    "call_me": "/contact",
    "content_download": "/resources/buyers-guide",
    "webinar_registration": "/webinars/register",
    "newsletter": "/newsletter",
}
LINKS = ("/product", "/customers", "/pricing", "/unsubscribe")
REFERRERS = ("", "https://www.google.com/", "https://www.bing.com/", "https://www.linkedin.com/")
BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
)
ROBOTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "python-requests/2.31.0",
)
OTHER_FIRM_WORDS = ("Group", "Works", "Services", "Holdings", "Partners")
OTHER_LEGAL_FORMS = ("Ltd", "S.A.", "Inc.", "")
OTHER_CITIES = (("Newtown", "", "10"), ("Harbourside", "", "20"), ("Old Mills", "", "30"), ("Southgate", "", "40"))
TITLES = {"VP": "VP {}", "Director": "Director of {}", "Manager": "{} Manager", "Staff": "{} Specialist"}
AREAS = {"IT": "Information Technology", "HR": "Human Resources"}

SHORT_WORDS = {
    "Industries": "Ind.",
    "Systems": "Sys.",
    "Components": "Comp.",
    "Construction": "Constr.",
    "Engineering": "Eng.",
    "Consulting": "Cons.",
    "Associates": "Assoc.",
    "Logistics": "Log.",
    "Institute": "Inst.",
    "Insurance": "Ins.",
    "Services": "Svcs.",
    "Holdings": "Hldg.",
    "Software": "SW",
    "Networks": "Netw.",
}
TRANSLATIONS = {
    "Bank": "Banque",
    "Insurance": "Versicherung",
    "Industries": "Industrie",
    "Machines": "Maschinen",
    "Tools": "Werkzeuge",
    "Stores": "Magasins",
    "Trading": "Handel",
    "Academy": "Akademie",
    "College": "Hochschule",
    "Schools": "Schulen",
    "Construction": "Bau",
    "Concrete": "Beton",
    "Partners": "Partner",
    "Logistics": "Logistik",
    "Freight": "Fracht",
    "Shipping": "Spedition",
    "Transport": "Transports",
    "Hotels": "Hôtels",
    "Software": "Logiciels",
    "Data": "Données",
    "Health": "Gesundheit",
    "Clinics": "Kliniken",
    "Services": "Dienste",
}
OTHER_ENDINGS = ("com", "net", "eu", "io")
SHORT_NAMES = {
    "Alexander": "Alex",
    "Andrea": "Andi",
    "Anton": "Toni",
    "Benjamin": "Ben",
    "Cathy": "Catherine",
    "Daniel": "Dan",
    "David": "Dave",
    "Frank": "Franky",
    "Henry": "Harry",
    "Isaac": "Ike",
    "Julia": "Jules",
    "Kate": "Katherine",
    "Laura": "Lori",
    "Louis": "Lou",
    "Max": "Maximilian",
    "Oliver": "Ollie",
    "Peter": "Pete",
    "Rachel": "Rach",
    "Sam": "Samuel",
    "Simon": "Si",
    "Stefan": "Steve",
    "Theo": "Theodore",
    "Thomas": "Tom",
    "Tom": "Thomas",
    "Victor": "Vic",
    "Will": "William",
}


def firm_words(industry: str) -> Sequence[str]:
    """What the companies of an industry call themselves."""
    return FIRM_WORDS.get(industry, (industry, *OTHER_FIRM_WORDS))


def legal_forms(country: str) -> Sequence[str]:
    return LEGAL_FORMS.get(country, OTHER_LEGAL_FORMS)


def domain_ending(country: str) -> str:
    return DOMAINS.get(country, "com")


def cities(country: str) -> Sequence[tuple[str, str, str]]:
    """City, state or region (blank where there is none), start of the postal code."""
    return PLACES.get(country, OTHER_CITIES)


def calling_code(country: str) -> str:
    return CALLING_CODES.get(country, "+999 1 555")


def job_title(seniority: str, function: str) -> str:
    """A job title as people write it; one of an invented seniority names it."""
    area = AREAS.get(function, function)
    if seniority == "C-Level":
        return CHIEFS.get(function, f"Chief {area} Officer")
    return TITLES[seniority].format(area) if seniority in TITLES else f"{area} {seniority}"
