"""What Front may do in the databases, and nothing more. PostgreSQL only: SQLite knows no roles.

`content.py` and `vault.py` are the table of grants, `guards.py` the conditions on single rows, `sql.py` turns both into
statements, `server.py` reads what a server has, `checks.py` refuses to start Front with more. docs/database-roles.md
shows the table; a test keeps the two alike.
"""
