-- Begins the scripts that append several entries in one step.
-- Why so many entries cannot be appended, so that it is told before anything is done: what is there is no stream, or its ids run out.
local function refusal_to_append(stream, count)
    local info = redis.pcall('XINFO', 'STREAM', stream)
    if info.err then
        return not string.find(info.err, 'no such key', 1, true) and info or nil
    end
    for at = 1, #info, 2 do
        local tail = info[at] == 'last-generated-id' and string.match(info[at + 1], '^18446744073709551615%-184467440737(%d%d%d%d%d%d%d%d)$')
        if tail and tonumber(tail) + count > 9551615 then
            return redis.error_reply('ERR The stream has exhausted the last possible ID, unable to add more items')
        end
    end
end

