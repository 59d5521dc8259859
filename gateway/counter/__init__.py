"""柜台: pages on which clerks, supervisors, the office and leaders do their day's work, on the API that exists.

A page decides nothing: it stands on an endpoint of the API (`gateway.edge.page_permissions`), calls its function as the
person who is signed in, and shows what comes back. How to add one: CONTRIBUTING.md, "A page of the counter".
"""
