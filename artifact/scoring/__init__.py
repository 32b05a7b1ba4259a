"""Score transactions from arrays, without scikit-learn."""
