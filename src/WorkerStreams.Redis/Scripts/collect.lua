-- KEYS: the stream, the holders. ARGV: group, the least idle time.
-- Deletes the consumers that have nothing pending, are held by nobody, and were left by their holders or have been idle for so long, and replies their names.
local stream, holders, group, least = KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2])
local found = redis.pcall('XPENDING', stream, group)
if found.err then
    return found
end
local at, collected = now(), {}
for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group)) do
    local consumer = {}
    for i = 1, #info, 2 do
        consumer[info[i]] = info[i + 1]
    end
    local held = redis.call('HGET', holders, field_of(group, consumer.name))
    if consumer.pending == 0 and (held == left_by_holder or (consumer.idle >= least and not hold_of(held, at))) then
        redis.call('XGROUP', 'DELCONSUMER', stream, group, consumer.name)
        redis.call('HDEL', holders, field_of(group, consumer.name))
        collected[#collected + 1] = consumer.name
    end
end
return collected
