"""The database under the ledger: engines, schema, migrations, append-only guards."""
