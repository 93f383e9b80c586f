"""The JSON API under `/api/v1`: thin handlers over records, care and the flows; every answer typed, every status documented."""
