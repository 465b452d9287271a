"""What SQL is made of: the session with its one connection, relations, expressions, tables of rows."""
