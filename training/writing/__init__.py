"""Write what a training job leaves: the artifact and its documents."""
