"""What a request and an answer look like: JSON, CSV, npy, and their schema."""
