"""Projects in the public Anura schema: read into tables of a network and a demand, and made."""
