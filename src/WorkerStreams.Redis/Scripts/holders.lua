-- Begins the scripts that look at who holds consumers' names: the hash of the holders has for each group and consumer, the length of the group's name before them,
-- until when the name is held, how long the holder's leases are, both in milliseconds, and the holder; or that its holder has left it.
local left_by_holder = 'left'

local function field_of(group, consumer)
    return #group .. ':' .. group .. consumer
end

local function now()
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Who holds a name, how long still and with what leases; nothing where nobody does.
local function hold_of(value, at)
    local till, lease, holder = string.match(value or '', '^(%d+) (%d+) (.*)$')
    if till and tonumber(till) > at then
        return holder, tonumber(till) - at, lease
    end
end

-- The time is asked for only where another has, or had, the name.
local function is_held_by_another(holders, group, consumer, holder)
    local value = redis.call('HGET', holders, field_of(group, consumer))
    if not value or string.match(value, '^%d+ %d+ (.*)$') == holder then
        return false
    end
    return hold_of(value, now()) ~= nil
end

