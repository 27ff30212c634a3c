"""Check a site file: `check` gives a `Report` for any input, `load_site` a proven `Site`.

The shape is proven by `sim.site.model`; `sim.site.rules` says what that found, and looks across
it. When a part has the wrong shape, the rules still run over the parts that have the right one,
so that a technician sees as much as possible at once.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from sim.site.document import Document, DocumentError, read
from sim.site.findings import Finding, Findings, Report, SiteErrors
from sim.site.model import Site
from sim.site.rules.across import across
from sim.site.rules.parts import Parts
from sim.site.rules.references import references
from sim.site.rules.shapes import tell_shapes


def load_site(path: str | Path) -> Site:
    """Read a proven site. Raises SiteErrors."""
    report = check(path)
    if report.site is None:
        raise SiteErrors(report.findings)
    return report.site


def check(path: str | Path) -> Report:
    """Check a site file. Never raises, whatever the file is."""
    file = str(path)
    try:
        document = read(path)
    except DocumentError as error:
        finding = Finding("error", error.code, file, error.line, error.column, (), error.params)
        return Report(file, None, (finding,))
    return check_document(document, file)


def check_document(document: Document, file: str) -> Report:
    """Check a TOML document that has been read."""
    found = Findings(document, file)
    site: Site | None = None
    try:
        try:
            site = Site.model_validate(document.values)
        except ValidationError as errors:
            tell_shapes(errors, document.values, found)
        references(document.values, found)
        Parts(document.values, site, found).check()
        if site is not None and not found.has_errors:
            across(site, found)
    except Exception as error:  # a technician never sees a traceback; a test looks for these
        found.add("error", "internal", (), detail=f"{type(error).__name__}")
    findings = found.sorted()
    if any(f.severity == "error" for f in findings):
        site = None
    return Report(file, site, findings)
