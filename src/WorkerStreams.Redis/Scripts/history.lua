-- KEYS: the streams. ARGV: group, consumer, the most entries of each, how many words follow; the words of XREADGROUP before the streams; a position for each.
-- Replies what XREADGROUP does, and of each entry that was pending in a stream whose history is read its id, idle time and count before, stream by stream.
local group, consumer, count, options = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local words = {'XREADGROUP', 'GROUP', group, consumer, unpack(ARGV, 5, 4 + options)}
words[#words + 1] = 'STREAMS'
for _, key in ipairs(KEYS) do
    words[#words + 1] = key
end
local before = {}
for i, key in ipairs(KEYS) do
    local position = ARGV[4 + options + i]
    words[#words + 1] = position
    local rows = {}
    if position ~= '>' then
        -- What is wrong with the stream or the group, the read tells.
        local pending = redis.pcall('XPENDING', key, group, '(' .. position, '+', count, consumer)
        for _, row in ipairs(pending.err and {} or pending) do
            rows[#rows + 1], rows[#rows + 2], rows[#rows + 3] = row[1], row[3], row[4]
        end
    end
    before[i] = rows
end
local reply = redis.pcall(unpack(words))
if type(reply) == 'table' and reply.err then
    return reply
end
return {reply, before}
