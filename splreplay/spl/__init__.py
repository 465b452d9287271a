"""Text in, `ast.Pipeline` out: the language, and nothing of what its commands do."""
