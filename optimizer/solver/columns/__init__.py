"""Column generation: whole days as columns of a linear programme, and with them a proof of how good a plan is.

Start reading at `generation`.
"""
