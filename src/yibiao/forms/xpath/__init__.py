"""XPath 1.0 as ODK forms use it: parsed, resolved against the form, compiled to Python closures over a light tree."""
