"""AST to SQL: `formula` for eval and where, `filter` for search; pure functions over a Scope."""
