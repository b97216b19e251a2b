"""The river chief office's own work (河长办): neither sensors nor problems. Its rooms come here.

Reporting, disclosure, requests, sharing, assessment, incidents, planning, dossiers, river plans,
roster and health each get a folder. It stands on the floor of ``ingest`` and ``problem_ledger``:
the three never import each other, they talk through rows and through ``data``.
"""
