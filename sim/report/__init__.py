"""The report of a simulated site: one HTML file, in French and in English, for any browser.

It stands alone: no script, no network, nothing beside it. The same input gives the same bytes.
"""

from sim.report.page import html

__all__ = ["html"]
