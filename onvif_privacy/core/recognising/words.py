"""Words by which telephone numbers and postal addresses are known, in twelve languages."""

from __future__ import annotations

import re
from typing import Final


def any_of(words: str) -> str:
    """Return an alternative of words given with spaces between; ``_`` stands for a space in one, longest first."""
    listed = sorted(words.split(), key=len, reverse=True)
    return "|".join(re.escape(word).replace("_", r"\s") for word in listed)


# en de fr es it pt nl sv da fi pl cs: what stands before or after a number to call
CALLING: Final = any_of(
    "phone telephone tel cell mobile call fax text whatsapp sms office desk dial reach hotline "
    "telefon handy mobil ruf anrufen rufen erreichen erreichbar rufnummer durchwahl "
    "téléphone portable appeler appelez appelle joindre teléfono móvil llamar llama llame celular "
    "telefono cellulare chiamare chiamami chiama telefone telemóvel ligar ligue telefoon bel bellen mobiel gsm "
    "telefonnummer ring ringa mobilnummer puhelin soita kännykkä komórka zadzwoń dzwoń zavolejte volejte answering"
)

# what follows a name: a word of its own, or the end of one
STREET_AFTER: Final = any_of(
    "street streets st road roads rd avenue avenues ave lane lanes ln drive drives dr court courts ct square squares "
    "sq boulevard blvd terrace close crescent place parkway pkwy highway hwy way alley bypass trail turnpike mews row "
    "walk gardens grove plaza parade esplanade crossing ridge circle loop pike hill view green quay "
    "straße strasse str gasse weg platz allee utca útja u. út tér körút krt köz sor utcája ulice ulica"
)
STREET_END: Final = any_of(
    "straße strasse str. str gasse weg platz allee ring damm ufer steig bundesstrasse straat laan gracht plein dijk "
    "singel kade gatan gata gränd vägen väg torget stigen vej gade vænget stræde allé toften parken vangen bakken "
    "marken veien vei gate gaten svingen katu kuja tie polku raitti rinne kaari puisto tänav maantee puiestee põik "
    "götu gata vegur stígur stræti braut utca"
)
# what stands before a name
STREET_BEFORE: Final = any_of(
    "rue avenue boulevard chemin impasse quai route allée cours square via viale piazza corso vicolo largo strada "
    "contrada borgo calle avenida plaza paseo camino carrera c/ avda. ronda rúa rua travessa praça estrada av. "
    "alameda quinta ul. ulica aleja al. plac os. pl. nám. náměstí třída cesta trg place piazzale lungomare colonia"
)
UNIT: Final = any_of(
    "apt apt. apartment suite ste flat unit floor room wohnung stock etage appartement app. piso puerta interno "
    "lägenhet lejlighed asunto byt mieszkanie depto"
)
BOX: Final = any_of(
    "box p.o._box po_box p.o.box postfach boîte_postale apartado casella_postale caixa_postal postbus boks "
    "postilokero skrytka_pocztowa"
)
