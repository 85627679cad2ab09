-- Which pepper a key's digest was made with: with another one the key is not known.
ALTER TABLE keys ADD COLUMN pepper TEXT; -- its fingerprint; null: made before fingerprints were kept
