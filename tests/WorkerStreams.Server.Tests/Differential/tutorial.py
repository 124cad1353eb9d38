"""The steps of a tutorial on streams, by redis-py. Prints what it is answered, but for times."""
import sys

import redis

client = redis.Redis(host="127.0.0.1", port=int(sys.argv[1]), decode_responses=True, socket_timeout=30)


SINCE_8_6 = ["idmp-duration", "idmp-maxsize", "pids-tracked", "iids-tracked", "iids-added", "iids-duplicates"]


def show(step, reply):
    print(step, reply)


def refused(step, call):
    try:
        show(step, call())
    except redis.exceptions.ResponseError as refusal:
        show(step, "refused: " + str(refusal))


def without(keys, told):
    return {key: value for key, value in told.items() if key not in keys}


client.delete("orders")
show("ping", client.ping())
for number in range(1, 6):
    show("xadd", client.xadd("orders", {"user_id": str(120 + number), "amount": "49.99"}, id=f"{number}-0", maxlen=1000, approximate=True))
refused("xadd smaller", lambda: client.xadd("orders", {"a": "1"}, id="1-0"))
refused("xadd nomkstream", lambda: client.xadd("missing", {"a": "1"}, nomkstream=True))
show("xlen", client.xlen("orders"))
show("xrange", client.xrange("orders", min="2", max="+", count=2))
show("xrevrange", client.xrevrange("orders", count=1))
show("xread", client.xread({"orders": "3-0"}, count=10))
show("xgroup_create", client.xgroup_create("orders", "billing", id="0", mkstream=True))
refused("xgroup_create again", lambda: client.xgroup_create("orders", "billing", id="$"))
show("xgroup_create at the end", client.xgroup_create("orders", "news", id="$"))
show("xreadgroup", client.xreadgroup("billing", "worker-1", {"orders": ">"}, count=3, block=2000))
show("xreadgroup worker-2", client.xreadgroup("billing", "worker-2", {"orders": ">"}, count=10, block=2000))
show("xreadgroup nothing new", client.xreadgroup("billing", "worker-1", {"orders": ">"}, count=10, block=1))
show("xreadgroup history", client.xreadgroup("billing", "worker-1", {"orders": "0"}))
refused("xreadgroup no group", lambda: client.xreadgroup("none", "worker-1", {"orders": ">"}))
show("xack", client.xack("orders", "billing", "1-0", "9-0"))
show("xpending", client.xpending("orders", "billing"))
show("xpending_range", [without(["time_since_delivered"], entry) for entry in client.xpending_range("orders", "billing", "-", "+", 10)])
show("xpending_range of one", [entry["message_id"] for entry in client.xpending_range("orders", "billing", "-", "+", 10, consumername="worker-2")])
show("xclaim", client.xclaim("orders", "billing", "worker-2", 0, ["2-0"]))
show("xclaim justid", client.xclaim("orders", "billing", "worker-2", 0, ["3-0"], justid=True))
show("xautoclaim justid", client.xautoclaim("orders", "billing", "worker-1", 0, count=2, justid=True))
show("xautoclaim", client.xautoclaim("orders", "billing", "worker-1", 0, start_id="4-0"))
show("xinfo_stream", without(["radix-tree-keys", "radix-tree-nodes", *SINCE_8_6], client.xinfo_stream("orders")))
show("xinfo_groups", client.xinfo_groups("orders"))
show("xinfo_consumers", [without(["idle", "inactive"], consumer) for consumer in client.xinfo_consumers("orders", "billing")])
show("xgroup_createconsumer", client.xgroup_createconsumer("orders", "billing", "worker-3"))
show("xgroup_delconsumer", client.xgroup_delconsumer("orders", "billing", "worker-3"))
show("xgroup_setid", client.xgroup_setid("orders", "news", "0"))
show("xdel", client.xdel("orders", "5-0"))
show("xtrim", client.xtrim("orders", maxlen=2, approximate=False))
show("xgroup_destroy", client.xgroup_destroy("orders", "news"))

with client.pipeline(transaction=False) as pipeline:
    for number in range(10, 13):
        pipeline.xadd("orders", {"number": number}, id=f"{number}-0")
    pipeline.xlen("orders")
    show("pipeline", pipeline.execute())

show("delete", client.delete("orders"))
show("exists", client.exists("orders"))
