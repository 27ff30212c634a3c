"""What holds for every test: the same examples on every run, and no deadline on a slow machine."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "noctule",
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("noctule")
