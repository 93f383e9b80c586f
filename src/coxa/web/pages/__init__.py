"""Pages: what a person sees, one module a page; each has a `router`."""
