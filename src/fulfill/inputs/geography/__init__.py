"""Where things are and how far apart: roads, crossings, sea and air distances."""
