"""Score transactions over HTTP, inside AWS's scikit-learn image or the project's.

Only the standard library, numpy and `artifact` are imported by what runs in the
container; `client`, `batch` and `verify` run at the caller's and need boto3.
"""
