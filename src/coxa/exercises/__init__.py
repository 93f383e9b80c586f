"""The catalogue: what coxa knows about each exercise, one TOML file an exercise, and its typed model.

Words, doses, mistakes, cautions, pictures and the rules by which a camera follows it all live in
`catalogue/<id>.toml`, each number with its source. May import `coxa.body`; knows no sessions and no plans.

Start with `catalogue.load`, `catalogue.all_exercises` and `model.Exercise`.
"""
