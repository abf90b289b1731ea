"""Session inspection: rules, samples, grades and facts checked against the knowledge base."""
