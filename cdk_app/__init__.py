"""The CDK application: settings, names, tags, and the constructs stacks compose."""
