"""How long the trail keeps what: plain reads lose their person, whole months are exported, signed and dropped."""
