"""Whatever a server's owner changes about the ledger's tables, `verify` names it."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine

from vein_imaging.storage import Server, Store
from vein_imaging.storage.upkeep.verify import verify_store

CHANGES = {
    "ALTER TABLE event DISABLE TRIGGER event_no_change": "trigger event_no_change",
    "DROP TRIGGER event_no_truncate ON event": "trigger event_no_truncate is missing",
    "CREATE OR REPLACE FUNCTION event_in_order() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN RETURN NEW; END'": "trigger event_in_order was changed",
    "DROP TRIGGER event_in_order ON event; CREATE TRIGGER event_in_order"
    " BEFORE INSERT ON event FOR EACH ROW WHEN (NEW.seq < 0)"
    " EXECUTE FUNCTION event_in_order();"
    " ALTER TABLE event ENABLE ALWAYS TRIGGER event_in_order": "trigger event_in_order",
    "CREATE TRIGGER more AFTER INSERT ON event FOR EACH ROW"
    " EXECUTE FUNCTION event_in_order()": "trigger more does not belong",
    "CREATE TRIGGER more BEFORE DELETE ON patient_key FOR EACH ROW"
    " EXECUTE FUNCTION event_in_order()": "trigger more does not belong",
    "CREATE RULE r AS ON INSERT TO event WHERE NEW.seq = 9 DO INSTEAD NOTHING": (
        "rule r does not belong"
    ),
    "CREATE RULE r AS ON DELETE TO patient_key DO ALSO NOTHING": "rule r",
    "CREATE POLICY p ON event USING (seq < 9)": "policy p",
    "ALTER TABLE event ENABLE ROW LEVEL SECURITY;"
    "CREATE POLICY p ON event USING (true)": "table event was changed",
    "ALTER TABLE event SET UNLOGGED": "table event was changed",
    "CREATE TABLE child () INHERITS (event)": "table event was changed",
    "ALTER TABLE event DROP CONSTRAINT event_prev_is_sha256": (
        "constraint event_prev_is_sha256 is missing"
    ),
    "ALTER TABLE event ALTER COLUMN author DROP NOT NULL": "column event.author",
    "ALTER TABLE event ADD COLUMN more text NOT NULL DEFAULT ''": "column event.more",
    "DROP INDEX event_by_patient": "index event_by_patient is missing",
    "GRANT UPDATE ON event TO app": "this role's rights on event was changed",
    "GRANT TRIGGER ON patient_key TO app": "this role's rights on patient_key",
}


def test_a_new_store_is_as_it_should_be(server_store: Store) -> None:
    assert verify_store(server_store).problems == []


@pytest.mark.parametrize("statement", CHANGES)
def test_a_change_of_the_tables_is_named(
    server_store: Store, session_id: str, server: Server, statement: str
) -> None:
    engine = create_engine(server.owner_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
    said = [str(problem) for problem in verify_store(server_store).problems]
    assert any(CHANGES[statement] in line for line in said), said
