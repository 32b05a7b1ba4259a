"""What a reviewer reads: templates, changes, permissions, findings, cost.

Never part of ``cdk synth``: ``fraud review --env prod``.
"""
