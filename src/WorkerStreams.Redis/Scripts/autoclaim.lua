-- KEYS: the stream. ARGV: group, consumer, minimum idle time, start, ten times the count; then options of XAUTOCLAIM.
-- Replies what XAUTOCLAIM does, and of each entry that it may have looked at its id, idle time and count before.
-- What is wrong, the claim tells.
local rows = redis.pcall('XPENDING', KEYS[1], ARGV[1], ARGV[4], '+', ARGV[5])
local reply = redis.pcall('XAUTOCLAIM', KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], unpack(ARGV, 6))
if reply.err then
    return reply
end
local before = {}
if #reply[2] > 0 then
    for _, row in ipairs(rows) do
        before[#before + 1], before[#before + 2], before[#before + 3] = row[1], row[3], row[4]
    end
end
return {reply, before}
