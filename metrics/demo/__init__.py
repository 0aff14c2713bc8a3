"""An invented company: about 400 customers over three years, the same for the same seed.

`story` invents what happened, `writing` stores it as facts, and the ordinary nights conclude
from it, so that every figure of the demo is computed like those of a real installation.
"""
