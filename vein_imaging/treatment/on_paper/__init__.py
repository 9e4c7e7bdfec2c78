"""What leaves the record: report, patient's sheet, calendar, tables."""
