"""Answer as a small splunkd on loopback, for tests and for trying clients."""
