"""What goes in and out of /v1, as pydantic models: one module a resource. The contract is generated from them."""
