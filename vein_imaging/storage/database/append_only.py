"""The triggers that keep the ledger append-only, by the release that made them.

A released text is never edited: `verify` compares what a store holds with it. A change
is a new migration with a new text.
"""

from __future__ import annotations

__all__ = ["POSTGRESQL_0001", "POSTGRESQL_0002", "SQLITE_0001", "SQLITE_0002"]

# INSERT OR REPLACE fires no delete trigger unless recursive_triggers is on, so the
# order trigger must itself refuse a seq that exists; no other column is UNIQUE, so
# nothing else can be replaced.
SQLITE_0001: dict[str, str] = {
    "event_no_update": """\
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only: no update');
END""",
    "event_no_delete": """\
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only: no delete');
END""",
    "event_in_order": """\
CREATE TRIGGER event_in_order BEFORE INSERT ON event
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event)
  OR NEW.prev IS NOT coalesce(
        (SELECT hash FROM event WHERE seq = NEW.seq - 1), zeroblob(32))
BEGIN
    SELECT RAISE(ABORT, 'the ledger has no gaps and no forks: wrong seq or prev');
END""",
}

POSTGRESQL_0001: dict[str, str] = {
    "event_no_change": """\
CREATE FUNCTION event_no_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING MESSAGE =
        'the ledger is append-only: no ' || lower(TG_OP);
END $$;
CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION event_no_change();
ALTER TABLE event ENABLE ALWAYS TRIGGER event_no_change;
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION event_no_change();
ALTER TABLE event ENABLE ALWAYS TRIGGER event_no_truncate""",
    "event_in_order": """\
CREATE FUNCTION event_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM event)
       OR NEW.prev <> coalesce((SELECT hash FROM event WHERE seq = NEW.seq - 1),
                               decode(repeat('00', 32), 'hex')) THEN
        RAISE EXCEPTION 'the ledger has no gaps and no forks: wrong seq or prev';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER event_in_order BEFORE INSERT ON event
    FOR EACH ROW EXECUTE FUNCTION event_in_order();
ALTER TABLE event ENABLE ALWAYS TRIGGER event_in_order""",
}

# The roots of whole tiles never change; a wrong one is found by `verify`.
SQLITE_0002: dict[str, str] = {
    "tile_no_update": """\
CREATE TRIGGER tile_no_update BEFORE UPDATE ON tile BEGIN
    SELECT RAISE(ABORT, 'the tiles are append-only: no update');
END""",
    "tile_no_delete": """\
CREATE TRIGGER tile_no_delete BEFORE DELETE ON tile BEGIN
    SELECT RAISE(ABORT, 'the tiles are append-only: no delete');
END""",
    "tile_once": """\
CREATE TRIGGER tile_once BEFORE INSERT ON tile
WHEN EXISTS (SELECT 1 FROM tile WHERE number = NEW.number)
BEGIN
    SELECT RAISE(ABORT, 'the tiles are append-only: no second one');
END""",
}

POSTGRESQL_0002: dict[str, str] = {
    "tile_no_change": """\
CREATE FUNCTION tile_no_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING MESSAGE =
        'the tiles are append-only: no ' || lower(TG_OP);
END $$;
CREATE TRIGGER tile_no_change BEFORE UPDATE OR DELETE ON tile
    FOR EACH ROW EXECUTE FUNCTION tile_no_change();
ALTER TABLE tile ENABLE ALWAYS TRIGGER tile_no_change;
CREATE TRIGGER tile_no_truncate BEFORE TRUNCATE ON tile
    FOR EACH STATEMENT EXECUTE FUNCTION tile_no_change();
ALTER TABLE tile ENABLE ALWAYS TRIGGER tile_no_truncate""",
}
