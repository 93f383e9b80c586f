"""Records: what is kept: people, programmes, sessions, sets, pain, outcomes, notes, audit.

Will hold the SQLAlchemy models, migrations and one repository a thing. Must not know HTTP. May import the rooms before
it. Empty until the app is built.
"""
