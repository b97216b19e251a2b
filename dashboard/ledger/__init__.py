"""The problem ledger (问题台账): its list, a problem, the report form, the sign-off sheet."""
