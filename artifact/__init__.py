"""What training writes and serving reads: the contents of ``model.tar.gz``.

Only the standard library and numpy are imported here; scikit-learn and joblib
are loaded by the scorer, after every file's hash has been verified.
"""
