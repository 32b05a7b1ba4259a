"""The models: their settings, fitting, calibration and selection."""
