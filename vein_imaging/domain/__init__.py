"""The clinical record, pure: quantities, limits, the dose check, sessions.

Before the needle: make a `dose.DoseContext` (limit table, zone, the patient's sessions,
the planned `injection.Injection`) and ask `dose.plan_injection` for findings, what is
left and the largest volume that still fits. After it: `session.record` makes the entry,
`session.event_to_body` its JSON, `session.fold` the session that the entries tell.
"""
