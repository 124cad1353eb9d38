-- KEYS: the stream; the holders, where the owner's name is held. ARGV: group, owner, its holder, then ids, each greater than the one before.
-- Acknowledges the entries if none is another's, and replies how many of them were pending; otherwise does nothing and replies -1.
local stream, group, owner, first, last = KEYS[1], ARGV[1], ARGV[2], ARGV[4], ARGV[#ARGV]
-- Fewer are looked at one by one, and of these it is told which were pending.
local many = 16

-- To look whether others have anything around the ids costs much less than to look at each of them.
local function others_have_some()
    local pending = redis.pcall('XPENDING', stream, group)
    local nobodys = pending[1] or 0
    for _, consumer in ipairs(pending[4] or {}) do
        nobodys = nobodys - consumer[2]
        if consumer[1] ~= owner and #redis.call('XPENDING', stream, group, first, last, 1, consumer[1]) > 0 then
            return true
        end
    end
    return pending.err or nobodys > 0
end

local function owner_has_all()
    local held = redis.pcall('XPENDING', stream, group, first, last, 2 * #ARGV, owner)
    local at = 1
    for i = 4, #ARGV do
        while held[at] and held[at][1] ~= ARGV[i] do
            at = at + 1
        end
        if not held[at] then
            return false
        end
    end
    return true
end

if KEYS[2] and is_held_by_another(KEYS[2], group, owner, ARGV[3]) then
    return -1
end
if (#ARGV - 3 < many or others_have_some()) and not owner_has_all() then
    return -1
end
return redis.call('XACK', stream, group, unpack(ARGV, 4))
