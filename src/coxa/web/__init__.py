"""Web: the app: pages, JSON API, live socket, sign-in, permissions.

Must not know clinical rules (it asks `coxa.care`) or SQL (it asks `coxa.records`). May import the rooms before it. Empty
until the app is built.
"""
