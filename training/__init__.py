"""What runs in the training container, and ``launch``, which starts the job."""
