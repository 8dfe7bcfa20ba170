"""What is predicted, from what; fitting, calibrating, judging, explaining: frames in, frames out.

The way through the room: `spec` says what is predicted, `landmarks` what a training frame looks like, `split` cuts it
by time, `encode` turns columns into a matrix, `fitting` chooses, `calibrate` makes scores into probabilities, `fitted`
is the result as one object, `judge` tries it on the test window, `reasons` puts it into words, `artefact` keeps it,
`training` walks the whole way. A new kind of estimator goes beside `fitting`; a new measure goes into `measures`.
"""
