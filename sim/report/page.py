"""The page: one HTML document of all sections, in each language."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sim.report.drawing import CIRCUITS, DARK, STRATEGIES, WAYS
from sim.report.facts import Facts
from sim.report.figures import Json
from sim.report.sections.assumptions import Assumptions
from sim.report.sections.compare import Compare
from sim.report.sections.evening import Evening
from sim.report.sections.health import Health
from sim.report.sections.nights import Nights
from sim.report.sections.question import Question
from sim.report.sections.short import Short
from sim.report.sections.village import Village
from sim.report.speech import Speech
from sim.report.words import LANGUAGES
from sim.site.model import Site

_HERE = Path(__file__).parent


def html(
    site: Site,
    summary: Json,
    first: int,
    seed: int,
    at: int | None = None,
    asked: tuple[int, int] | None = None,
) -> str:
    """The report as one HTML document.

    summary: of `sim.summary`, with any of its strategies; first: day number of the first night;
    seed: the run's. The first night is run once more, for its details, and a year in which nobody
    passes, for its pictures. at: the instant of the map, within the nights of the summary;
    asked: the luminaire (index) and the instant of the complaint that is answered; None: one of
    the first night is looked for.
    """
    facts = Facts(site, summary, first, seed, at, asked)
    speeches = [Speech(lang, site) for lang in LANGUAGES]
    opens = site.site.language
    speech = next(s for s in speeches if s.lang == opens)
    jinja = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = jinja.get_template("report.html.j2").render(
        site=site,
        opens=opens,
        title=speech.say("title", site=site.site.name),
        css=Markup(_style()),
        pages=[_content(speech, facts) for speech in speeches],
    )
    return text.strip() + "\n"


def _content(speech: Speech, facts: Facts) -> dict[str, object]:
    """What the templates ask for, section by section."""
    made = {
        "s": speech,
        **Short(speech, facts).content(),
        **Village(speech, facts).content(),
        **Evening(speech, facts).content(),
        **Compare(speech, facts).content(),
        **Question(speech, facts).content(),
        **Nights(speech, facts).content(),
        **Health(speech, facts).content(),
        **Assumptions(speech, facts).content(),
    }
    contents = [
        ("short", "short"),
        ("village", "village"),
        ("tonight", "tonight"),
        ("compare", "compare"),
        ("hand", "hand"),
        ("question", "question") if made["question"] else None,
        ("profiles", "profiles"),
        ("year", "year"),
        ("street", "street.title") if made["street"] else None,
        ("health", "health"),
        ("assumptions", "assumptions"),
    ]
    made["contents"] = [(entry[0], speech.say(entry[1])) for entry in contents if entry]
    return made


def _style() -> str:
    css = (_HERE / "report.css").read_text(encoding="utf-8")
    inks = {f".sign-{name}": ink for name, ink in STRATEGIES.items()}
    inks |= {f".circuit-{n}": ink for n, ink in enumerate(CIRCUITS)}
    signs = [f"{name} {{ color: {ink}; }}" for name, ink in inks.items()]
    signs += [f".way-{kind} i {{ background: {ink}; }}" for kind, ink in WAYS.items()]
    rules = [f"  {name} {{ color: {DARK[ink]}; }}" for name, ink in inks.items()]
    rules += [
        f'  svg [fill="{light}"] {{ fill: {dark}; }} svg [stroke="{light}"] {{ stroke: {dark}; }}'
        for light, dark in DARK.items()
    ]
    css = css.replace("/* signs */", "\n".join(signs), 1)
    return css.replace("/* dark */", "\n".join(rules), 1)
