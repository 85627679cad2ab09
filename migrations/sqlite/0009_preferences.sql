-- What holds for a client's requests where they do not say it themselves: policy, fallback, names for voices.
ALTER TABLE clients ADD COLUMN preferences TEXT NOT NULL DEFAULT '{}'; -- as JSON
