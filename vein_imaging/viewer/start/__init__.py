"""Before the window of a session: signing in, whom to see today, which camera."""
