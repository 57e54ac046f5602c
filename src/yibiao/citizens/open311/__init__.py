"""Open311 GeoReport v2: reports of citizens from and for other systems."""
