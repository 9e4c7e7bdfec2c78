"""Who may do what: one table."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["ROLES", "Action", "Role", "action_for_kind", "may"]


class Role(StrEnum):
    """A user has one or more."""

    CLINICIAN = "clinician"
    ASSISTANT = "assistant"
    AUDITOR = "auditor"
    OWNER = "owner"


class Action(StrEnum):
    """What a role allows."""

    READ = "read"
    PREPARE = "prepare"
    CAPTURE = "capture"
    RECORD = "record"
    SIGN = "sign"
    EXPORT = "export"
    VERIFY = "verify"
    READ_LOG = "read log"
    USERS = "users"
    LIMITS = "limits"
    BACKUP = "backup"
    ERASE = "erase"


ROLES: dict[Role, frozenset[Action]] = {
    Role.CLINICIAN: frozenset(
        {
            Action.READ,
            Action.PREPARE,
            Action.CAPTURE,
            Action.RECORD,
            Action.SIGN,
            Action.EXPORT,
            Action.VERIFY,
        }
    ),
    Role.ASSISTANT: frozenset(
        {Action.READ, Action.PREPARE, Action.CAPTURE, Action.VERIFY}
    ),
    Role.AUDITOR: frozenset({Action.READ, Action.VERIFY, Action.READ_LOG}),
    Role.OWNER: frozenset(
        {
            Action.USERS,
            Action.LIMITS,
            Action.BACKUP,
            Action.ERASE,
            Action.VERIFY,
            Action.READ_LOG,
        }
    ),
}

# What an assistant prepares; any other kind, known or new, is the clinician's.
_ACTIONS = {
    "opened": Action.PREPARE,
    "planned": Action.PREPARE,
    "annotated": Action.PREPARE,
    "weighed": Action.PREPARE,
    "photographed": Action.CAPTURE,
    "signed": Action.SIGN,
}


def action_for_kind(kind: str) -> Action:
    """Return what writing an entry of this kind needs."""
    return _ACTIONS.get(kind, Action.RECORD)


def may(roles: frozenset[Role], action: Action) -> bool:
    """Whether any of the roles allows the action."""
    return any(action in ROLES[role] for role in roles)
