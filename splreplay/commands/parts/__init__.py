"""What several commands share: their arguments, and the SQL of aggregates, bins, frames and charts."""
