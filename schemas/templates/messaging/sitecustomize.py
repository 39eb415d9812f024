"""What every service's Python is given at its start; the services' units name this folder in PYTHONPATH.

A library of another release, that does it another way, is left alone.
"""

import gc
import importlib.util
import os
import sys

# A service makes a million objects while it imports and throws hardly any away: looking through them 500 times is 5 to 15 %
# of its start.
gc.set_threshold(50_000)

ENTRY_POINTS = "/usr/lib/microstack/python/entry-points"


def prompt_answers(driver, load):
    """oslo.messaging 16.1 looks for the answer of an RPC every 0.5 s (ReplyWaiters.get, upstream's way around Launchpad bug
    2035113), so that every RPC between the services takes 501 ms, however fast it was answered; measured: 13 ms with this.
    Starting a guest is about a dozen of them. This keeps upstream's way, polling without blocking, and only shortens the
    pause: 1 ms at first, 20 ms when the answer takes long."""
    import inspect

    load(driver)
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


def one_index_of_entry_points(cache, load):
    """stevedore keeps what the distributions' entry points are in a file of each user, program and path, so that each
    service of a new cloud reads all 300 distributions again: 0.5 to 1.5 CPU seconds each. They are the same for all of them,
    and change when a distribution comes or goes: one file for all, named by the folders' times."""
    load(cache)
    if not hasattr(cache, "_hash_settings_for_path") or not hasattr(cache, "_c"):
        return
    upstream = cache._hash_settings_for_path

    def name_of_index(path):
        folders = {entry for entry in path if entry.endswith("/dist-packages") and os.path.isdir(entry)}
        if not folders:
            return upstream(path)
        return "-".join(sorted({str(int(os.stat(folder).st_mtime)) for folder in folders})), []

    cache._hash_settings_for_path = name_of_index
    cache._c._dir = ENTRY_POINTS


def schemas_on_demand(module, load):
    """pysaml2 compiles eleven XML schemas when it is imported, a quarter of Keystone's start, whether or not anybody ever
    comes with an assertion: now the first assertion does."""
    real = {}

    class XMLSchemaError(Exception):
        pass

    def validate(doc, validator=None):
        if not real:
            load(module)
            real.update(validate=module.validate, error=module.XMLSchemaError)
        try:
            return real["validate"](doc, validator)
        except real["error"] as error:
            raise XMLSchemaError(*error.args) from error

    module.XMLSchemaError = XMLSchemaError
    module.validate = validate


CHANGES = {
    "oslo_messaging._drivers.amqpdriver": prompt_answers,
    "saml2.xml.schema": schemas_on_demand,
    "stevedore._cache": one_index_of_entry_points,
}


class Finder:
    def find_spec(self, name, path=None, target=None):
        change = CHANGES.pop(name, None)
        if change is None:
            return None
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module
        spec.loader.exec_module = lambda module: change(module, load)
        return spec


sys.meta_path.insert(0, Finder())
