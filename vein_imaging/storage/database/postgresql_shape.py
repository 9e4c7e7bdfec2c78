"""What tables, columns, rules, triggers and rights the ledger has on a server.

Whoever owns the database can add a rule or a trigger that swallows an entry, hide rows
behind a policy, or let the role of the program change what was written. All that a
server knows of the three tables is compared with what the migrations make.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from vein_imaging.storage.database.append_only import POSTGRESQL_0001, POSTGRESQL_0002

__all__ = ["found_shape", "wanted_shape"]

_TABLES = "unnest(ARRAY['event', 'tile', 'patient_key', 'alembic_version']) AS t(name)"

# Each gives a name and what stands under it. PostgreSQL 18 lists NOT NULL among the
# constraints, which the columns say already.
_QUERIES = (
    f"""
    SELECT 'table ' || t.name, concat_ws(' ', c.relkind, c.relpersistence,
        CASE WHEN c.relrowsecurity THEN 'row security' END,
        CASE WHEN EXISTS (SELECT FROM pg_inherits
            WHERE c.oid IN (inhrelid, inhparent)) THEN 'inherits' END)
    FROM {_TABLES} JOIN pg_class c ON c.oid = to_regclass(t.name)
    """,
    f"""
    SELECT 'column ' || t.name || '.' || a.attname, concat_ws(' ',
        format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attnotnull THEN 'NOT NULL' END,
        nullif(a.attgenerated::text || a.attidentity::text, ''))
    FROM {_TABLES} JOIN pg_attribute a ON a.attrelid = to_regclass(t.name)
    WHERE a.attnum > 0 AND NOT a.attisdropped
    """,
    f"""
    SELECT 'constraint ' || k.conname, concat_ws(' ', pg_get_constraintdef(k.oid),
        CASE WHEN NOT k.convalidated THEN 'not validated' END)
    FROM {_TABLES} JOIN pg_constraint k ON k.conrelid = to_regclass(t.name)
    WHERE k.contype <> 'n'
    """,
    f"""
    SELECT 'index ' || c.relname, concat_ws(' ',
        CASE WHEN i.indisunique THEN 'unique' END,
        (SELECT string_agg(pg_get_indexdef(i.indexrelid, n, true), ',' ORDER BY n)
         FROM generate_series(1, i.indnatts) n),
        CASE WHEN NOT i.indisvalid THEN 'not valid' END,
        pg_get_expr(i.indpred, i.indrelid))
    FROM {_TABLES} JOIN pg_index i ON i.indrelid = to_regclass(t.name)
    JOIN pg_class c ON c.oid = i.indexrelid
    """,
    f"""
    SELECT 'trigger ' || g.tgname, concat_ws(' ', t.name, g.tgenabled, g.tgtype,
        CASE WHEN g.tgqual IS NOT NULL THEN 'when' END, l.lanname, p.prosrc)
    FROM {_TABLES} JOIN pg_trigger g ON g.tgrelid = to_regclass(t.name)
    JOIN pg_proc p ON p.oid = g.tgfoid JOIN pg_language l ON l.oid = p.prolang
    WHERE NOT g.tgisinternal
    """,
    f"""
    SELECT 'rule ' || r.rulename, t.name
    FROM {_TABLES} JOIN pg_rewrite r ON r.ev_class = to_regclass(t.name)
    """,
    f"""
    SELECT 'policy ' || p.polname, t.name
    FROM {_TABLES} JOIN pg_policy p ON p.polrelid = to_regclass(t.name)
    """,
    f"""
    SELECT 'this role''s rights on ' || t.name, string_agg(r.name, ' ' ORDER BY r.name)
    FROM {_TABLES}, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE',
        'REFERENCES', 'TRIGGER']) AS r(name)
    WHERE has_table_privilege(to_regclass(t.name), r.name)
    GROUP BY t.name
    """,
)

_ORDINARY = "r p"  # a table, kept
_TEXT, _BYTES = "text NOT NULL", "bytea NOT NULL"
# pg_trigger.tgtype: before (2), for each row (1), insert (4), delete (8), update (16),
# truncate (32)
_ROW_CHANGED, _TRUNCATED, _ROW_INSERTED = 27, 34, 7


def found_shape(connection: Connection) -> dict[str, str]:
    """Return what the server has, by name.

    A column more that may be empty is left out: no entry is other for it.
    """
    found = {
        str(name): str(is_so)
        for query in _QUERIES
        for name, is_so in connection.execute(text(query))
    }
    known = wanted_shape()
    return {
        name: is_so
        for name, is_so in found.items()
        if name in known or not name.startswith("column ") or "NOT NULL" in is_so
    }


def _trigger(number: int, made_by: str) -> str:
    source = (POSTGRESQL_0001 | POSTGRESQL_0002)[made_by].split("$$")[1]
    return f"{made_by.split('_')[0]} A {number} plpgsql {source}"


def wanted_shape() -> dict[str, str]:
    """Return what the migrations up to r0002 make, by name."""
    texts = ("at", "latest_at", "author", "patient_id", "session_id", "kind")
    return {
        "table event": _ORDINARY,
        "table tile": _ORDINARY,
        "table patient_key": _ORDINARY,
        "table alembic_version": _ORDINARY,
        "column event.seq": "bigint NOT NULL",
        **{f"column event.{name}": _TEXT for name in texts},
        **{f"column event.{name}": _BYTES for name in ("content", "prev", "hash")},
        "column event.commitment": "bytea",
        "column tile.number": "bigint NOT NULL",
        "column tile.root": _BYTES,
        "column patient_key.patient_id": _TEXT,
        "column patient_key.wrapped": _BYTES,
        "column alembic_version.version_num": "character varying(32) NOT NULL",
        "constraint event_pk": "PRIMARY KEY (seq)",
        "constraint event_prev_is_sha256": "CHECK ((length(prev) = 32))",
        "constraint event_hash_is_sha256": "CHECK ((length(hash) = 32))",
        "constraint event_latest_at_not_before_at": "CHECK ((latest_at >= at))",
        "constraint event_commitment_is_sha256": "CHECK ((length(commitment) = 32))",
        "constraint tile_pk": "PRIMARY KEY (number)",
        "constraint tile_root_is_sha256": "CHECK ((length(root) = 32))",
        "constraint patient_key_pk": "PRIMARY KEY (patient_id)",
        "constraint alembic_version_pkc": "PRIMARY KEY (version_num)",
        "index event_pk": "unique seq",
        "index event_by_patient": "patient_id,seq",
        "index event_by_session": "session_id,seq",
        "index event_by_kind": "kind,seq",
        "index tile_pk": "unique number",
        "index patient_key_pk": "unique patient_id",
        "index alembic_version_pkc": "unique version_num",
        "trigger event_no_change": _trigger(_ROW_CHANGED, "event_no_change"),
        "trigger event_no_truncate": _trigger(_TRUNCATED, "event_no_change"),
        "trigger event_in_order": _trigger(_ROW_INSERTED, "event_in_order"),
        "trigger tile_no_change": _trigger(_ROW_CHANGED, "tile_no_change"),
        "trigger tile_no_truncate": _trigger(_TRUNCATED, "tile_no_change"),
        "this role's rights on event": "INSERT SELECT",
        "this role's rights on tile": "INSERT SELECT",
        "this role's rights on patient_key": "DELETE INSERT SELECT",
        "this role's rights on alembic_version": "SELECT",
    }
