"""The main job, told on this machine: every command is printed, then run."""
