"""A document shown: as a page (html), printed (pdf), in Word (docx), in sheets (xlsx) and on a terminal (text)."""
