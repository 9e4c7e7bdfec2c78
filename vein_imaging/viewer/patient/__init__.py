"""The patient's page: screening, weight, plan, events, outcome, signature, aftercare."""
