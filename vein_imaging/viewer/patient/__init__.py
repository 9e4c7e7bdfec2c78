"""The patient's page: screening, plan, events, outcome, signature, aftercare."""
