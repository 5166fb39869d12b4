"""The states of Mexico and the United States by their short, official and abbreviated names.

Zones and carriers join by the name of the state, so every spelling of it is replaced by one when a
table is read. Abbreviations are those of INEGI and ISO 3166-2 for Mexico, and the postal codes for
the United States.
"""

from __future__ import annotations

from difflib import get_close_matches

from fulfill.inputs.spelling import fold

STATES: dict[str, dict[str, tuple[str, ...]]] = {
    # country: {canonical name: other names}
    "MX": {
        "Aguascalientes": ("Ags", "AGU"),
        "Baja California": ("Baja California Norte", "BC", "BCN"),
        "Baja California Sur": ("BCS",),
        "Campeche": ("Camp", "CAM"),
        "Chiapas": ("Chis", "CHP"),
        "Chihuahua": ("Chih", "CHH"),
        "Ciudad de México": ("CDMX", "CMX", "Distrito Federal", "DF", "Mexico City", "México DF"),
        "Coahuila": ("Coahuila de Zaragoza", "Coah", "COA"),
        "Colima": ("Col",),
        "Durango": ("Dgo", "DUR"),
        "Guanajuato": ("Gto", "GUA"),
        "Guerrero": ("Gro",),
        "Hidalgo": ("Hgo", "HID"),
        "Jalisco": ("Jal",),
        "México": ("Estado de México", "Edomex", "Edo Mex", "Edo México", "Mex"),
        "Michoacán": ("Michoacán de Ocampo", "Mich", "MIC"),
        "Morelos": ("Mor",),
        "Nayarit": ("Nay",),
        "Nuevo León": ("NL", "NLE"),
        "Oaxaca": ("Oaxaca de Juárez", "Oax"),
        "Puebla": ("Pue",),
        "Querétaro": ("Querétaro de Arteaga", "Qro", "QUE"),
        "Quintana Roo": ("Q Roo", "ROO"),
        "San Luis Potosí": ("SLP",),
        "Sinaloa": ("Sin",),
        "Sonora": ("Son",),
        "Tabasco": ("Tab",),
        "Tamaulipas": ("Tamps", "TAM"),
        "Tlaxcala": ("Tlaxcala de Xicohténcatl", "Tlax", "TLA"),
        "Veracruz": ("Veracruz de Ignacio de la Llave", "Veracruz Llave", "Ver"),
        "Yucatán": ("Yuc",),
        "Zacatecas": ("Zac",),
    },
    "US": {
        "Alabama": ("AL",), "Alaska": ("AK",), "Arizona": ("AZ",), "Arkansas": ("AR",),
        "California": ("CA",), "Colorado": ("CO",), "Connecticut": ("CT",), "Delaware": ("DE",),
        "District of Columbia": ("DC", "Washington DC"), "Florida": ("FL",), "Georgia": ("GA",),
        "Hawaii": ("HI",), "Idaho": ("ID",), "Illinois": ("IL",), "Indiana": ("IN",),
        "Iowa": ("IA",), "Kansas": ("KS",), "Kentucky": ("KY", "Commonwealth of Kentucky"),
        "Louisiana": ("LA",), "Maine": ("ME",), "Maryland": ("MD",),
        "Massachusetts": ("MA", "Commonwealth of Massachusetts"), "Michigan": ("MI",),
        "Minnesota": ("MN",), "Mississippi": ("MS",), "Missouri": ("MO",), "Montana": ("MT",),
        "Nebraska": ("NE",), "Nevada": ("NV",), "New Hampshire": ("NH",), "New Jersey": ("NJ",),
        "New Mexico": ("NM",), "New York": ("NY",), "North Carolina": ("NC",),
        "North Dakota": ("ND",), "Ohio": ("OH",), "Oklahoma": ("OK",), "Oregon": ("OR",),
        "Pennsylvania": ("PA", "Commonwealth of Pennsylvania"), "Rhode Island": ("RI",),
        "South Carolina": ("SC",), "South Dakota": ("SD",), "Tennessee": ("TN",), "Texas": ("TX",),
        "Utah": ("UT",), "Vermont": ("VT",), "Virginia": ("VA", "Commonwealth of Virginia"),
        "Washington": ("WA",), "West Virginia": ("WV",), "Wisconsin": ("WI",), "Wyoming": ("WY",),
    },
}  # fmt: skip
_PREFIXES = {
    "MX": ("estado libre y soberano de", "estado de", "edo de", "mx"),
    "US": ("state of", "us"),
}


def _key(text: str) -> str:
    """Return a spelling without blanks, so that "N.L." and "NL" are one key."""
    return fold(text).replace(" ", "")


_NAMES = {
    country: {_key(name): state for state, others in states.items() for name in (state, *others)}
    for country, states in STATES.items()
}


def state_name(country: str, text: str) -> str | None:
    """Return the canonical name of a state.

    Parameters
    ----------
    country : str
        Country code.
    text : str
        Short or official name, or abbreviation, in any spelling.

    Returns
    -------
    str or None
        None where the country has no such state.
    """
    names, folded = _NAMES.get(country, {}), fold(text)
    found = names.get(_key(text))
    # a prefix is removed only if the whole text is unknown: "Estado de México" is itself a name
    for prefix in _PREFIXES.get(country, ()):
        if found is None and folded.startswith(f"{prefix} "):
            found = names.get(_key(folded.removeprefix(prefix)))
    return found


def near_states(country: str, text: str) -> list[str]:
    """Return the states that a misspelt name may stand for.

    Parameters
    ----------
    country : str
        Country code.
    text : str

    Returns
    -------
    list of str
        Canonical names, at most three.
    """
    # abbreviations are left out: any two letters resemble several of them
    names = {name: state for name, state in _NAMES.get(country, {}).items() if len(name) >= 4}
    return list(
        dict.fromkeys(
            names[name] for name in get_close_matches(_key(text), list(names), cutoff=0.8)
        )
    )


def country_of(text: str) -> str | None:
    """Return the country that has a state of a name.

    Parameters
    ----------
    text : str
        As in `state_name`.

    Returns
    -------
    str or None
        Country code; the first one where several have such a state.
    """
    return next((country for country in STATES if state_name(country, text)), None)
