"""All reads of the database: plain SQL composed of named fragments."""
