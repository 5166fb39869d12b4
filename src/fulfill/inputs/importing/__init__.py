"""Orders as shops and marketplaces export them: where they went."""
