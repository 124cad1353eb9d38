-- KEYS: the stream, the holders. ARGV: group, consumer, holder.
-- Replies 1 where there is no such consumer any more, 0 where another holds its name or something is pending for it.
local stream, holders, group, consumer = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
if is_held_by_another(holders, group, consumer, ARGV[3]) then
    return 0
end
local own = field_of(group, consumer)
local pending = redis.pcall('XPENDING', stream, group, '-', '+', 1, consumer)
if not pending.err and #pending > 0 then
    redis.call('HSET', holders, own, left_by_holder)
    return 0
end
redis.call('HDEL', holders, own)
if pending.err then
    return string.sub(pending.err, 1, 7) == 'NOGROUP' and 1 or pending
end
redis.call('XGROUP', 'DELCONSUMER', stream, group, consumer)
return 1
