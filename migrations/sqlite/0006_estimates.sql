-- What part of a sum nobody but us has counted.
ALTER TABLE usage_hours ADD COLUMN vendor_cost_estimated INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hours ADD COLUMN charge_estimated      INTEGER NOT NULL DEFAULT 0;

-- A call that was adjusted is taken for estimated where all its entries are.
UPDATE usage_hours SET vendor_cost_estimated = known.cost, charge_estimated = known.charge
FROM (
    SELECT hour, client, coalesce(key, '') AS key, coalesce(backend, '') AS backend, coalesce(voice, '') AS voice,
           coalesce(language, '') AS language, door, coalesce(model, '') AS model, tags,
           sum(coalesce(estimated.cost, 0)) AS cost,
           sum(CASE charge_basis WHEN 'estimated' THEN charge_nanos ELSE 0 END) AS charge
    FROM requests LEFT JOIN (
        SELECT request, sum(nanos) AS cost FROM (
            SELECT request, sum(CASE WHEN debit LIKE 'cost:%' THEN nanos ELSE -nanos END) AS nanos
            FROM ledger WHERE attempt > 0 AND kind IN ('settle', 'adjust')
            GROUP BY request, attempt HAVING max(basis) = 'estimated'
        ) GROUP BY request
    ) AS estimated ON estimated.request = requests.id
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
) AS known
WHERE usage_hours.hour = known.hour AND usage_hours.client = known.client AND usage_hours.key = known.key
  AND usage_hours.backend = known.backend AND usage_hours.voice = known.voice
  AND usage_hours.language = known.language AND usage_hours.door = known.door
  AND usage_hours.model = known.model AND usage_hours.tags = known.tags;
