"""The words of the demo's campaign."""

from datetime import date

CAMPAIGN_TITLE = "Bring Carlos home to his children"
CAMPAIGN_SUMMARY = (
    "Carlos asked for asylum and was jailed on a secret, false database entry. Two legal teams work for him"
    " without pay. He wants to be with his children."
)
CAMPAIGN_STORY = """Carlos wants to take his children to school again.

He came with them and asked for asylum. An entry in a database that nobody may see says he is somebody he is
not. On the strength of it he was jailed, and his son and his daughter were taken to a place they did not know.

Two lawyers of two organisations and a paralegal have worked for him **for six months, without pay**. They read
the file line by line, found the entry to be false, and brought the case to court.

What is needed now is money for what cannot be given: filing fees, interpreters, experts, and a bond that comes
back when the case ends.
"""
FUND_TITLE = "A legal fund for Carlos"
FUND_SUMMARY = "Court fees, interpreters, experts and a bond: what cannot be given has to be paid."
FUND_STORY = """The hours of the lawyers are a gift. The rest costs money.

A hearing needs an interpreter. A doctor and a country expert have to testify. The court asks for fees, and a
bond of $8,000 opens the door; it is returned when the case ends and then helps the next person.

Every cost is approved by two people and stands on this page.
"""
MONTHLY_TITLE = "130 new monthly donors before midnight"
MONTHLY_SUMMARY = "A newsroom followed the case. With 130 people who give every month it can follow the next."
MONTHLY_STORY = """Carlos's case was found because somebody had the time to read a court file twice.

That time is paid by people who give a little every month. Tonight we look for 130 of them.

Whoever begins to give monthly before midnight counts, once. Nobody else does, and the rule is printed below.
"""
PURPOSE = "Costs and bond of Carlos's case: court fees, interpreters, experts, travel, bond."
SURPLUS = "What is left pays the same kind of costs for the next person whom Refugio Legal Project defends."
GENERAL_PURPOSE = "Whatever Refugio Legal Project needs to defend people."
NEXT_PURPOSE = "The same kinds of costs for the next people whom Refugio Legal Project defends."
MOVE_REASON = "A mother of three was detained this week, and her hearing is near."
MOVE_WHY = "The clause says that what is left pays for the next person whom we defend."

UPDATES = (
    (
        "The entry is false, says the file itself",
        "The lawyers compared the entry with the file it came from. **The dates do not fit**: it speaks of"
        " somebody else. The court has this comparison now.",
    ),
    (
        "A bond is set",
        "The judge set a bond. It is a deposit, not a payment: it comes back to the fund when the case ends.",
    ),
    (
        "Carlos heard his children",
        "For the first time in months Carlos spoke with both of his children. He thanks everybody who gives.",
    ),
)
MESSAGES = (
    "For the children.",
    "Para que vuelvan a estar juntos.",
    "My grandfather came the same way.",
    "Every month, as long as it takes.",
    "Thank you to the lawyers.",
    "Nobody should be jailed by a secret.",
)
FIRST_NAMES = (
    *("Ruth", "Omar", "Lucia", "James", "Mei", "Priya", "Tomas", "Grace", "Ivan", "Nadia", "Paul", "Rosa"),
    *(
        "Hannah",
        "Luis",
        "Keiko",
        "Amina",
        "Daniel",
        "Marta",
        "Samuel",
        "Ines",
        "Noah",
        "Clara",
        "Victor",
        "Joy",
    ),
)
LAST_NAMES = (
    *("Alvarez", "Brown", "Chen", "Dubois", "Evans", "Flores", "Garcia", "Hughes", "Ito", "Jones", "Khan"),
    *(
        "Lopez",
        "Miller",
        "Novak",
        "Ortiz",
        "Patel",
        "Quinn",
        "Rossi",
        "Smith",
        "Tran",
        "Usman",
        "Vega",
        "Wong",
    ),
)

#: What happened, a day of its month, and a sentence.
TIMELINE = (
    ("detained", date(2025, 4, 20), "Jailed on the strength of one entry."),
    ("filed", date(2025, 6, 4), "The petition is before the court."),
    ("hearing_held", date(2025, 8, 14), "The judge asked for the file."),
    ("bond_posted", date(2025, 10, 9), "It is returned when the case ends."),
)

PETITION = """To the director of the field office:

**Let Carlos wait for his hearing at home.** He has no record, two children who ask for him every night, and two
lawyers who will see that he comes."""

#: Name, town, and whether they want to be named.
SIGNERS = (
    ("Lena Ortiz", "Austin", True),
    ("Thomas Reed", "San Antonio", True),
    ("Imani Brooks", "Houston", True),
    ("Kenji Mori", "Dallas", True),
    ("Sofia Lindqvist", "", True),
    ("Peter Novak", "El Paso", False),
    ("Grace Adeyemi", "Austin", False),
)
#: Title, name, words, goal in dollars, and whether staff has let it be public.
SUPPORTERS = (
    (
        "Ten miles for Carlos",
        "Lena Ortiz",
        "I run ten miles on the last Sunday of the month.\n\nGive a dollar a mile, or whatever you can.",
        1500,
        True,
    ),
    (
        "No presents this year, please",
        "Thomas Reed",
        "I turn forty in May. If you wanted to bring something, bring it here.",
        800,
        True,
    ),
    (
        "Tamales for the legal fund",
        "Imani Brooks",
        "We cook on Saturday behind the church. What you would pay for a dozen, give here.",
        600,
        False,
    ),
)
