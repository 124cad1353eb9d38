-- KEYS: the stream that entries leave, the stream that they go to. ARGV: for each entry its id, the number of its new names and values, and these.
-- Replies for each entry its new id, or nothing where it is not there or was named before.
local source, destination = KEYS[1], KEYS[2]

-- First all is looked up and nothing done.
local moves, named, count = {}, {}, 0
local i = 1
while i <= #ARGV do
    local move = {id = ARGV[i], first = i + 2, last = i + 1 + tonumber(ARGV[i + 1])}
    if not named[move.id] then
        named[move.id] = true
        local found = redis.pcall('XRANGE', source, move.id, move.id)
        if found.err then
            return found
        end
        move.there = #found > 0
        count = count + #found
    end
    moves[#moves + 1] = move
    i = move.last + 1
end

-- What can fail comes before anything that takes away: an append, and of them that ids run out.
local refusal = count > 0 and refusal_to_append(destination, count)
if refusal then
    return refusal
end
local replies = {}
for at, move in ipairs(moves) do
    replies[at] = move.there and redis.pcall('XADD', destination, '*', unpack(ARGV, move.first, move.last)) or false
    if type(replies[at]) == 'table' then
        return replies[at]
    end
end
for _, move in ipairs(moves) do
    if move.there then
        redis.call('XDEL', source, move.id)
    end
end
return replies
