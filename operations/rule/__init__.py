"""The decision rule that the serving stack publishes."""
