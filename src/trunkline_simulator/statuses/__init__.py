"""Presence and routing status of every user: a pure function of the shape and the UTC day.

They agree with who handled what in the conversations: ``handling`` reads that off the payloads,
``shifts`` says what users do besides, ``timeline`` paints the one over the other, ``records``
are the stretches of time that come of it.
"""
