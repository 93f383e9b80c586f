"""Flow: what happens between records and care when a person does something; no HTTP."""
