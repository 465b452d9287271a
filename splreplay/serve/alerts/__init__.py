"""What a saved search does with its rows: alert actions, findings, risk events."""
