"""The ledger's schema, one step a version, run by `schema.bring_up_to_date`."""
