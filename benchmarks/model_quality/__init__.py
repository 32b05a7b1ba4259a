"""All models on both protocols, over several seeds of the models."""
