"""Site files as tests write them: the parts that many share, and exact edits."""

PLACE = """\
[site]
name = "Essai"
latitude = 47.517
longitude = 5.108
timezone = "Europe/Paris"
"""
ENERGY = """\
[energy]
price_eur_per_kwh = 0.2
price_date = 2026-02-01
price_source = "assumption"
co2_g_per_kwh = 30
co2_year = 2024
co2_source = "assumption"
"""
STREET = """\
[[streets]]
id = "s"
name = "Rue"
path_m = [[0, 0], [60, 80]]
asked_level = 50
"""
CABINET = """\
[[cabinets]]
id = "A"
name = "Armoire"
[[cabinets.circuits]]
id = "A1"
supply = "permanent"
"""


def lamp_at(at_m: int) -> str:
    """The luminaire L1 of that street and cabinet, without a program."""
    return (
        f'[[luminaires]]\nid = "L1"\ncircuit = "A1"\nstreet = "s"\nat_m = {at_m}\ndriver = "led"\n'
    )


def edited(text: str, *edits: tuple[str, str], once: bool = True) -> str:
    """Replace texts one after the other; each must be there (`once`: in one place only)."""
    for old, new in edits:
        count = text.count(old)
        assert count == 1 or (count and not once), f"{old!r} stands {count} times"
        text = text.replace(old, new)
    return text
