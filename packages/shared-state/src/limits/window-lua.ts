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
  local function rolling_prune(key, span, count)
    local passed = {}
    count.oldest = nil
    for _, entry in ipairs(buckets(key)) do
      if ends(entry[1], span) > now then
        count.oldest = count.oldest or entry[1]
      else
        count.used = count.used - entry[2]
        passed[#passed + 1] = entry[1]
      end
    end
    if count.oldest then
      redis.call('HDEL', key, unpack(passed))
      redis.call('HSET', key, 'sum', count.used, 'oldest', count.oldest)
    else
      redis.call('DEL', key)
      count.used = 0
    end
  end
  local function rolling_read(key, span, at)
    local bucket = math.floor(at / math.ceil(span / 60))
    local found = redis.call('HMGET', key, 'sum', 'oldest', bucket)
    local count = { used = tonumber(found[1]) or 0, oldest = tonumber(found[2]), bucket = bucket, held = tonumber(found[3]) }
    if count.oldest and ends(count.oldest, span) <= now then rolling_prune(key, span, count) end
    count.reset = count.oldest and ends(count.oldest, span) or now
    return count
  end
  local function rolling_add(key, span, count, amount)
    if amount == 0 or ends(count.bucket, span) <= now then return end
    -- Redis may have evicted what is to be taken back.
    if amount < 0 and not count.held then return end
    local is_new = not count.held
    count.held = (count.held or 0) + amount
    count.used = count.used + amount
    count.oldest = math.min(count.oldest or count.bucket, count.bucket)
    count.reset = ends(count.oldest, span)
    redis.call('HSET', key, count.bucket, count.held, 'sum', count.used, 'oldest', count.oldest)
    -- What is added to a bucket later comes within its width.
    if is_new then redis.call('PEXPIRE', key, span + 2 * math.ceil(span / 60) + GRACE) end
  end
  local function rolling_frees(key, span, amount)
    local freed, at = 0, now
    for _, entry in ipairs(buckets(key)) do
      if freed >= amount then break end
      freed = freed + entry[2]
      at = ends(entry[1], span)
    end
    return at
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
  local function calendar_reset(count)
    count.reset = count.used == 0 and now or count.to
    return count
  end
  local function calendar_read(key, unit)
    local found = redis.call('HMGET', key, 'from', 'sum')
    local from, to = period(unit, now)
    local stored = tonumber(found[1])
    if not stored or stored < from then return calendar_reset({ used = 0, from = from, to = to, is_new = true }) end
    from, to = period(unit, stored)
    return calendar_reset({ used = tonumber(found[2]), from = from, to = to })
  end
  local function calendar_add(key, count, amount, at)
    if amount == 0 or at < count.from or (amount < 0 and count.used + amount < 0) then return end
    count.used = count.used + amount
    calendar_reset(count)
    redis.call('HSET', key, 'from', count.from, 'sum', count.used)
    if count.is_new then redis.call('PEXPIRE', key, count.to - now + GRACE) end
    count.is_new = false
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
 * What counts under a key: `read` gives `used` and `reset`, the moment at which less will be used; `add` counts what happened at
 * the moment for which it was read, there and in what was read. Beside them `bucket_end` and the marks. Keys outlive what they
 * count by a little: the scripts decide what counts, not the expiry.
 */
export const WINDOWS = `local GRACE = 10000
  ${ROLLING}
  ${CALENDAR}
  ${PLACES}
  ${MARKS}
  local function span_of(kind, text)
    return kind == 'rolling' and tonumber(text) or text
  end
  local function read(key, kind, span, at)
    if kind == 'lease' then return { used = places_used(key), reset = now } end
    if kind == 'rolling' then return rolling_read(key, span, at) end
    return calendar_read(key, span)
  end
  local function add(key, kind, span, count, amount, at)
    if kind == 'rolling' then rolling_add(key, span, count, amount) else calendar_add(key, count, amount, at) end
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
