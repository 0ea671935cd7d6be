/**
 * What happens on the server as a whole or not at all, as Lua.
 *
 * `KEYS[1]` is what all keys of the store begin with, and has their hash tag, so that the other
 * keys lie in the same slot of a cluster. They are:
 *
 * - `r:<key>`, a record: a hash of the value (`v`), the version (`n`), the second of its expiry
 *   (`e`), and an empty field `t<tag>` for each of its tags
 * - `t:<tag>`, a sorted set of keys of records, by the millisecond of their expiry
 * - `l:<name>`, who holds a lock
 * - `f`, the last fence
 * - `s`, a hash of the version of all this, and of the oldest one that can work with it
 *
 * @module
 */

const PRELUDE = `
local base = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function record_of(key)
  return base .. 'r:' .. key
end

-- Records go without their tags noticing when they expire, so whoever changes a tag cleans up.
local function tidy(tagged)
  local gone = redis.call('ZRANGEBYSCORE', tagged, '-inf', now, 'LIMIT', 0, 100)
  if #gone > 0 then redis.call('ZREM', tagged, unpack(gone)) end
  local last = redis.call('ZREVRANGE', tagged, 0, 0, 'WITHSCORES')[2]
  if last == 'inf' then
    redis.call('PERSIST', tagged)
  elseif last then
    redis.call('PEXPIREAT', tagged, last)
  end
end

local function untag(key, tag)
  local tagged = base .. 't:' .. tag
  redis.call('ZREM', tagged, key)
  tidy(tagged)
end

local function tags_of(record)
  local tags = {}
  for _, field in ipairs(redis.call('HKEYS', record)) do
    if string.sub(field, 1, 1) == 't' then tags[#tags + 1] = string.sub(field, 2) end
  end
  return tags
end

local function remove(key)
  local record = record_of(key)
  for _, tag in ipairs(tags_of(record)) do untag(key, tag) end
  return redis.call('DEL', record)
end
`

/** Arguments: as {@link formatWrites} puts them. Answers 1 where the writes were done. */
const COMMIT = `
local position = 0
local function next_argument()
  position = position + 1
  return ARGV[position]
end

local function read_write()
  local write = {
    kind = next_argument(),
    key = next_argument(),
    condition = next_argument(),
    expected = next_argument(),
  }
  if write.kind == 'delete' then return write end
  write.version = next_argument()
  write.value = next_argument()
  write.seconds = tonumber(next_argument())
  write.tags = {}
  for index = 1, tonumber(next_argument()) do write.tags[index] = next_argument() end
  return write
end

local function holds(write)
  if write.condition == 'any' then return true end
  local version = redis.call('HGET', record_of(write.key), 'n')
  if write.condition == 'absent' then return not version end
  return version == write.expected
end

local function set(write)
  local record = record_of(write.key)
  local earlier = tags_of(record)
  local expires = write.seconds and now + write.seconds * 1000
  local fields = { 'v', write.value, 'n', write.version, 'e', '' }
  if expires then fields[6] = string.format('%.0f', math.ceil(expires / 1000)) end
  local is_tagged = {}
  for _, tag in ipairs(write.tags) do
    is_tagged[tag] = true
    fields[#fields + 1] = 't' .. tag
    fields[#fields + 1] = ''
  end
  -- It comes first, because only the first change of a script is refused where memory has run out.
  redis.call('HSET', record, unpack(fields))
  if expires then
    redis.call('PEXPIREAT', record, expires)
  else
    redis.call('PERSIST', record)
  end
  for _, tag in ipairs(earlier) do
    if not is_tagged[tag] then
      redis.call('HDEL', record, 't' .. tag)
      untag(write.key, tag)
    end
  end
  for tag in pairs(is_tagged) do
    local tagged = base .. 't:' .. tag
    redis.call('ZADD', tagged, expires or 'inf', write.key)
    tidy(tagged)
  end
end

local writes = {}
while position < #ARGV do writes[#writes + 1] = read_write() end
for _, write in ipairs(writes) do
  if not holds(write) then return 0 end
end
for _, write in ipairs(writes) do
  if write.kind == 'set' then set(write) else remove(write.key) end
end
return 1
`

/**
 * One write without tags, as nearly all are, in half the time that COMMIT takes. Arguments: the
 * key, the condition, the version it asks for, the new version, the value, seconds or nothing.
 * Answers 1 where it was done, and 2 where the record has tags, with nothing done.
 */
const SET_PLAIN = `
local record = KEYS[1] .. 'r:' .. ARGV[1]
local fields = redis.call('HLEN', record)
if fields > 3 then return 2 end
if ARGV[2] == 'absent' and fields > 0 then return 0 end
if ARGV[2] == 'version' and redis.call('HGET', record, 'n') ~= ARGV[3] then return 0 end
if ARGV[6] == '' then
  redis.call('HSET', record, 'v', ARGV[5], 'n', ARGV[4], 'e', '')
  redis.call('PERSIST', record)
else
  local time = redis.call('TIME')
  local expires = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[6] * 1000
  local second = string.format('%.0f', math.ceil(expires / 1000))
  redis.call('HSET', record, 'v', ARGV[5], 'n', ARGV[4], 'e', second)
  redis.call('PEXPIREAT', record, expires)
end
return 1
`

/** Arguments: the key, its version. Answers as SET_PLAIN. */
const DELETE_PLAIN = `
local record = KEYS[1] .. 'r:' .. ARGV[1]
if redis.call('HGET', record, 'n') ~= ARGV[2] then return 0 end
if redis.call('HLEN', record) > 3 then return 2 end
return redis.call('DEL', record)
`

/** Argument: the key. Answers the fields of the record, which are null where there is none. */
const TAKE = `
local fields = redis.call('HMGET', record_of(ARGV[1]), 'v', 'n', 'e')
if fields[2] then remove(ARGV[1]) end
return fields
`

/** Argument: the key. Answers how many there were. */
const DELETE = 'return remove(ARGV[1])'

/** Arguments: the cursor, what keys begin with. Answers the next cursor, then keys. */
const LIST = `
local head = record_of('')
local pattern = string.gsub(record_of(ARGV[2]), '[%*%?%[%]\\\\]', '\\\\%0') .. '*'
local page = redis.call('SCAN', ARGV[1], 'MATCH', pattern, 'COUNT', 1000)
local answer = { page[1] }
for _, record in ipairs(page[2]) do answer[#answer + 1] = string.sub(record, #head + 1) end
return answer
`

/** Arguments: the cursor, the tag. Answers the next cursor, then keys. */
const LIST_BY_TAG = `
local page = redis.call('ZSCAN', base .. 't:' .. ARGV[2], ARGV[1], 'COUNT', 1000)
local answer = { page[1] }
for index = 1, #page[2], 2 do
  local key = page[2][index]
  if redis.call('HEXISTS', record_of(key), 't' .. ARGV[2]) == 1 then answer[#answer + 1] = key end
end
return answer
`

/** Argument: the tag. Answers how many records there were. */
const DELETE_BY_TAG = `
local tagged = base .. 't:' .. ARGV[1]
local count = 0
for _, key in ipairs(redis.call('ZRANGE', tagged, 0, -1)) do
  if redis.call('HEXISTS', record_of(key), 't' .. ARGV[1]) == 1 then count = count + remove(key) end
end
redis.call('DEL', tagged)
return count
`

/**
 * Arguments: the name, the holder, milliseconds. Answers the fence, or null where it is held. The
 * time is what a fence begins at, so that it also grows after the server has lost the last one.
 */
const LOCK = `
local name = base .. 'l:' .. ARGV[1]
if not redis.call('SET', name, ARGV[2], 'NX', 'PX', ARGV[3]) then return false end
local fence = math.max(now, (tonumber(redis.call('GET', base .. 'f')) or 0) + 1)
redis.call('SET', base .. 'f', string.format('%.0f', fence))
return string.format('%.0f', fence)
`

/** Arguments: the name, the holder, milliseconds. Answers 1 where it is still held. */
const EXTEND = `
local name = base .. 'l:' .. ARGV[1]
if redis.call('GET', name) ~= ARGV[2] then return 0 end
return redis.call('PEXPIRE', name, ARGV[3])
`

/** Arguments: the name, the holder. Answers 1 where it was still held. */
const RELEASE = `
local name = base .. 'l:' .. ARGV[1]
if redis.call('GET', name) ~= ARGV[2] then return 0 end
return redis.call('DEL', name)
`

/** Answers what the server that has the keys says about itself. */
const INSPECT = "return redis.call('INFO', 'memory') .. redis.call('INFO', 'replication')"

/**
 * Arguments: the version that this release knows, the oldest that can work with it. Answers what
 * the store has, which is raised to that. Who cannot write now cannot write records either.
 */
const AGREE = `
local schema = KEYS[1] .. 's'
local version = tonumber(redis.call('HGET', schema, 'version') or 0)
if version >= tonumber(ARGV[1]) then
  return redis.call('HMGET', schema, 'version', 'compatible_from')
end
redis.pcall('HSET', schema, 'version', ARGV[1], 'compatible_from', ARGV[2])
return { ARGV[1], ARGV[2] }
`

export type ScriptName =
  | 'Commit'
  | 'SetPlain'
  | 'DeletePlain'
  | 'Take'
  | 'Delete'
  | 'List'
  | 'ListByTag'
  | 'DeleteByTag'
  | 'Lock'
  | 'Extend'
  | 'Release'
  | 'Inspect'
  | 'Agree'

/** The scripts as they are sent. */
export const SCRIPTS: Readonly<Record<ScriptName, string>> = {
  Commit: PRELUDE + COMMIT,
  SetPlain: SET_PLAIN,
  DeletePlain: DELETE_PLAIN,
  Take: PRELUDE + TAKE,
  Delete: PRELUDE + DELETE,
  List: PRELUDE + LIST,
  ListByTag: PRELUDE + LIST_BY_TAG,
  DeleteByTag: PRELUDE + DELETE_BY_TAG,
  Lock: PRELUDE + LOCK,
  Extend: PRELUDE + EXTEND,
  Release: PRELUDE + RELEASE,
  Inspect: INSPECT,
  Agree: AGREE,
}
