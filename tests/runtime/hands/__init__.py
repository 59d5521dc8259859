"""运维在 Prefect 中的操作: what an operator can do there, and the verifications that may be met by it."""
