-- Budgets. KEYS: for each spender a hash (day, month, day_spent, month_spent, total_spent, reserved, r:<id>), the open
-- reservations by expiry, the settled ones by when to forget them. ARGV[1]: what to do. Amounts are nano-dollars; counters
-- are changed by HINCRBY, which is exact, and compared as doubles, which are exact up to 9 million dollars.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local today = math.floor(clock[1] / 86400)

-- Year and month of a day since 1970, counted in months (H. Hinnant, "chrono-compatible low-level date algorithms").
local function month_of(days)
  local z = days + 719468
  local era = math.floor(z / 146097)
  local doe = z - era * 146097
  local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  local mp = math.floor((5 * doy + 2) / 153)
  local month = mp < 10 and mp + 3 or mp - 9
  local year = yoe + era * 400 + (month <= 2 and 1 or 0)
  return year * 12 + month
end

local count = #KEYS / 3
local function hash(i) return KEYS[3 * i - 2] end
local function open(i) return KEYS[3 * i - 1] end
local function settled(i) return KEYS[3 * i] end
local function read(i, field) return tonumber(redis.call('HGET', hash(i), field) or '0') end

local function free(i, id)
  local amount = redis.call('HGET', hash(i), 'r:' .. id)
  if amount then
    if amount ~= '0' then redis.call('HINCRBY', hash(i), 'reserved', '-' .. amount) end
    redis.call('HDEL', hash(i), 'r:' .. id)
  end
end

-- A new day or month begins, what has expired is given back. Time that goes back changes nothing.
local function turn(i)
  if today > read(i, 'day') then
    local month = month_of(today)
    if month > read(i, 'month') then
      redis.call('HSET', hash(i), 'month', month, 'month_spent', 0)
    end
    redis.call('HSET', hash(i), 'day', today, 'day_spent', 0)
  end
  local expired = redis.call('ZRANGEBYSCORE', open(i), '-inf', now, 'LIMIT', 0, 1000)
  for _, id in ipairs(expired) do
    free(i, id)
    redis.call('ZREM', open(i), id)
  end
  redis.call('ZREMRANGEBYSCORE', settled(i), '-inf', now)
end

local function known(i) return redis.call('HEXISTS', hash(i), 'day') == 1 end

local function seed(i, day, month, total)
  redis.call('HSET', hash(i), 'day', today, 'month', month_of(today), 'day_spent', day, 'month_spent', month,
    'total_spent', total, 'reserved', 0)
end

local windows = { 'day_spent', 'month_spent', 'total_spent' }

-- What a request asks for, of 'hold' and of 'reserve': 2 id, 3 full, 4 likely, 5 least, 6 ttl, 7 share, then three limits a spender.
local function limit(i, w) return tonumber(ARGV[7 + 3 * (i - 1) + w]) end

local function grant(amount)
  local exact = string.format('%.0f', amount)
  for i = 1, count do
    redis.call('HSET', hash(i), 'r:' .. ARGV[2], exact)
    redis.call('HINCRBY', hash(i), 'reserved', exact)
    redis.call('ZADD', open(i), now + tonumber(ARGV[6]), ARGV[2])
  end
  return { 0, amount }
end

-- A wish that arrives after its own end, because it was sent again or got stuck, must hold nothing: nobody would give it back.
local function ended()
  for i = 1, count do
    if redis.call('ZSCORE', settled(i), ARGV[2]) then return true end
  end
  return false
end

-- All of it where that is little of what is left and where no more is held than is left, else nothing.
if ARGV[1] == 'hold' then
  local full = tonumber(ARGV[3])
  if ended() then return { 1 } end
  for i = 1, count do
    if not known(i) then return { 1 } end
    turn(i)
    free(i, ARGV[2])
    local reserved = read(i, 'reserved')
    for w = 1, 3 do
      local left = limit(i, w) - read(i, windows[w]) - reserved
      if limit(i, w) > 0 and (left < full * tonumber(ARGV[7]) or left < reserved) then return { 1 } end
    end
  end
  return grant(full)
end

if ARGV[1] == 'reserve' then
  local unseeded = { 2 }
  for i = 1, count do
    if not known(i) then unseeded[#unseeded + 1] = i - 1 end
  end
  if #unseeded > 1 then return unseeded end
  if ended() then return { 0, 0 } end
  local left = math.huge
  local tightest
  for i = 1, count do
    turn(i)
    free(i, ARGV[2])
    local reserved = read(i, 'reserved')
    for w = 1, 3 do
      local spent = read(i, windows[w])
      if limit(i, w) > 0 and limit(i, w) - spent - reserved < left then
        left = limit(i, w) - spent - reserved
        tightest = { 1, i - 1, w - 1, spent, reserved }
      end
    end
  end
  local full, likely, least = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
  local share = left == math.huge and full or math.floor(left / tonumber(ARGV[7]))
  local granted = math.min(full, math.max(likely, share), left)
  if granted < least then return tightest end
  return grant(granted)
end

-- A spender that is not known stays so: what it has spent is the ledger's to tell, which has this amount too.
if ARGV[1] == 'settle' then
  local changes = {}
  for i = 1, count do
    local known = known(i)
    if known then turn(i) end
    for w = 1, 3 do changes[#changes + 1] = read(i, windows[w]) end
    if redis.call('ZADD', settled(i), 'NX', now + tonumber(ARGV[4]), ARGV[2]) == 1 then
      redis.call('PEXPIRE', settled(i), 2 * tonumber(ARGV[4]))
      free(i, ARGV[2])
      redis.call('ZREM', open(i), ARGV[2])
      for w = 1, known and 3 or 0 do redis.call('HINCRBY', hash(i), windows[w], ARGV[3]) end
    end
    for w = 1, 3 do changes[#changes + 1] = read(i, windows[w]) end
  end
  return changes
end

if ARGV[1] == 'seed' then
  if not known(1) then seed(1, ARGV[2], ARGV[3], ARGV[4]) end
  return { 0 }
end

local standings = {}
for i = 1, count do
  if known(i) then turn(i) end
  for w = 1, 3 do standings[#standings + 1] = read(i, windows[w]) end
  standings[#standings + 1] = read(i, 'reserved')
end
return standings
