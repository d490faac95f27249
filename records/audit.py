"""The audit trail: append-only, one hash chain per participant and one for the study.

A link holds the salted hash of what was written, never the content: erasure drops salt and content, and the chain
still verifies. An altered fact no longer fits its link.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from records.database import Tx
from records.prepared import Call, Prepared
from records.tables import AuditEntry, AuditHead, table

STUDY = "study"
_audit, _head = table(AuditEntry), table(AuditHead)
_head_of = Prepared(select(_head.c.seq, _head.c.link).where(_head.c.chain == bindparam("chain_")))
_add = Prepared(insert(_audit))
_move_head = Prepared(
    update(_head).where(_head.c.chain == bindparam("chain_")).values(seq=bindparam("seq_"), link=bindparam("link_"))
)
_place_of = select(_audit.c.seq).where(_audit.c.chain == bindparam("chain_"), _audit.c.link == bindparam("link_"))


@dataclass(frozen=True)
class Fault:
    """Something in the audit that does not fit; `seq` is the place in its chain."""

    chain: str
    seq: int
    reason: str


def content_hash(salt: str, content: Any) -> str:
    """The salted hash of a JSON value, 64 hexadecimal digits."""
    body = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(f"{salt}{body}".encode()).hexdigest()


def note(tx: Tx, chain: str, action: str, subject: str, hashed: str = "", actor: str | None = None) -> None:
    """Add a link to `chain` (a study id, or `study`): who did what to which thing."""
    add(tx, tx.first(_head_of, chain_=chain), chain, action, subject, hashed, actor)


def head_of(chain: str) -> Call:
    """The look at the head of a chain that `add` needs, to be taken together with others."""
    return _head_of, {"chain_": chain}


def add(tx: Tx, head: Any, chain: str, action: str, subject: str, hashed: str, actor: str | None = None) -> None:
    """Add a link after `head`, the row that `head_of` gave (None begins the chain)."""
    seq, previous = (head.seq + 1, head.link) if head else (1, "")
    who = actor or tx.actor
    link = _link(previous, chain, seq, tx.now.isoformat(), who, action, subject, hashed)
    tx.do(
        _add,
        chain=chain,
        seq=seq,
        at=tx.now,
        actor=who,
        action=action,
        subject=subject,
        content_hash=hashed,
        previous=previous,
        link=link,
    )
    if head:
        tx.do(_move_head, chain_=chain, seq_=seq, link_=link)
    else:
        tx.run(insert(_head), chain=chain, seq=seq, link=link)


def _link(*parts: object) -> str:
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


def heads(tx: Tx) -> dict[str, str]:
    """The last link of every chain: what is anchored outside each night."""
    return {row.chain: row.link for row in tx.rows(select(_head.c.chain, _head.c.link))}


def noted(tx: Tx, chain: str, action: str) -> list[tuple[str, str]]:
    """Subject and content hash of each link of a chain with this action, in order."""
    mine = (_audit.c.chain == chain) & (_audit.c.action == action)
    rows = tx.rows(select(_audit.c.subject, _audit.c.content_hash).where(mine).order_by(_audit.c.seq))
    return [(row.subject, row.content_hash) for row in rows]


def broken_links(tx: Tx, only: str | None = None) -> Iterator[Fault]:
    """Every link that does not follow from the one before, or a head that is not the last link; of one chain or all."""
    last: dict[str, tuple[int, str]] = {}
    wanted = select(_audit).order_by(_audit.c.chain, _audit.c.seq)
    for row in tx.conn.execute(wanted if only is None else wanted.where(_audit.c.chain == only)):
        seq, previous = last.get(row.chain, (0, ""))
        expected = _link(
            previous,
            row.chain,
            row.seq,
            row.at.isoformat(),
            row.actor,
            row.action,
            row.subject,
            row.content_hash,
        )
        if row.seq != seq + 1:
            yield Fault(row.chain, row.seq, f"follows {seq}: a link is missing")
        elif row.previous != previous or row.link != expected:
            yield Fault(row.chain, row.seq, "does not fit the link before it: an entry was altered")
        last[row.chain] = (row.seq, row.link)
    for chain, link in heads(tx).items():
        if only in (None, chain) and last.get(chain, (0, ""))[1] != link:
            yield Fault(chain, last.get(chain, (0, ""))[0], "the chain's head is another link: its end was cut")


def last_places(tx: Tx, action: str) -> dict[str, int]:
    """In which place of each chain an action was last noted; only chains where it was."""
    statement = select(_audit.c.chain, func.max(_audit.c.seq)).where(_audit.c.action == action)
    return {chain: seq for chain, seq in tx.rows(statement.group_by(_audit.c.chain))}


def lost(tx: Tx, anchors: Mapping[str, str]) -> Iterator[Fault]:
    """Every anchored head (as `heads` gave it, kept outside) that is no link of its chain any more."""
    for chain, link in anchors.items():
        if tx.first(_place_of, chain_=chain, link_=link) is None:
            yield Fault(chain, 0, "the head that was anchored outside is no link of it: the chain was rewritten")
