"""The site file: what a technician writes, proven, as Python values.

`load_site(path)` gives a `Site` or raises `SiteErrors`; `check(path)` gives a `Report` whatever
the file is.
"""

from sim.site.check import check, load_site
from sim.site.findings import Finding, Report, SiteErrors
from sim.site.model import Site

__all__ = ["Finding", "Report", "Site", "SiteErrors", "check", "load_site"]
