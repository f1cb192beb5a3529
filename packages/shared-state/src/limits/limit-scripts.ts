import { RedisScript } from '../redis/redis-script.js';

// The laws of the ledger in memory (limit-ledger.ts), once more in Lua: one suite of tests holds both to the same answers.
//
// Lua's numbers are doubles: whole up to 2^53. They must not be joined to strings by `..`, which keeps 14 digits.

const CLOCK = `
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

// Keys outlive what they count by a little: the scripts decide what counts, not the expiry.
const WINDOWS = `local GRACE = 10000
  ${ROLLING}
  ${CALENDAR}
  local function span_of(kind, text)
    return kind == 'rolling' and tonumber(text) or text
  end
  local function add(key, kind, span, amount, at)
    if kind == 'rolling' then rolling_add(key, span, amount, at) else calendar_add(key, span, amount, at) end
  end`;

/**
 * Decides about a request under all its rules, and counts it if it is admitted.
 *
 * KEYS: the reservation's record, then one for each rule.
 * ARGV: now (empty: the server's clock), mode, id, lease ms, record ms, age ms, tokens, micros; then for each rule its kind,
 * measure, limit and span. Modes: `admit`; `charge`, for what was admitted elsewhere `age` ago; `hold`, the same with a
 * lease; `look`, which counts nothing.
 *
 * Answers with nothing where the record exists: the request was counted or settled already. Else with the rule that takes
 * longest to give way (0: admitted), the milliseconds until then (-1: it never will), and used and reset ms of each rule.
 */
export const ADMIT = new RedisScript(`${CLOCK}
  ${WINDOWS}
  local mode, id = ARGV[2], ARGV[3]
  local lease, keep = tonumber(ARGV[4]), tonumber(ARGV[5])
  local at = now - tonumber(ARGV[6])
  local amounts = { requests = 1, tokens = tonumber(ARGV[7]), ['usd-micros'] = tonumber(ARGV[8]), concurrent = 1 }
  if mode ~= 'look' and redis.call('EXISTS', KEYS[1]) == 1 then return {} end

  local rules, worst, wait = {}, 0, 0
  for i = 2, #KEYS do
    local a = 9 + (i - 2) * 4
    local rule = { key = KEYS[i], kind = ARGV[a], measure = ARGV[a + 1], limit = tonumber(ARGV[a + 2]) }
    rule.span = span_of(rule.kind, ARGV[a + 3])
    local needed = math.max(1, amounts[rule.measure])
    local used, free
    if rule.kind == 'lease' then
      redis.call('ZREMRANGEBYSCORE', rule.key, '-inf', now)
      used = redis.call('ZCARD', rule.key)
      free = now + 1000
    elseif rule.kind == 'rolling' then
      used = rolling_used(rule.key, rule.span)
    else
      used = calendar_used(rule.key, rule.span)
    end
    if mode == 'admit' and used + needed > rule.limit then
      if rule.kind == 'rolling' and needed <= rule.limit then
        free = rolling_frees(rule.key, rule.span, used + needed - rule.limit)
      elseif rule.kind == 'calendar' then
        free = calendar_frees(rule.key, rule.span)
      end
      local retry = needed > rule.limit and math.huge or free - now
      if retry > wait then worst, wait = i - 1, retry end
    end
    rules[#rules + 1] = rule
  end

  if mode ~= 'look' and worst == 0 then
    local counted = {}
    for _, rule in ipairs(rules) do
      if not counted[rule.key] then
        counted[rule.key] = true
        if rule.kind ~= 'lease' then
          add(rule.key, rule.kind, rule.span, amounts[rule.measure], at)
        elseif mode ~= 'charge' then
          redis.call('ZADD', rule.key, now + lease, id)
          redis.call('PEXPIRE', rule.key, lease)
        end
      end
    end
    redis.call('SET', KEYS[1], string.format('%.0f %.0f %.0f', at, amounts.tokens, amounts['usd-micros']), 'PX', keep)
  end

  local answer = { worst, wait == math.huge and -1 or wait }
  for _, rule in ipairs(rules) do
    local used, reset
    if rule.kind == 'lease' then
      used, reset = redis.call('ZCARD', rule.key), now
    elseif rule.kind == 'rolling' then
      used, reset = rolling_used(rule.key, rule.span)
    else
      used, reset = calendar_used(rule.key, rule.span)
    end
    answer[#answer + 1] = used
    answer[#answer + 1] = reset - now
  end
  return answer`);

/**
 * Replaces the estimate by the truth where it still counts, and gives back the leases. Without a record it was done before.
 *
 * KEYS: the record, then one for each rule.
 * ARGV: now, id, ms for which to remember that it is settled (0: not, the record being gone says so), whether the truth is
 * known, requests, tokens, micros; then for each rule its kind, measure and span.
 */
export const SETTLE = new RedisScript(`${CLOCK}
  ${WINDOWS}
  local id, remember, known = ARGV[2], tonumber(ARGV[3]), ARGV[4] == '1'
  local actual = { requests = tonumber(ARGV[5]), tokens = tonumber(ARGV[6]), ['usd-micros'] = tonumber(ARGV[7]) }
  local record = redis.call('GET', KEYS[1])
  if remember > 0 then
    redis.call('SET', KEYS[1], 'settled', 'PX', remember)
  elseif record then
    redis.call('DEL', KEYS[1])
  end
  local at, tokens, micros = string.match(record or '', '^(%d+) (%d+) (%d+)$')
  local estimate = { requests = 1, tokens = tonumber(tokens), ['usd-micros'] = tonumber(micros) }
  local counted = {}
  for i = 2, #KEYS do
    local a = 8 + (i - 2) * 3
    local key, kind, measure = KEYS[i], ARGV[a], ARGV[a + 1]
    if kind == 'lease' then
      redis.call('ZREM', key, id)
    elseif at and known and not counted[key] then
      counted[key] = true
      add(key, kind, span_of(kind, ARGV[a + 2]), actual[measure] - estimate[measure], tonumber(at))
    end
  end
  return 1`);

/**
 * Extends the leases and records of requests that are under way.
 *
 * KEYS: for each request its record, then its leases. ARGV: now, lease ms, record ms; then for each request its id and the
 * number of its leases. A request without a record is settled: nothing of it comes back.
 */
export const EXTEND = new RedisScript(`${CLOCK}
  local lease, keep = tonumber(ARGV[2]), tonumber(ARGV[3])
  local k = 1
  for a = 4, #ARGV, 2 do
    local leases = tonumber(ARGV[a + 1])
    if redis.call('PEXPIRE', KEYS[k], keep) == 1 then
      for i = k + 1, k + leases do
        redis.call('ZADD', KEYS[i], now + lease, ARGV[a])
        redis.call('PEXPIRE', KEYS[i], lease)
      end
    end
    k = k + 1 + leases
  end
  return 1`);
