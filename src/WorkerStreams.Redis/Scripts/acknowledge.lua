-- KEYS: the stream. ARGV: group, owner, then ids, each greater than the one before.
-- Acknowledges the entries where all of them are the owner's, and replies how many they are; otherwise does nothing and replies 0.
local held = redis.pcall('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[#ARGV], 2 * #ARGV, ARGV[2])
local at = 1
for i = 3, #ARGV do
    while held[at] and held[at][1] ~= ARGV[i] do
        at = at + 1
    end
    if not held[at] then
        return 0
    end
end
return redis.call('XACK', KEYS[1], ARGV[1], unpack(ARGV, 3))
