-- KEYS: the stream; the holders, where the consumer's name is held.
-- ARGV: group, consumer, its holder, minimum idle time, the ids apart by blanks, 1 where they must be of one owner, that owner; then options of XCLAIM.
-- Replies what XCLAIM does, and of each entry that was pending its id, idle time and count before.
local stream, group = KEYS[1], ARGV[1]
local chunk = 1000
if KEYS[2] and is_held_by_another(KEYS[2], group, ARGV[2], ARGV[3]) then
    return {{}, {}}
end
local ids, before, named = {}, {}, {}
for id in string.gmatch(ARGV[5], '%S+') do
    local rows = redis.pcall('XPENDING', stream, group, id, id, 1)
    if rows.err then
        return rows
    end
    local row = rows[1]
    -- Named again, an entry that goes to another is its owner's no more; one that was handed back (XNACK) is nobody's, and its idle time -1.
    if ARGV[6] ~= '1' or (row and row[2] == ARGV[7] and row[3] >= 0 and (ARGV[2] == ARGV[7] or not named[id])) then
        named[id] = true
        ids[#ids + 1] = id
        if row then
            before[#before + 1], before[#before + 2], before[#before + 3] = row[1], row[3], row[4]
        end
    end
end
-- No entry has this id, but the consumer and the last id are heeded.
if #ids == 0 then
    ids[1] = '0-0'
end
local claimed = {}
for from = 1, #ids, chunk do
    local words = {'XCLAIM', stream, group, ARGV[2], ARGV[4], unpack(ids, from, math.min(from + chunk - 1, #ids))}
    for option = 8, #ARGV do
        words[#words + 1] = ARGV[option]
    end
    local entries = redis.pcall(unpack(words))
    if entries.err then
        return entries
    end
    for _, entry in ipairs(entries) do
        claimed[#claimed + 1] = entry
    end
end
return {claimed, before}
