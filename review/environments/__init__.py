"""An environment: what is set in it, and how a new one is made."""
