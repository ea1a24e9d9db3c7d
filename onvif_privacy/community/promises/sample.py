"""Our own texts with what they hold, by which the detection shows that it still finds what it found."""

from __future__ import annotations

from typing import Final

SAMPLE: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("Write to jo.miller@post.example if you want the firmware.", ("email",)),
    ("Meine Adresse ist jörg@bücher.example, ihr erreicht mich dort.", ("email",)),
    ("Ask jo (at) example (dot) org, but not at night.", ("email",)),
    ("Contact: JO+camera@sub.domain.example", ("email",)),
    ("My card 4111 1111 1111 1111 was refused twice.", ("card",)),
    ("I paid with 5555-5555-5555-4444.", ("card",)),
    ("Pay with ４１１１ １１１１ １１１１ １１１１, they said.", ("card",)),
    ("رقم ٤١١١١١١١١١١١١١١١ لا يعمل", ("card",)),
    ("Number 4111\u200b1111\u200b1111\u200b1111 has something unseen in it.", ("card",)),
    ("Call me at +49 30 901820 after six.", ("phone",)),
    ("My phone: 555 0134, evenings only.", ("phone",)),
    ("Ruft mich an: Telefon 030 / 90 18 20", ("phone",)),
    ("Vous pouvez me joindre au 01 23 45 67 89.", ("phone",)),
    ("Send it to 12 Harbour Street, please.", ("address",)),
    ("Ich wohne in der Lindenstraße 14.", ("address",)),
    ("Le paquet va au 5, rue de la Gare.", ("address",)),
    ("Our box: P.O. Box 1042", ("address",)),
    ("Calle Mayor 7 is where we meet.", ("address",)),
    ("Jo lives in Apt. 12, ring twice or write to jo@post.example.", ("address", "email")),
    ("The camera reboots after 3 days with firmware 2.800.0000000.16.R.", ()),
    ("Error 0x80070005 on port 554, and the log says 192.168.1.108.", ()),
    ("Profile S needs 25 frames at 1920x1080, as section 7.10.2 says.", ()),
    ("I have had it since 2019-11-30 and paid 1,299.00 for it.", ()),
    ("Thanks, version 21.06 fixed it on all 14 devices.", ()),
    ("Der Termin am 24.12.2026 um 10:30 Uhr fällt aus.", ()),
    ("Is ISO 27001 in the 2022 edition enough for 100 users?", ()),
    ("The order of calls is GetServices, then GetCapabilities.", ()),
    ("RTSP over TCP lost 3 of 10000 packets in 60 minutes.", ()),
)
