"""Shortens the wait for the answer of an RPC.

oslo.messaging 16.1 looks for the answer every 0.5 s (ReplyWaiters.get, upstream's way around Launchpad bug 2035113), so that
every RPC between the services takes 501 ms, however fast it was answered; measured: 13 ms with this file. Starting a guest is
about a dozen of them. This keeps upstream's way, polling without blocking, and only shortens the pause: 1 ms at first, 20 ms
when the answer takes long.
"""

import importlib.abc
import importlib.util
import sys

TARGET = "oslo_messaging._drivers.amqpdriver"


class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != TARGET:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module

        def load_and_shorten(module):
            load(module)
            shorten(module)

        spec.loader.exec_module = load_and_shorten
        return spec


def shorten(driver):
    import inspect

    # A release that does it another way is left alone.
    if "time.sleep(0.5)" not in inspect.getsource(driver.ReplyWaiters.get):
        return

    def get(self, msg_id, timeout):
        watch = driver.timeutils.StopWatch(duration=timeout)
        watch.start()
        pause = 0.001
        while not watch.expired():
            try:
                return self._queues[msg_id].get(block=False)
            except driver.queue.Empty:
                driver.time.sleep(pause)
                pause = min(pause * 1.5, 0.02)
        raise driver.oslo_messaging.MessagingTimeout(f"Timed out waiting for a reply to message ID {msg_id}")

    driver.ReplyWaiters.get = get


sys.meta_path.insert(0, Finder())
