"""What is written: ledger, canonical form, checked appends, patient directory."""
