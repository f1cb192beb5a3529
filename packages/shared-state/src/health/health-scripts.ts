import { RedisScript } from '../redis/redis-script.js';

/**
 * The scripts that keep health and headroom in Redis. All keys share one hash tag, so that a cluster has them on one node:
 *
 * - records: a hash, scope to record (health-codec.ts)
 * - probes: a hash, scope to the time at which the right to its probe ends
 * - headroom: a hash, scope to headroom
 * - meta: `epoch`, a random word that shows when Redis has lost its memory, and `seq`, which counts the messages
 *
 * Redis' own clock decides about windows and rights, so a replica whose clock is wrong misleads nobody but itself: the
 * times that it tells are moved by the difference between its clock and Redis'.
 */

const CLOCK = `
local function clock()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end`;

const CODEC = `
local function decode(text)
  if not text then return nil end
  local state, code, since, till, level = string.match(text, '^(%S+) (%S+) (%S+) (%S+) (%S+)$')
  if not state then return nil end
  return { state = state, code = code, since = tonumber(since), till = tonumber(till), level = tonumber(level) }
end
local function encode(record)
  local times = string.format('%.0f %.0f %.0f', record.since, record.till, record.level)
  return record.state .. ' ' .. record.code .. ' ' .. times
end`;

/** `afterFailure`, `afterSuccess` and `mergeRecords` of packages/routing, in Lua; a test compares them. */
export const TRANSITIONS = `${CODEC}
local function afterFailure(previous, failure, now)
  local isOpen = previous and now < previous.till
  local level = 0
  if previous then level = isOpen and previous.level or previous.level + 1 end
  local window = math.min(failure.cap, failure.hint or failure.base * 2 ^ math.min(level, 20))
  return {
    state = isOpen and previous.state == 'parked' and 'parked' or failure.state,
    code = failure.code,
    since = isOpen and previous.since or now,
    till = math.max(isOpen and previous.till or 0, now + window),
    level = level,
  }
end
local function afterSuccess(previous, sent)
  if previous and previous.since > sent then return previous end
  return nil
end
local function merge(one, other)
  if not one then return other end
  local later = other.till > one.till and other or one
  later.level = math.max(one.level, other.level)
  return later
end`;

const META_KEPT_SECONDS = 7 * 86_400;

const PUBLISH = `
local function publish(meta, channel, message)
  message[3] = redis.call('HINCRBY', meta, 'seq', 1)
  redis.call('EXPIRE', meta, ${META_KEPT_SECONDS})
  redis.call('PUBLISH', channel, cjson.encode(message))
end`;

/** Arguments of one report to APPLY: kind, scope, and six that depend on the kind. */
export const REPORT_STRIDE = 8;

/**
 * Applies reports in order, and publishes what became of each scope.
 * KEYS records, probes, meta. ARGV channel, origin, batch, the caller's clock, how long records are kept behind their
 * window, how many at most, how long a probe may take, then the reports.
 */
export const APPLY = new RedisScript(`${CLOCK}${TRANSITIONS}${PUBLISH}
local channel, origin, batch, theirs, kept, most, probe = unpack(ARGV, 1, 7)
local now = clock()
local shift = now - tonumber(theirs)
local message = { 'changes', origin, 0, batch }
for i = 8, #ARGV, ${REPORT_STRIDE} do
  local kind, scope, state, code, a, b, c, d = unpack(ARGV, i, i + ${REPORT_STRIDE} - 1)
  if kind == 'taken' then
    redis.call('HSET', KEYS[2], scope, string.format('%.0f', now + tonumber(probe)))
    redis.call('PEXPIRE', KEYS[2], 2 * tonumber(probe))
  else
    local previous = decode(redis.call('HGET', KEYS[1], scope))
    local record
    if kind == 'failed' then
      local failure = { state = state, code = code, hint = tonumber(a), base = tonumber(b), cap = tonumber(c) }
      record = afterFailure(previous, failure, math.min(now, tonumber(d) + shift))
    elseif kind == 'succeeded' then
      record = afterSuccess(previous, tonumber(d) + shift)
    else
      local apart = { state = state, code = code, since = a + shift, till = b + shift, level = tonumber(c) }
      record = merge(previous, apart)
    end
    message[#message + 1] = scope
    if record then
      local text = encode(record)
      message[#message + 1] = text
      redis.call('HSET', KEYS[1], scope, text)
      local left = math.max(record.till - now + tonumber(kept), redis.call('PTTL', KEYS[1]))
      redis.call('PEXPIRE', KEYS[1], string.format('%.0f', left))
    else
      message[#message + 1] = ''
      redis.call('HDEL', KEYS[1], scope)
    end
    if kind == 'failed' or not record then redis.call('HDEL', KEYS[2], scope) end
  end
end
if #message > 4 then publish(KEYS[3], channel, message) end
if redis.call('HLEN', KEYS[1]) > tonumber(most) then
  local all = redis.call('HGETALL', KEYS[1])
  local order = {}
  for i = 1, #all, 2 do
    local record = decode(all[i + 1])
    local rank = record and record.code ~= 'upstream_model_not_found' and record.till or 0
    order[#order + 1] = { scope = all[i], rank = rank }
  end
  table.sort(order, function(one, other) return one.rank < other.rank end)
  for i = 1, #order - math.floor(tonumber(most) * 0.9) do redis.call('HDEL', KEYS[1], order[i].scope) end
end
return 1`);

/**
 * Reads everything, and drops what is too old.
 * KEYS records, headroom, meta. ARGV a word for the epoch if there is none, how long records are kept.
 */
export const READ = new RedisScript(`${CLOCK}${CODEC}
local now = clock()
redis.call('HSETNX', KEYS[3], 'epoch', ARGV[1])
redis.call('EXPIRE', KEYS[3], ${META_KEPT_SECONDS})
local all = redis.call('HGETALL', KEYS[1])
local records = {}
for i = 1, #all, 2 do
  local record = decode(all[i + 1])
  if record and record.till + tonumber(ARGV[2]) > now then
    records[#records + 1] = all[i]
    records[#records + 1] = all[i + 1]
  else
    redis.call('HDEL', KEYS[1], all[i])
  end
end
local seq = redis.call('HGET', KEYS[3], 'seq') or '0'
return { redis.call('HGET', KEYS[3], 'epoch'), seq, records, redis.call('HGETALL', KEYS[2]) }`);

/**
 * Gives the rights to probes to whoever comes first.
 * KEYS records, probes. ARGV how long an unused right lasts, then the scopes. Answers for each `won`, `unshared` where
 * there is no such record, `early MS` before the window has passed, or `taken MS`.
 */
export const WIN = new RedisScript(`${CLOCK}${CODEC}
local now = clock()
local hold = tonumber(ARGV[1])
local answers = {}
for i = 2, #ARGV do
  local record = decode(redis.call('HGET', KEYS[1], ARGV[i]))
  local taken = tonumber(redis.call('HGET', KEYS[2], ARGV[i]) or 0)
  if not record then
    answers[i - 1] = 'unshared'
  elseif now < record.till then
    answers[i - 1] = string.format('early %.0f', record.till - now)
  elseif now < taken then
    answers[i - 1] = string.format('taken %.0f', taken - now)
  else
    redis.call('HSET', KEYS[2], ARGV[i], string.format('%.0f', now + hold))
    redis.call('PEXPIRE', KEYS[2], string.format('%.0f', math.max(hold, redis.call('PTTL', KEYS[2]))))
    answers[i - 1] = 'won'
  end
end
return answers`);

/** Tells the caller's own channel how many messages there were. KEYS meta. ARGV the channel. */
export const BEAT = new RedisScript(`
return redis.call('PUBLISH', ARGV[1], redis.call('HGET', KEYS[1], 'seq') or '0')`);

/**
 * Keeps the latest observation of each scope, and publishes those that were news.
 * KEYS headroom, meta. ARGV channel, origin, how long it is kept, how many at most, then scope, time and text of each.
 */
export const OBSERVE = new RedisScript(`${CLOCK}${PUBLISH}
local channel, origin, kept, most = unpack(ARGV, 1, 4)
local now = clock()
local message = { 'headroom', origin, 0 }
for i = 5, #ARGV, 3 do
  local scope, at, text = unpack(ARGV, i, i + 2)
  local stored = redis.call('HGET', KEYS[1], scope)
  local storedAt = tonumber(stored and string.match(stored, '^%S+') or 0)
  if tonumber(at) > storedAt or storedAt > now then
    redis.call('HSET', KEYS[1], scope, text)
    message[#message + 1] = scope
    message[#message + 1] = text
  end
end
redis.call('PEXPIRE', KEYS[1], kept)
if #message > 3 then publish(KEYS[2], channel, message) end
if redis.call('HLEN', KEYS[1]) > tonumber(most) then
  local all = redis.call('HGETALL', KEYS[1])
  local order = {}
  for i = 1, #all, 2 do
    order[#order + 1] = { scope = all[i], at = tonumber(string.match(all[i + 1], '^%S+')) or 0 }
  end
  table.sort(order, function(one, other) return one.at < other.at end)
  for i = 1, #order - math.floor(tonumber(most) * 0.9) do redis.call('HDEL', KEYS[1], order[i].scope) end
end
return 1`);

/** Forgets a credential and its models. KEYS records, probes, headroom, meta. ARGV channel, origin, credential id. */
export const RESET = new RedisScript(`${PUBLISH}
local id = ARGV[3]
for _, key in ipairs({ KEYS[1], KEYS[2], KEYS[3] }) do
  for _, scope in ipairs(redis.call('HKEYS', key)) do
    if scope == id or string.sub(scope, 1, #id + 1) == id .. '|' then redis.call('HDEL', key, scope) end
  end
end
publish(KEYS[4], ARGV[1], { 'reset', ARGV[2], 0, id })
return 1`);
