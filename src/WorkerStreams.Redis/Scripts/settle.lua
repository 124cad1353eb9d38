-- KEYS: the stream; the holders, where the owner's name is held; the stream of dead letters, where there are any.
-- ARGV: group, owner, its holder, smallest id, greatest id, their number; then runs of one kind each: the kind and its ids, apart by blanks;
-- after the one id of a dead letter the number of its names and values, and these.
-- Replies one digit for each id: 0 is done, 1 not the owner, 2 not pending.
local stream, letters, group, owner, asked = KEYS[1], KEYS[#KEYS], ARGV[1], ARGV[2], tonumber(ARGV[6])
local chunk = 1000
-- Above it, as where XNACK FATAL has set it, a count is no whole number here, and stays as it is.
local greatest = 2 ^ 53

if ARGV[3] ~= '' and is_held_by_another(KEYS[2], group, owner, ARGV[3]) then
    return string.rep('1', asked)
end

local function in_chunks(ids, call)
    for from = 1, #ids, chunk do
        call(unpack(ids, from, math.min(from + chunk - 1, #ids)))
    end
end

local function claim(options)
    return function(...)
        local words = {'XCLAIM', stream, group, owner, 0, ...}
        for _, option in ipairs(options) do
            words[#words + 1] = option
        end
        redis.call(unpack(words))
    end
end

local function acknowledge(...)
    redis.call('XACK', stream, group, ...)
end

local function delete(...)
    redis.call('XDEL', stream, ...)
end

-- What the owner has around the ids, in one go; what that leaves open is looked up one by one.
local held = {}
local around = redis.pcall('XPENDING', stream, group, ARGV[4], ARGV[5], 2 * asked, owner)
if around.err then
    if string.sub(around.err, 1, 7) == 'NOGROUP' then
        return string.rep('2', asked)
    end
    return around
end
for _, row in ipairs(around) do
    held[row[1]] = row[4]
end

-- The count of an entry that the owner has, or false where another has it, or nothing.
local gone, claimed = {}, {}
local function count_of(id)
    -- XCLAIM drops what is gone from the stream, so an id that comes again is not pending then.
    if gone[id] or (claimed[id] and #redis.call('XRANGE', stream, id, id) == 0) then
        return nil
    end
    if held[id] == nil then
        local row = redis.call('XPENDING', stream, group, id, id, 1)[1]
        if not row then
            gone[id] = true
            return nil
        end
        -- What was handed back (XNACK) is nobody's, and its idle time -1.
        held[id] = row[2] == owner and row[3] >= 0 and row[4]
    end
    return held[id]
end

-- First all is decided and nothing done, in the order asked for: what comes later in it meets what came before.
local outcomes, steps, letter_count = {}, {}, 0
local i = 7
while i <= #ARGV do
    local step = {kind = ARGV[i], ids = {}}
    local ids = ARGV[i + 1]
    i = i + 2
    if step.kind == 'DEAD' then
        step.first, step.last = i + 1, i + tonumber(ARGV[i])
        i = step.last + 1
    end
    for id in string.gmatch(ids, '%S+') do
        local count = count_of(id)
        outcomes[#outcomes + 1] = count and '0' or (count == false and '1' or '2')
        if count then
            if step.kind == 'UNSTARTED' then
                count = math.max(count - 1, 0)
                held[id] = count
                if step.count ~= count and #step.ids > 0 then
                    steps[#steps + 1] = step
                    step = {kind = step.kind, ids = {}}
                end
                step.count = count
            elseif step.kind == 'ACK' or step.kind == 'DELETE' or step.kind == 'DEAD' then
                gone[id] = true
            end
            claimed[id] = true
            step.ids[#step.ids + 1] = id
        end
    end
    if #step.ids > 0 then
        steps[#steps + 1] = step
        letter_count = letter_count + (step.kind == 'DEAD' and 1 or 0)
    end
end

-- What can fail comes first, so that it fails before anything is done: the dead letters, and of them that ids run out.
if letter_count > 0 then
    local refusal = refusal_to_append(letters, letter_count)
    if refusal then
        return refusal
    end
    for _, step in ipairs(steps) do
        if step.kind == 'DEAD' then
            local added = redis.pcall('XADD', letters, '*', unpack(ARGV, step.first, step.last))
            if type(added) == 'table' and added.err then
                return added
            end
        end
    end
end

local released = {'TIME', 0, 'JUSTID'}
for _, step in ipairs(steps) do
    if step.kind == 'RENEW' then
        in_chunks(step.ids, claim({'JUSTID'}))
    elseif step.kind == 'RELEASE' then
        in_chunks(step.ids, claim(released))
    elseif step.kind == 'UNSTARTED' then
        in_chunks(step.ids, claim(step.count < greatest and {'TIME', 0, 'RETRYCOUNT', step.count, 'JUSTID'} or released))
    else
        in_chunks(step.ids, acknowledge)
        if step.kind == 'DELETE' then
            in_chunks(step.ids, delete)
        end
    end
end
return table.concat(outcomes)
