"""What a person's roles leave to others, in words for a button that is switched off."""

from __future__ import annotations

from vein_imaging.storage.people.roles import Action, Role, may
from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = ["Action", "why_not", "why_not_at_work"]

_DONE_BY_CLINICIANS = {
    Action.RECORD: marked("Injections and findings are recorded by a clinician"),
    Action.SIGN: marked("A session is signed by a clinician"),
    Action.EXPORT: marked("What leaves the record is handed out by a clinician"),
}


def why_not(name: str, roles: frozenset[Role], action: Action) -> str:
    """Say why a person may not; empty where the person may. Nothing is logged.

    Parameters
    ----------
    name : str
    roles : frozenset of Role
    action : Action

    Returns
    -------
    str
        ``Injections and findings are recorded by a clinician; ben is assistant``.
    """
    if may(roles, action):
        return ""
    who = _("{name} is {roles}").format(name=name, roles=", ".join(sorted(roles)))
    rule = _DONE_BY_CLINICIANS.get(action)
    rule = _(rule) if rule else _("This is not allowed: {action}").format(action=action)
    return f"{rule}; {who}"


def why_not_at_work(name: str, roles: frozenset[Role]) -> str:
    """Say why a person has no place at the start page; empty where there is one.

    Parameters
    ----------
    name : str
    roles : frozenset of Role

    Returns
    -------
    str
        Owners and auditors work on the command line, and see no patient here.
    """
    if may(roles, Action.READ) and may(roles, Action.PREPARE):
        return ""
    if may(roles, Action.READ):
        return _(
            "{name} is {roles}: the record is read with `vein-imaging session` and "
            "`vein-imaging verify`. Only clinicians and assistants work in this window"
        ).format(name=name, roles=", ".join(sorted(roles)))
    return _(
        "{name} is {roles} and sees no patients. People, limits and backups are kept "
        "with `vein-imaging user` and `vein-imaging store`"
    ).format(name=name, roles=", ".join(sorted(roles)))
