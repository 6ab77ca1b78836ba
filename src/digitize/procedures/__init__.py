"""Administrative procedures: which papers a dossier must hold."""
