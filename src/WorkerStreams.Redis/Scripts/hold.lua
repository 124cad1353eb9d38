-- KEYS: the stream, the holders. ARGV: group, consumer, holder, how long, its lease, the holder instead of whom.
-- Replies who has the name now, how long still, and the leases of the others in the group.
local stream, holders, group, consumer, holder = KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3]
local found = redis.pcall('XPENDING', stream, group)
if found.err then
    return found
end
redis.call('XGROUP', 'CREATECONSUMER', stream, group, consumer)
local at, own, of_group, leases = now(), field_of(group, consumer), field_of(group, ''), {}
local all = redis.call('HGETALL', holders)
local has, left
for i = 1, #all, 2 do
    local other, other_left, lease = hold_of(all[i + 1], at)
    if not other and all[i + 1] ~= left_by_holder then
        redis.call('HDEL', holders, all[i])
    elseif other then
        if all[i] == own then
            has, left = other, other_left
        elseif string.sub(all[i], 1, #of_group) == of_group then
            leases[#leases + 1] = tonumber(lease)
        end
    end
end
if has and has ~= holder and has ~= ARGV[6] then
    return {has, left, leases}
end
redis.call('HSET', holders, own, string.format('%.0f', at + ARGV[4]) .. ' ' .. ARGV[5] .. ' ' .. holder)
return {holder, tonumber(ARGV[4]), leases}
