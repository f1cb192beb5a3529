// The laws of the windows in memory (rolling-window.ts, calendar-window.ts), once more in Lua: one suite of tests holds both
// to the same answers.
//
// Lua's numbers are doubles: whole up to 2^53. They must not be joined to strings by `..`, which keeps 14 digits.

/** Sets `now`, in milliseconds since 1970: the first argument of a script, or where that is empty the server's clock. */
export const CLOCK = `
  local now = tonumber(ARGV[1])
  if not now then
    local time = redis.call('TIME')
    now = time[1] * 1000 + math.floor(time[2] / 1000)
  end`;

// A rolling window is a hash: 'sum', 'oldest' (bucket), and one field for each bucket. Only when the oldest bucket has
// passed is the whole of it read, which is at most once for each bucket that was ever written.
const ROLLING = `
  local function ends(bucket, span)
    return (bucket + 1) * math.ceil(span / 60) + span
  end
  local function buckets(key)
    local all, fields = {}, redis.call('HGETALL', key)
    for i = 1, #fields, 2 do
      local bucket = tonumber(fields[i])
      if bucket then all[#all + 1] = { bucket, tonumber(fields[i + 1]) } end
    end
    table.sort(all, function(one, other) return one[1] < other[1] end)
    return all
  end
  local function rolling_used(key, span)
    local state = redis.call('HMGET', key, 'sum', 'oldest')
    local sum, oldest = tonumber(state[1]), tonumber(state[2])
    if not sum then return 0, now end
    if ends(oldest, span) > now then return sum, ends(oldest, span) end
    local passed = {}
    oldest = nil
    for _, entry in ipairs(buckets(key)) do
      if ends(entry[1], span) > now then
        oldest = oldest or entry[1]
      else
        sum = sum - entry[2]
        passed[#passed + 1] = entry[1]
      end
    end
    if not oldest then
      redis.call('DEL', key)
      return 0, now
    end
    redis.call('HDEL', key, unpack(passed))
    redis.call('HSET', key, 'sum', sum, 'oldest', oldest)
    return sum, ends(oldest, span)
  end
  local function rolling_frees(key, span, amount)
    local freed, at = 0, now
    for _, entry in ipairs(buckets(key)) do
      if freed >= amount then break end
      freed = freed + entry[2]
      at = ends(entry[1], span)
    end
    return at
  end
  local function rolling_add(key, span, amount, at)
    local width = math.ceil(span / 60)
    local bucket = math.floor(at / width)
    if amount == 0 or ends(bucket, span) <= now then return end
    -- Redis may have evicted what is to be taken back.
    if amount < 0 and redis.call('HEXISTS', key, bucket) == 0 then return end
    rolling_used(key, span)
    redis.call('HINCRBY', key, bucket, amount)
    redis.call('HINCRBY', key, 'sum', amount)
    local oldest = tonumber(redis.call('HGET', key, 'oldest'))
    if not oldest or bucket < oldest then redis.call('HSET', key, 'oldest', bucket) end
    redis.call('PEXPIRE', key, span + width + GRACE)
  end`;

// A calendar's window is a hash of 'from', the beginning of its period, and 'sum'.
const CALENDAR = `
  local DAY = 86400000
  local LENGTHS = { minute = 60000, hour = 3600000, day = DAY }
  -- The first day of a day's month, both counted from 1970-01-01 (Howard Hinnant, chrono-compatible low-level date algorithms).
  local function month_begin(day)
    local shifted = day + 719468
    local of_era = shifted % 146097
    local year = math.floor((of_era - math.floor(of_era / 1460) + math.floor(of_era / 36524) - math.floor(of_era / 146096)) / 365)
    local of_year = of_era - (365 * year + math.floor(year / 4) - math.floor(year / 100))
    local month = math.floor((5 * of_year + 2) / 153)
    return day - (of_year - math.floor((153 * month + 2) / 5))
  end
  local function period(unit, at)
    local length = LENGTHS[unit]
    if length then return at - at % length, at - at % length + length end
    local day = math.floor(at / DAY)
    if unit == 'week' then
      local monday = day - (day + 3) % 7
      return monday * DAY, (monday + 7) * DAY
    end
    local first = month_begin(day)
    return first * DAY, month_begin(first + 31) * DAY
  end
  local function calendar_state(key, unit)
    local state = redis.call('HMGET', key, 'from', 'sum')
    local from, to = period(unit, now)
    local stored = tonumber(state[1])
    if stored and stored >= from then
      from, to = period(unit, stored)
      return tonumber(state[2]), from, to
    end
    return 0, from, to
  end
  local function calendar_used(key, unit)
    local sum, _, to = calendar_state(key, unit)
    return sum, sum == 0 and now or to
  end
  local function calendar_frees(key, unit)
    local _, _, to = calendar_state(key, unit)
    return to
  end
  local function calendar_add(key, unit, amount, at)
    local sum, from, to = calendar_state(key, unit)
    if amount == 0 or at < from then return end
    if amount < 0 and sum + amount < 0 then return end
    redis.call('HSET', key, 'from', from, 'sum', sum + amount)
    redis.call('PEXPIRE', key, to - now + GRACE)
  end`;

// Who holds a place, and until when, is a sorted set. Two of its members are no holders: the marks.
const PLACES = `
  local function places_used(key)
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
    local used = redis.call('ZCARD', key)
    if used > 0 and redis.call('ZSCORE', key, '!leased') then used = used - 1 end
    if used > 0 and redis.call('ZSCORE', key, '!short') then used = used - 1 end
    return used
  end`;

// Beside what it counts, each count has two marks. 'leased': until then replicas may hold room that they do not use. 'short':
// until then nobody leases, as somebody is waiting for such room to come back.
const MARKS = `
  local function mark(key, kind, name, ms)
    if kind == 'lease' then
      redis.call('ZADD', key, now + ms, '!' .. name)
      if redis.call('PTTL', key) < ms then redis.call('PEXPIRE', key, ms) end
    elseif redis.call('EXISTS', key) == 1 then
      redis.call('HSET', key, name, now + ms)
    end
  end
  local function marked_until(key, kind, name)
    local at
    if kind == 'lease' then at = redis.call('ZSCORE', key, '!' .. name) else at = redis.call('HGET', key, name) end
    return tonumber(at or 0)
  end`;

/**
 * What counts under a key, and until when: `used_of`, `add`, `bucket_end`, and the marks. Keys outlive what they count by a
 * little: the scripts decide what counts, not the expiry.
 */
export const WINDOWS = `local GRACE = 10000
  ${ROLLING}
  ${CALENDAR}
  ${PLACES}
  ${MARKS}
  local function span_of(kind, text)
    return kind == 'rolling' and tonumber(text) or text
  end
  local function add(key, kind, span, amount, at)
    if kind == 'rolling' then rolling_add(key, span, amount, at) else calendar_add(key, span, amount, at) end
  end
  local function used_of(key, kind, span)
    if kind == 'lease' then return places_used(key), now end
    if kind == 'rolling' then return rolling_used(key, span) end
    return calendar_used(key, span)
  end
  -- What is counted now and what is counted at any moment before this one stop counting together.
  local function bucket_end(kind, span)
    if kind == 'lease' then return math.huge end
    if kind == 'rolling' then
      local width = math.ceil(span / 60)
      return (math.floor(now / width) + 1) * width
    end
    local _, to = period(span, now)
    return to
  end`;
