import { RedisScript } from '../redis/redis-script.js';
import { CLOCK, WINDOWS } from './window-lua.js';

// The laws of the ledger in memory (limit-ledger.ts), once more in Lua: one suite of tests holds both to the same answers.

/**
 * Decides about a request under all its rules, and counts it if it is admitted.
 *
 * KEYS: the reservation's record, then one for each rule.
 * ARGV: now (empty: the server's clock), mode, id, lease ms, record ms, age ms, tokens, micros; then for each rule its kind,
 * measure, limit and span. Modes: `admit`; `charge`, for what was admitted elsewhere `age` ago; `hold`, the same with a
 * lease; `look`, which counts nothing.
 *
 * Answers with nothing where the record exists: the request was counted or settled already. Else with the rule that takes
 * longest to give way (0: admitted), the milliseconds until then (-1: it never will), those for which replicas may hold leased
 * room that would let it in (0: there is none), and used and reset ms of each rule.
 */
export const ADMIT = new RedisScript(`${CLOCK}
  ${WINDOWS}
  local mode, id = ARGV[2], ARGV[3]
  local lease, keep = tonumber(ARGV[4]), tonumber(ARGV[5])
  local at = now - tonumber(ARGV[6])
  local amounts = { requests = 1, tokens = tonumber(ARGV[7]), ['usd-micros'] = tonumber(ARGV[8]), concurrent = 1 }
  if mode ~= 'look' and redis.call('EXISTS', KEYS[1]) == 1 then return {} end

  local SHORT = 400
  -- Rules may share a count.
  local rules, counts, worst, wait, loose, hopeless = {}, {}, 0, 0, 0, false
  for i = 2, #KEYS do
    local a = 9 + (i - 2) * 4
    local rule = { key = KEYS[i], kind = ARGV[a], measure = ARGV[a + 1], limit = tonumber(ARGV[a + 2]) }
    rule.span = span_of(rule.kind, ARGV[a + 3])
    local needed = math.max(1, amounts[rule.measure])
    counts[rule.key] = counts[rule.key] or read(rule.key, rule.kind, rule.span, at)
    local used = counts[rule.key].used
    if mode == 'admit' and used + needed > rule.limit then
      local free = now + 1000
      if rule.kind == 'rolling' and needed <= rule.limit then
        free = rolling_frees(rule.key, rule.span, used + needed - rule.limit)
      elseif rule.kind == 'calendar' then
        free = counts[rule.key].to
      end
      local retry = needed > rule.limit and math.huge or free - now
      local leased = marked_until(rule.key, rule.kind, 'leased') - now
      local is_loose = needed <= rule.limit and leased > 0
      if is_loose then
        mark(rule.key, rule.kind, 'short', SHORT)
        loose = math.max(loose, leased)
      elseif not hopeless then
        -- What is truly full is named, and not what may only be leased.
        hopeless, worst, wait = true, 0, 0
      end
      if (is_loose and not hopeless or not is_loose) and retry > wait then worst, wait = i - 1, retry end
    end
    rules[#rules + 1] = rule
  end

  if mode ~= 'look' and worst == 0 then
    local counted = {}
    for _, rule in ipairs(rules) do
      if not counted[rule.key] then
        counted[rule.key] = true
        local count = counts[rule.key]
        if rule.kind ~= 'lease' then
          add(rule.key, rule.kind, rule.span, count, amounts[rule.measure], at)
        elseif mode ~= 'charge' then
          count.used = count.used + redis.call('ZADD', rule.key, now + lease, id)
          redis.call('PEXPIRE', rule.key, lease)
        end
      end
    end
    redis.call('SET', KEYS[1], string.format('%.0f %.0f %.0f', at, amounts.tokens, amounts['usd-micros']), 'PX', keep)
  end

  local answer = { worst, wait == math.huge and -1 or wait, hopeless and 0 or loose }
  for _, rule in ipairs(rules) do
    answer[#answer + 1] = counts[rule.key].used
    answer[#answer + 1] = counts[rule.key].reset - now
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
      local span, more, since = span_of(kind, ARGV[a + 2]), actual[measure] - estimate[measure], tonumber(at)
      if more ~= 0 then add(key, kind, span, read(key, kind, span, since), more, since) end
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
