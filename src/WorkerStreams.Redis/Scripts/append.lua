-- KEYS: the stream. ARGV: how many words the options have, how many those of the trimming have, these words; then for each entry its id, the number of its names and values, and these.
-- Replies for each entry its id, or nothing where there is no stream, or why it was refused.
local options, trimming = tonumber(ARGV[1]), tonumber(ARGV[2])
local replies, stored = {}, false
local i = 3 + options + trimming
while i <= #ARGV do
    local words = {'XADD', KEYS[1], unpack(ARGV, 3, 2 + options)}
    words[#words + 1] = ARGV[i]
    local last = i + 1 + tonumber(ARGV[i + 1])
    local reply
    if last - i - 1 > 7000 then
        reply = {err = 'ERR too many fields for a batch'}
    else
        for part = i + 2, last do
            words[#words + 1] = ARGV[part]
        end
        reply = redis.pcall(unpack(words))
    end
    if type(reply) == 'table' and not stored and string.find(reply.err, 'OOM command not allowed', 1, true) then
        return redis.error_reply("OOM command not allowed when used memory > 'maxmemory'.")
    elseif type(reply) == 'table' and not stored and string.sub(reply.err, 1, 4) ~= 'ERR ' then
        -- It is about no entry, as READONLY is.
        return reply
    elseif type(reply) == 'table' then
        reply = '-' .. reply.err
    elseif reply then
        stored = true
    end
    replies[#replies + 1] = reply
    i = last + 1
end
if stored and trimming > 0 then
    -- What is stored stays so whether or not it can be trimmed; the next append trims for it.
    redis.pcall('XTRIM', KEYS[1], unpack(ARGV, 3 + options, 2 + options + trimming))
end
return replies
