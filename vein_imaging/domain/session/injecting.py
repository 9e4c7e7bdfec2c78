"""Entries about an injection: planned, given, corrected, voided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from vein_imaging.domain.dose import Finding
from vein_imaging.domain.injection import Injection
from vein_imaging.domain.quantity import Weight
from vein_imaging.domain.session.mark import Mark, require_text

__all__ = ["Corrected", "Injected", "Planned", "Voided"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An injection was checked before the needle.

    Parameters
    ----------
    entry_id : str
    injection : Injection
    limits_version : str
    findings : tuple of Finding
        All that was shown.
    mark : Mark, optional
    """

    kind: ClassVar[str] = "planned"
    entry_id: str
    injection: Injection
    limits_version: str
    findings: tuple[Finding, ...] = ()
    mark: Mark | None = None

    def __post_init__(self) -> None:
        require_text(self.entry_id, "entry_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Injected:
    """An injection was given: a fact, recorded whatever the rules say.

    Parameters
    ----------
    entry_id : str
    injection : Injection
    limits_version : str
        Of the table it was checked against.
    findings : tuple of Finding
        Every finding shown before it.
    reason : str
        Why it was given past a stop.
    weight : Weight, optional
        Used for the check.
    plan_id : str, optional
        The `Planned` entry it carries out.
    mark : Mark, optional
    """

    kind: ClassVar[str] = "injected"
    entry_id: str
    injection: Injection
    limits_version: str
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    weight: Weight | None = None
    plan_id: str | None = None
    mark: Mark | None = None

    def __post_init__(self) -> None:
        require_text(self.entry_id, "entry_id")

    @property
    def flagged(self) -> bool:
        """Whether it was given past a stop."""
        return any(finding.severity == "stop" for finding in self.findings)

    @property
    def reason_due(self) -> bool:
        """Whether it was given past a stop and nobody said why."""
        return self.flagged and not self.reason.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """An entry was wrong: this is what was really given, and why it says so.

    Parameters
    ----------
    entry_id : str
    corrects : str
        Entry of an `Injected`, or of an earlier correction of it.
    injection : Injection
        The whole right value.
    reason : str
    limits_version : str
    findings : tuple of Finding
        Of the check with the right value.
    """

    kind: ClassVar[str] = "corrected"
    entry_id: str
    corrects: str
    injection: Injection
    reason: str
    limits_version: str = ""
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        require_text(self.entry_id, "entry_id")
        require_text(self.corrects, "corrects")
        require_text(self.reason, "reason")

    @property
    def flagged(self) -> bool:
        """Whether what was really given passes a stop."""
        return any(finding.severity == "stop" for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voided:
    """An entry does not hold: it never happened, or it was undone. It stays readable.

    Voiding a correction brings back what stood before it; voiding a voiding brings the
    entry back.

    Parameters
    ----------
    entry_id, voids, reason : str
    """

    kind: ClassVar[str] = "voided"
    entry_id: str
    voids: str
    reason: str

    def __post_init__(self) -> None:
        require_text(self.entry_id, "entry_id")
        require_text(self.voids, "voids")
        require_text(self.reason, "reason")
