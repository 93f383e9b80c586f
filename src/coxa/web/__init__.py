"""Web: the app: pages, JSON API, live socket, sign-in, permissions.

Must not know clinical rules (it asks `coxa.care`) or SQL (it asks `coxa.records`). May import the rooms before it. Start
with `create_app` in `coxa.web.app`, `SignedIn` in `coxa.web.visitor` (who asks) and `page` in `coxa.web.page`.
"""
