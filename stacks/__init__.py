"""Units of deployment: storage, training, serving."""
