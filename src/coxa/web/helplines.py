"""Whom to call for help, by country: the emergency number, and who answers when a doctor is needed soon."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

from coxa.locales import Words, gettext, mark

#: Answers on mobile phones in most countries of the world.
EVERYWHERE = "112"


@dataclass(frozen=True)
class Helpline:
    """The numbers of one country; `soon` is the line for what cannot wait and is no emergency, empty where there is none for all."""

    country: str
    emergency: str
    soon: str = ""

    @property
    def name(self) -> str:
        """The country's name."""
        return COUNTRIES[self.country]


#: Medical emergencies: where there are several numbers, the one that reaches an ambulance without the police in between.
_NUMBERS: dict[str, tuple[str, str]] = {
    "AR": ("107", ""), "AT": ("144", "1450"), "AU": ("000", "1800 022 222"), "BE": ("112", ""), "BG": ("112", ""), "BR": ("192", ""),
    "CA": ("911", "811"), "CH": ("144", ""), "CL": ("131", ""), "CN": ("120", ""), "CO": ("123", ""), "CY": ("112", ""),
    "CZ": ("112", ""), "DE": ("112", "116117"), "DK": ("112", ""), "EE": ("112", ""), "ES": ("112", ""), "FI": ("112", "116117"),
    "FR": ("15", ""), "GB": ("999", "111"), "GR": ("112", ""), "HK": ("999", ""), "HR": ("112", ""), "HU": ("112", ""),
    "IE": ("112", ""), "IL": ("101", ""), "IN": ("112", ""), "IS": ("112", "1700"), "IT": ("112", ""), "JP": ("119", ""),
    "KR": ("119", ""), "LI": ("144", ""), "LT": ("112", ""), "LU": ("112", ""), "LV": ("112", ""), "MT": ("112", ""), "MX": ("911", ""),
    "NL": ("112", ""), "NO": ("113", "116117"), "NZ": ("111", "0800 611 116"), "PL": ("112", ""), "PT": ("112", "808 24 24 24"),
    "RO": ("112", ""), "SE": ("112", "1177"), "SG": ("995", ""), "SI": ("112", ""), "SK": ("112", ""), "TR": ("112", ""),
    "UA": ("103", ""), "US": ("911", ""), "ZA": ("10177", ""),
}  # fmt: skip
COUNTRIES: Words[str] = Words({
    "AR": mark("Argentina"), "AT": mark("Austria"), "AU": mark("Australia"), "BE": mark("Belgium"), "BG": mark("Bulgaria"),
    "BR": mark("Brazil"), "CA": mark("Canada"), "CH": mark("Switzerland"), "CL": mark("Chile"), "CN": mark("China"),
    "CO": mark("Colombia"), "CY": mark("Cyprus"), "CZ": mark("Czechia"), "DE": mark("Germany"), "DK": mark("Denmark"),
    "EE": mark("Estonia"), "ES": mark("Spain"), "FI": mark("Finland"), "FR": mark("France"), "GB": mark("United Kingdom"),
    "GR": mark("Greece"), "HK": mark("Hong Kong"), "HR": mark("Croatia"), "HU": mark("Hungary"), "IE": mark("Ireland"),
    "IL": mark("Israel"), "IN": mark("India"), "IS": mark("Iceland"), "IT": mark("Italy"), "JP": mark("Japan"),
    "KR": mark("South Korea"), "LI": mark("Liechtenstein"), "LT": mark("Lithuania"), "LU": mark("Luxembourg"), "LV": mark("Latvia"),
    "MT": mark("Malta"), "MX": mark("Mexico"), "NL": mark("Netherlands"), "NO": mark("Norway"), "NZ": mark("New Zealand"),
    "PL": mark("Poland"), "PT": mark("Portugal"), "RO": mark("Romania"), "SE": mark("Sweden"), "SG": mark("Singapore"),
    "SI": mark("Slovenia"), "SK": mark("Slovakia"), "TR": mark("Turkey"), "UA": mark("Ukraine"), "US": mark("United States"),
    "ZA": mark("South Africa"), "": mark("Another country"),
})  # fmt: skip
_OF_LANGUAGE = {"de": "DE"}


def helpline(country: str) -> Helpline:
    """The numbers of a country; the one that works nearly everywhere where it is not known.

    >>> helpline("AT").emergency, helpline("").emergency
    ('144', '112')
    """
    emergency, soon = _NUMBERS.get(country, (EVERYWHERE, ""))
    return Helpline(country if country in _NUMBERS else "", emergency, soon)


def helplines() -> tuple[Helpline, ...]:
    """Every country, by its name in the language spoken now."""
    return tuple(sorted((helpline(country) for country in _NUMBERS), key=lambda line: _sorted(line.name)))


def country_of(zone: str, accepted: str = "", language: str = "", *, chosen: str = "") -> str:
    """The country somebody is in, as far as can be told.

    Parameters
    ----------
    zone : str
        Their time zone, which says it best.
    accepted : str
        The browser's languages, such as "de-AT,de;q=0.9".
    language : str
        The language that they chose.
    chosen : str
        The country that they have set; then nothing is guessed.

    Returns
    -------
    str
        Two letters; empty where nothing tells.

    Examples
    --------
    >>> country_of("Europe/Vienna"), country_of("UTC", "en-NZ,en"), country_of("UTC"), country_of("Europe/Vienna", chosen="CH")
    ('AT', 'NZ', '', 'CH')
    """
    if chosen in _NUMBERS:
        return chosen
    found = _zones().get(zone, "")
    for part in () if found else accepted.split(",")[:10]:
        region = part.split(";")[0].strip().partition("-")[2].upper()
        if region in _NUMBERS:
            return region
    return found or _OF_LANGUAGE.get(language, "")


@cache
def _zones() -> dict[str, str]:
    """The country of each time zone that lies in one, also by the names that zones had before."""
    folder = resources.files("tzdata.zoneinfo")
    table = folder.joinpath("zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    found = {row[2]: row[0] for row in rows}
    # Browsers go on saying the old ones: Asia/Calcutta, America/Buenos_Aires, Europe/Kiev.
    links = (line.split() for line in folder.joinpath("tzdata.zi").read_text(encoding="utf-8").splitlines() if line.startswith("L "))
    # A name without a place in it, such as CET, stands for a clock and for no country.
    return {former: found[zone] for _, zone, former in links if zone in found and "/" in former} | found


def _sorted(name: str) -> str:
    return name.casefold().translate(str.maketrans("äöü", "aou"))


def answers_everywhere() -> str:
    """What to say of the number where the country is not known."""
    return gettext("112 works on mobile phones in most countries. If it does not, call the number you know.")
