"""What customers say: NPS, CSAT, CES, who answered, whether it changed (chapter 1)."""
