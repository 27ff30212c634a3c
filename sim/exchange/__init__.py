"""To and from the models that management systems speak: TALQ, uCIFI/LwM2M, NGSI-LD.

Each `export` gives an `Exported`: an object for JSON, and the list of what its model cannot say
of the site; `sim.exchange.words.THEIRS` lists what a site file cannot say of theirs. None of it
has been assessed by those who keep the models.
"""

from sim.exchange.unsaid import Exported, Unsaid

__all__ = ["Exported", "Unsaid"]
