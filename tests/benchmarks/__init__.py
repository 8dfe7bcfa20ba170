"""What the main job costs against a floor measured in the same run: CPU-seconds and ratios, never a pass or a fail."""
