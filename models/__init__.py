"""What is predicted, from what; fitting, calibrating, judging, explaining: frames in, frames out."""
