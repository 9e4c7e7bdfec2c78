"""Who may do what: users, roles, passwords, failed attempts and signing in."""
