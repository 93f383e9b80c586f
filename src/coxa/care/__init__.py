"""Care: clinical reasoning as pure functions: screening, programme, dose, progression, outcome measures.

Every decision will carry its reasons and their sources. Must not know databases, the web or the clock (time is passed
in). May import `coxa.body`, `coxa.exercises`, `coxa.motion` and `coxa.capture`.
"""
