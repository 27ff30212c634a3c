"""One answered complaint, as `noctule why` gives it."""

from __future__ import annotations

from sim.explain import explain
from sim.report.sections.section import Section


class Question(Section):
    """Why is it dark?"""

    def content(self) -> dict[str, object]:
        """What the template asks for."""
        return {"question": self._question()}

    def _question(self) -> dict[str, object] | None:
        s, asked = self.s, self._facts.complaint
        if asked is None:
            return None
        lamp, seed = asked.lamp, self._facts.seed
        answer = explain(self._site, lamp.id, asked.t, s.lang, seed)
        level = answer.level
        key = "question.dark" if level == 0 else f"question.{'dim' if level < 50 else 'lit'}"
        at = s.local(asked.t)
        return {
            "asked": s.say(
                key,
                date=s.calendar_date(at.date(), "full").capitalize()
                if s.lang == "fr"
                else s.calendar_date(at.date(), "full"),
                time=s.clock(asked.t),
                lamp=lamp.id,
                street=self._site.street(lamp.street).name,
                level=s.percent(answer.level),
            ),
            "sentence": answer.sentence,
            "layers": [
                (layer.text, s.percent(layer.level) if layer.level else s.say("off"))
                for layer in answer.layers
            ],
            "command": f'noctule why SITE --lamp {lamp.id} --at "{at:%Y-%m-%d %H:%M}" '
            f"--seed {seed} --lang {s.lang}",
        }
