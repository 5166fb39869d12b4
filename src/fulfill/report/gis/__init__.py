"""Map layers: GeoPackage, GeoJSON and tables for kepler.gl."""
