-- Who spoke, and what that vendor says that it counted.
ALTER TABLE requests ADD COLUMN model TEXT;                  -- null: nobody was asked
ALTER TABLE requests ADD COLUMN reported_characters INTEGER; -- as the vendor charges them; null: it does not say
ALTER TABLE requests ADD COLUMN input_tokens INTEGER;        -- null: it does not say
ALTER TABLE requests ADD COLUMN output_tokens INTEGER;       -- null: it does not say
