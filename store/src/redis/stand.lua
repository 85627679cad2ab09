-- Keeps a place in a line, and says how many of those before it must leave until it may speak; 0 where it may.
--
-- KEYS: who stands in the line, first comes first; until when each is taken to stand there, in ms by Redis' own clock.
-- ARGV: who; how many may speak; for how many ms it is taken to stand there while it waits, and once it may speak;
-- and whether it speaks already: then its place, if it has none, is before all others.
local line, leases = KEYS[1], KEYS[2]
local who, most, waiting, speaking = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local speaks = ARGV[5] == '1'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

for _, gone in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', now)) do
  redis.call('ZREM', line, gone)
end
redis.call('ZREMRANGEBYSCORE', leases, '-inf', now)

-- Numbers, not times: a clock that is put back lets nobody in before others.
if not redis.call('ZSCORE', line, who) then
  local first = redis.call('ZRANGE', line, 0, 0, 'WITHSCORES')[2] or 0
  local last = redis.call('ZRANGE', line, -1, -1, 'WITHSCORES')[2] or 0
  redis.call('ZADD', line, speaks and first - 1 or last + 1, who)
end
local must_leave = math.max(0, redis.call('ZRANK', line, who) - most + 1)
if must_leave == 0 then
  speaks = true
end
redis.call('ZADD', leases, now + (speaks and speaking or waiting), who)
-- Nobody is in it for longer.
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, waiting + speaking)
end
return must_leave
