#!/usr/bin/env python3
"""A bad cable between two network namespaces: two TUN devices, and every packet between them in this program's hands.

  link.py NAMESPACE,DEVICE,ADDRESS/LENGTH NAMESPACE,DEVICE,ADDRESS/LENGTH [SEED]

Says `up`, then obeys its standard input and ends with it. A line `ab|ba|both NAME=VALUE …` changes what happens to the
packets of a direction; `stats` asks for counters. Each line is answered with one. Needs root.

  delay, jitter  ms; jitter never reorders            rate   kbit/s of everything from the IP header on
  loss           % of packets, in bursts of the mean length `burst`        queue  bytes that wait for the rate; then drops
  reorder, dup, corrupt  % of packets that overtake, come twice, have a byte changed
"""
import ctypes, fcntl, heapq, itertools, json, os, random, select, struct, subprocess, sys, time

NEW_NET = 0x40000000
TUNSETIFF, IFF_TUN_NO_PI = 0x400454CA, 0x1001
libc = ctypes.CDLL(None, use_errno=True)


def enter(namespace_fd):
    if libc.setns(namespace_fd, NEW_NET):
        raise OSError(ctypes.get_errno(), "setns")


def open_tun(spec):
    """A TUN device in a namespace, with its address, as a file that reads and writes IP packets."""
    namespace, device, address = spec.split(",")
    ours = os.open("/proc/self/ns/net", os.O_RDONLY)
    theirs = os.open("/run/netns/" + namespace, os.O_RDONLY)
    enter(theirs)
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH14x", device.encode(), IFF_TUN_NO_PI))
    subprocess.check_call(["ip", "addr", "add", address, "dev", device])
    subprocess.check_call(["ip", "link", "set", device, "up", "txqueuelen", "2000"])
    enter(ours)
    os.close(theirs)
    os.close(ours)
    return tun


class Direction:
    """What happens to packets one way, and the ones that are on their way."""

    order = itertools.count()

    def __init__(self, out):
        self.out = out
        self.fault = dict(delay=0.0, jitter=0.0, loss=0.0, burst=0.0, dup=0.0, reorder=0.0, corrupt=0.0, rate=0.0, queue=60000.0)
        self.count = dict(taken=0, given=0, lost=0, overflowed=0)
        self.free_at = self.last_due = 0.0
        self.in_burst = False
        self.underway = []

    def change(self, words):
        for word in words:
            name, value = word.split("=")
            if name not in self.fault:
                raise ValueError("no fault is called " + name)
            self.fault[name] = float(value)

    def is_lost(self):
        share, burst = self.fault["loss"] / 100, self.fault["burst"]
        if burst <= 1 or share >= 1:
            return random.random() < share
        leave = 1 / burst  # Gilbert-Elliott: a bad state of this mean length, entered as often as the share asks
        enter_bad = share * leave / (1 - share)
        self.in_burst = random.random() > leave if self.in_burst else random.random() < enter_bad
        return self.in_burst

    def sent_at(self, size, now):
        """When the last bit leaves at this rate; None: the queue is full."""
        if self.fault["rate"] <= 0:
            return now
        bytes_a_second = self.fault["rate"] * 125
        if max(0.0, self.free_at - now) * bytes_a_second + size > self.fault["queue"]:
            return None
        self.free_at = max(self.free_at, now) + size / bytes_a_second
        return self.free_at

    def due(self, sent):
        jitter = self.fault["jitter"]
        at = sent + max(0.0, self.fault["delay"] + random.uniform(-jitter, jitter)) / 1000
        if random.random() * 100 < self.fault["reorder"]:
            return sent
        self.last_due = max(self.last_due, at)
        return self.last_due

    def take(self, packet, now):
        self.count["taken"] += 1
        if self.is_lost():
            self.count["lost"] += 1
            return
        sent = self.sent_at(len(packet), now)
        if sent is None:
            self.count["overflowed"] += 1
            return
        if random.random() * 100 < self.fault["corrupt"] and len(packet) > 48:
            changed = bytearray(packet)
            changed[random.randrange(40, len(changed))] ^= 0x55
            packet = bytes(changed)
        copies = 2 if random.random() * 100 < self.fault["dup"] else 1
        for _ in range(copies):
            heapq.heappush(self.underway, (self.due(sent), next(self.order), packet))

    def deliver(self, now):
        while self.underway and self.underway[0][0] <= now:
            try:
                os.write(self.out, heapq.heappop(self.underway)[2])
                self.count["given"] += 1
            except OSError:
                self.count["overflowed"] += 1


def obey(line, directions):
    which, *words = line.split()
    if which == "stats":
        return json.dumps({name: direction.count for name, direction in directions.items()})
    chosen = directions.values() if which == "both" else [directions[which]]
    for direction in chosen:
        direction.change(words)
    return "ok"


def answer(line, directions):
    try:
        print(obey(line, directions), flush=True)
    except (KeyError, ValueError) as error:
        print("refused:", error, flush=True)


def main():
    a, b, *seed = sys.argv[1:]
    random.seed(int(seed[0]) if seed else None)
    tun_a, tun_b = open_tun(a), open_tun(b)
    directions = {"ab": Direction(tun_b), "ba": Direction(tun_a)}
    taker = {tun_a: directions["ab"], tun_b: directions["ba"]}
    wait = select.epoll()
    for source in (tun_a, tun_b, 0):
        wait.register(source, select.EPOLLIN | (select.EPOLLHUP if source == 0 else 0))
    print("up", flush=True)
    while True:
        soonest = min((d.underway[0][0] for d in directions.values() if d.underway), default=None)
        for source, _ in wait.poll(-1 if soonest is None else max(0.0, soonest - time.monotonic())):
            if source == 0:
                heard = os.read(0, 65535)
                if not heard:
                    return
                for line in heard.decode().splitlines():  # a line is written whole, and is short
                    answer(line, directions)
                continue
            for _ in range(64):
                try:
                    packet = os.read(source, 65535)
                except BlockingIOError:
                    break
                taker[source].take(packet, time.monotonic())
        for direction in directions.values():
            direction.deliver(time.monotonic())


main()
