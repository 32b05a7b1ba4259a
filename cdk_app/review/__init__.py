"""What a reviewer reads: templates, changes, permissions, findings, cost.

Never part of ``cdk synth``: ``python -m cdk_app.review --env prod``.
"""
