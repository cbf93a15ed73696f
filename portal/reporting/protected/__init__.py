"""Protected (proprietary) submissions: RSMo 610.021(19), its findings, its ninety days, and what becomes of each."""
