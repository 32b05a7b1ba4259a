"""What training writes and serving reads: the contents of ``model.tar.gz``.

Only the standard library and numpy are imported here; joblib is loaded by the scorer
alone, for an artifact without ``scorer.npz``, after every file's hash was verified.
"""
