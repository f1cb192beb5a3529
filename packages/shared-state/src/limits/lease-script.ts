import { RedisScript } from '../redis/redis-script.js';
import { CLOCK, WINDOWS } from './window-lua.js';

/**
 * What one replica leases under the rules of one subject: it says what it used of earlier leases and how many places it
 * holds, and asks for room for what is to come.
 *
 * What it says is absolute and thus may be said again. `calls` are numbered: one that comes later than its successor says
 * nothing. A lease is granted only where there is plenty: `margin` times what is granted, under every rule; else nothing is,
 * and requests ask one by one. It holds until the first bucket or period of its windows ends, so that what is used of it was
 * used in the bucket that counts it.
 *
 * KEYS: the holder's record (a hash: `seq`, `places`, and what is counted of each lease), then one for each rule.
 * ARGV: now, seq, holder, place ms, record ms; for each rule its kind, measure, limit and span; number of leases, and for each
 * its id, the moment it was granted, requests, tokens, micros; number of forgotten leases, and their ids; the places that
 * need not be taken anew, places held, how many of them are free; requests wanted (0: nothing is asked), places wanted beside
 * those held, margin, fewest requests worth a lease, the lease's ms, the ms for which it may lie unused, its id, tokens and
 * micros of each request.
 *
 * Answers with nothing where it came too late; else requests granted, places added, ms for which they hold, now, and used
 * and reset ms of each rule.
 */
export const LEASE = new RedisScript(`${CLOCK}
  ${WINDOWS}
  local seq, holder, place_ms, record_ms = tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
  local last = tonumber(redis.call('HGET', KEYS[1], 'seq'))
  if last and last >= seq then return {} end
  redis.call('HSET', KEYS[1], 'seq', seq)
  local next_arg = 6
  local function text()
    next_arg = next_arg + 1
    return ARGV[next_arg - 1]
  end
  local function number() return tonumber(text()) end

  local rules, is_known = {}, {}
  for i = 2, #KEYS do
    local rule = { key = KEYS[i], kind = text(), measure = text(), limit = number(), is_first = not is_known[KEYS[i]] }
    rule.span = span_of(rule.kind, text())
    is_known[rule.key] = true
    rules[i - 1] = rule
  end
  local function count(amounts, at)
    for _, rule in ipairs(rules) do
      if rule.is_first and rule.kind ~= 'lease' then
        add(rule.key, rule.kind, rule.span, read(rule.key, rule.kind, rule.span, at), amounts[rule.measure], at)
      end
    end
  end
  local function record(id, at, amounts)
    local counted = string.format('%.0f %.0f %.0f %.0f', at, amounts.requests, amounts.tokens, amounts['usd-micros'])
    redis.call('HSET', KEYS[1], id, counted)
  end
  local function take_places(from, to)
    for _, rule in ipairs(rules) do
      if rule.is_first and rule.kind == 'lease' then
        for i = from, to - 1 do redis.call('ZADD', rule.key, now + place_ms, holder .. ':' .. i) end
        if to > 0 then redis.call('PEXPIRE', rule.key, place_ms) end
      end
    end
  end

  for _ = 1, number() do
    local id, at = text(), number()
    local truth = { requests = number(), tokens = number(), ['usd-micros'] = number() }
    local known = redis.call('HGET', KEYS[1], id) or ''
    local known_at, requests, tokens, micros = string.match(known, '^(%d+) (%d+) (%d+) (%d+)$')
    at = tonumber(known_at) or at
    count({
      requests = truth.requests - tonumber(requests or 0),
      tokens = truth.tokens - tonumber(tokens or 0),
      ['usd-micros'] = truth['usd-micros'] - tonumber(micros or 0),
    }, at)
    record(id, at, truth)
  end
  for _ = 1, number() do redis.call('HDEL', KEYS[1], text()) end

  local from, places, free = number(), number(), number()
  local held = tonumber(redis.call('HGET', KEYS[1], 'places')) or 0
  for _, rule in ipairs(rules) do
    if rule.is_first and rule.kind == 'lease' then
      for i = places, held - 1 do redis.call('ZREM', rule.key, holder .. ':' .. i) end
    end
  end
  take_places(from, places)

  local granted, added = number(), number()
  local margin, fewest, valid_ms, unused_ms, id = number(), number(), number(), number(), text()
  local each = { requests = 1, tokens = number(), ['usd-micros'] = number() }
  local answer, has_places = {}, false
  if granted > 0 then
    for _, rule in ipairs(rules) do
      local room = rule.limit - read(rule.key, rule.kind, rule.span, now).used
      if marked_until(rule.key, rule.kind, 'short') > now then room = 0 end
      if rule.kind == 'lease' then
        has_places = true
        added = math.max(0, math.min(added, math.floor(room / margin)))
      else
        granted = math.min(granted, math.floor(room / (margin * math.max(1, each[rule.measure]))))
      end
      valid_ms = math.min(valid_ms, bucket_end(rule.kind, rule.span) - now)
    end
    if granted < fewest or (has_places and free + added < fewest) then granted, added = 0, 0 end
  end
  if granted > 0 then
    local leased = { requests = granted, tokens = granted * each.tokens, ['usd-micros'] = granted * each['usd-micros'] }
    count(leased, now)
    record(id, now, leased)
    take_places(places, places + added)
  end
  redis.call('HSET', KEYS[1], 'places', places + added)
  redis.call('PEXPIRE', KEYS[1], record_ms)
  for _, rule in ipairs(rules) do
    local lies_free = granted > 0 and rule.kind ~= 'lease' and each[rule.measure] > 0
    if rule.kind == 'lease' then lies_free = granted > 0 or free > 0 end
    if lies_free then mark(rule.key, rule.kind, 'leased', unused_ms) end
    if granted > 0 then
      local count = read(rule.key, rule.kind, rule.span, now)
      answer[#answer + 1] = count.used
      answer[#answer + 1] = count.reset - now
    end
  end
  return { granted, added, valid_ms == math.huge and 0 or valid_ms, now, unpack(answer) }`);
