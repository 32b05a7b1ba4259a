"""What training writes and serving reads: the contents of ``model.tar.gz``.

Only the standard library and numpy are imported here; no file of an artifact is
unpickled.
"""
