"""`get_ready`: what the first who comes would wait for, done before they come; `settle`: no long pauses afterwards."""

from __future__ import annotations

import gc
import logging
import sys
import threading
from typing import Any

from coxa import locales
from coxa.care.history import History
from coxa.care.planner import plan
from coxa.care.programme import Profile
from coxa.care.progression import review
from coxa.care.questionnaire import screening_questions
from coxa.care.screening import screen
from coxa.care.translate import translate
from coxa.errors import CoxaError
from coxa.exercises import catalogue
from coxa.records.store import utc_now
from coxa.web.live import sets
from coxa.web.page import environment

log = logging.getLogger("coxa.web")

#: After how many new objects the youngest are looked through for cycles, how many times that before those that survived are, and how
#: many times these before all are. All are the diaries that are kept in memory, hundreds of thousands of objects: looking through
#: them stops everybody for a tenth of a second or more, and finds next to nothing, so it is done after ten million new objects.
COLLECT_AFTER = (2_000, 10, 500)
#: How long, in seconds, a thread that calculates may go on while another one waits. A short answer asks the database a dozen times and
#: waits for its turn after each: with Python's own 5 ms a single long one beside it makes it ten times slower.
SWITCH_S = 0.001
#: What somebody answers, beside no sign of danger, who may do everything.
WELL: dict[str, Any] = {
    "age": 45, "acute-injury": False, "heart-or-dizzy": False, "surgery-12-months": False, "falls-12-months": 0, "balance-trouble": False,
    "region": "outer", "side": "left", "pain-now": 2, "limps-or-limits": False, "nerve-signs": False, "floor": True, "kneel": True,
    "lie-on-left": True, "lie-on-right": True, "weight-on-leg": True, "pregnancy-pelvic-pain": False,
}  # fmt: skip


def get_ready() -> None:
    """Load what every page needs, in every language, and the compiled step of the live coaching.

    Templates are compiled, the catalogue read and translated, the rules and their numbers loaded by one made-up person for whom
    they are used once.
    """
    try:
        _load_pages()
    except CoxaError as error:
        # Such as a clinic's own exercise that cannot be read: the page that needs it says so, and the others are there.
        log.warning("not ready", extra={"fields": {"detail": " ".join(str(error).split())}})
    sets.warm()


def _load_pages() -> None:
    templates = environment()
    for name in templates.list_templates(filter_func=lambda name: name.endswith(".html")):
        templates.get_template(name)
    screening = screen(dict.fromkeys(screening_questions().dangers, False) | WELL)
    today = utc_now().date()
    for language in locales.available():
        with locales.speaking(language):
            catalogue.all_exercises()
            profile = Profile(screening=screening, age=45, starts_on=today)
            translate(review(History(profile=profile, programme=plan(profile), today=today)))


def settle(warming: threading.Thread) -> None:
    """Set what is loaded aside once `get_ready` has ended: it stays for good, and is not to be looked through for garbage again.

    Parameters
    ----------
    warming : threading.Thread
        In which `get_ready` runs.

    Notes
    -----
    For a process that does nothing but serve: what is set here holds for all of it.
    """
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(*COLLECT_AFTER)
    warming.join()
    gc.collect()
    gc.freeze()
