"""What makes a signature one: its seal, and what it was made over."""

from __future__ import annotations

from collections.abc import Sequence

from vein_imaging.storage.entries.admission import digest_of
from vein_imaging.storage.entries.ledger import StoredEvent

__all__ = ["SEAL", "signature_problem"]

SEAL = "store.signature"
"""The kind of the entry that says that a password was given; it follows at once."""


def signature_problem(
    signed: StoredEvent,
    before: Sequence[bytes],
    seal: StoredEvent | None,
) -> str | None:
    """Return what is wrong with a signature, or None.

    Parameters
    ----------
    signed : StoredEvent
    before : sequence of bytes
        Hashes of the session's entries before it, in their order.
    seal : StoredEvent, optional
        The entry behind it, where it is one of the kind of a seal.
    """
    sealed = seal is not None and (
        seal.body.get("entry") == signed.seq
        and seal.body.get("hash") == signed.hash.hex()
        and seal.author == signed.author
    )
    if not sealed:
        return "a signature that was not made with a password"
    digest = signed.body.get("digest")
    if not digest:  # release 0.1.0 took any name and said not what was signed
        return None
    if signed.body.get("signer") != signed.author:
        return f"{signed.author} signed for {signed.body.get('signer')}"
    if digest != digest_of(before):
        return "a signature over other entries than those that stand before it"
    return None
