"""What is more than one number: findings ranked by effect and certainty."""
