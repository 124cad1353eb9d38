-- KEYS: the stream. ARGV: KEEPREF, DELREF or ACKED; XDELEX or XACKDEL; the group of the latter; the ids apart by blanks.
-- Does as these commands of Redis 8.2 do, and replies one digit for each id: 0 is deleted, 1 kept, 2 not found.
local stream, mode, acknowledges = KEYS[1], ARGV[1], ARGV[2] == 'XACKDEL'
local length = redis.pcall('XLEN', stream)
if type(length) == 'table' then
    return length
end

-- The groups with the digits of their positions, which are too long for a number.
local groups = {}
local infos = mode ~= 'KEEPREF' and redis.pcall('XINFO', 'GROUPS', stream) or {}
for _, info in ipairs(infos) do
    local group = {}
    for at = 1, #info, 2 do
        group[info[at]] = info[at + 1]
    end
    groups[#groups + 1] = group
end

local function is_greater(id, than)
    local parts, others = {string.match(id, '(%d+)-(%d+)')}, {string.match(than, '(%d+)-(%d+)')}
    for at = 1, 2 do
        if #parts[at] ~= #others[at] then
            return #parts[at] > #others[at]
        end
        if parts[at] ~= others[at] then
            return parts[at] > others[at]
        end
    end
    return false
end

local function is_referenced(id)
    for _, group in ipairs(groups) do
        if is_greater(id, group['last-delivered-id']) or #redis.call('XPENDING', stream, group.name, id, id, 1) > 0 then
            return true
        end
    end
    return false
end

local function delete(id)
    if mode == 'DELREF' then
        for _, group in ipairs(groups) do
            redis.call('XACK', stream, group.name, id)
        end
    elseif mode == 'ACKED' and is_referenced(id) then
        return '1'
    end
    return redis.call('XDEL', stream, id) > 0 and '0' or '2'
end

local outcomes = {}
for id in string.gmatch(ARGV[4], '%S+') do
    if not acknowledges then
        outcomes[#outcomes + 1] = delete(id)
    elseif redis.call('XACK', stream, ARGV[3], id) == 0 then
        outcomes[#outcomes + 1] = '2'
    else
        -- What is gone already was acknowledged all the same.
        outcomes[#outcomes + 1] = delete(id) == '1' and '1' or '0'
    end
end
return table.concat(outcomes)
