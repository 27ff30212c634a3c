"""Small sites for the world's tests, with plain defaults for what they do not ask about."""

import pytest

from sim.site.model import Site


class Build:
    """Parts of a site by name: tables as a site file has them, and the site itself."""

    @staticmethod
    def traffic(kind="walker", **rate):
        return {"kind": kind, **rate}

    @staticmethod
    def street(id="street", length=500.0, traffic=(), limit=None):
        return {
            "id": id,
            "name": id,
            "path_m": [[0.0, 0.0], [length, 0.0]],
            "asked_level": 50,
            "traffic": list(traffic),
            **({"speed_limit_kmh": limit} if limit else {}),
        }

    @staticmethod
    def sensor(range_m=8.0, **more):
        return {"range_m": range_m, **more}

    @staticmethod
    def luminaire(id, at_m, street="street", sensor="pir"):
        return {
            "id": id,
            "at_m": at_m,
            "street": street,
            "circuit": "A1",
            "driver": "led",
            "program": "night",
            **({"sensor": sensor} if sensor else {}),
        }

    def site(self, streets, luminaires=(), sensors=None, timezone="Europe/Paris"):
        lamps = list(luminaires) or [self.luminaire("only", 0.0, streets[0]["id"], None)]
        return Site.model_validate(
            {
                "site": {"name": "x", "latitude": 47.5, "longitude": 5.1, "timezone": timezone},
                "energy": {
                    "price_eur_per_kwh": 0.2,
                    "price_date": "2026-02-01",
                    "price_source": "assumption",
                    "co2_g_per_kwh": 30.0,
                    "co2_year": 2024,
                    "co2_source": "assumption",
                },
                "drivers": {"led": {"power_w": 43.0}},
                "programs": {"night": {"points": [{"at": "sunset", "level": 100}]}},
                "sensors": sensors or {"pir": self.sensor()},
                "streets": list(streets),
                "cabinets": [
                    {"id": "A", "name": "A", "circuits": [{"id": "A1", "supply": "permanent"}]}
                ],
                "luminaires": lamps,
            }
        )


@pytest.fixture(scope="session")
def build():
    return Build()
