"""OData 4.0: each form as a feed for Excel and Power BI, within the reader's scope and without personal answers."""
