"""Use cases: one public function is one thing a user can ask for."""
