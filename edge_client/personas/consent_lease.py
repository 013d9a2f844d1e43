"""Until when a robot may use what it holds of somebody's voice, also while its gateway is away."""

import datetime
from collections.abc import Callable

from edge_client.personas.known_personas import KnownPersona
from robotvoice.utterance import Reason

LEASE = datetime.timedelta(days=30)
"""For which it may go on without hearing its gateway: it may have missed that a consent was withdrawn"""
LOOK_EVERY = 60.0
"""Seconds; a clock may be set, and a machine sleep through midnight"""
CONSENT_EXPIRED = "consent_expired"

Clock = Callable[[], float]


def last_day(persona: KnownPersona, heard_at: float | None) -> datetime.date | None:
    """On which its cloned voice may be used; None: there is none.

    `heard_at`: when its gateway told of it last, in seconds of the wall clock.
    """
    days = [_day(heard_at) + LEASE] if heard_at is not None else []
    if persona.consent_until:
        days.append(datetime.date.fromisoformat(persona.consent_until))
    return min(days, default=None) if persona.clones else None


def why_ended(persona: KnownPersona, heard_at: float | None, now: float) -> Reason | None:
    """Why its cloned voice may not be used any more; None: it may.

    A machine without a clock of its own, which begins somewhere in the past, ends nothing.
    """
    until = last_day(persona, heard_at)
    if until is None or heard_at is None or now < heard_at or _day(now) <= until:
        return None
    if until.isoformat() == persona.consent_until:
        return Reason(CONSENT_EXPIRED, f"the consent to this voice ended with {until}")
    return Reason(
        CONSENT_EXPIRED,
        f"the gateway has not been heard for {LEASE.days} days, so whether this voice may still be used is "
        "not known",
    )


def _day(moment: float) -> datetime.date:
    return datetime.datetime.fromtimestamp(moment).date()
