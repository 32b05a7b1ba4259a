"""What an environment costs a month, computed from its synthesized templates."""
