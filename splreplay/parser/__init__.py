"""Text to AST: a search is stages between pipes, each read by the parser of its command."""
