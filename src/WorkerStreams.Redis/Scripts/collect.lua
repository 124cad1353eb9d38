-- KEYS: the stream, the holders. ARGV: group, the least idle time.
-- Deletes the consumers that have nothing pending, are held by nobody and have been idle for so long, and replies their names.
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
    if consumer.pending == 0 and consumer.idle >= least and not hold_of(redis.call('HGET', holders, field_of(group, consumer.name)), at) then
        redis.call('XGROUP', 'DELCONSUMER', stream, group, consumer.name)
        collected[#collected + 1] = consumer.name
    end
end
return collected
