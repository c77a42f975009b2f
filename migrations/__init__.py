"""History of the tables; ``mdm init`` runs it."""
