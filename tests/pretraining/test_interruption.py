import os
import signal
import threading

import pytest

from selectra_pipeline.pretraining.interruption import graceful_stop


@pytest.fixture(autouse=True)
def own_handlers():
    """Handlers of the caller, which note what reaches them; restored after each test."""
    reached = []
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    signal.signal(signal.SIGTERM, lambda number, frame: reached.append(number))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield reached
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_the_first_signal_only_sets_the_request(own_handlers, name):
    with graceful_stop() as stop:
        assert not stop
        os.kill(os.getpid(), signal.Signals[name])
        assert stop
        assert stop.signal_name == name
    assert own_handlers == []


def test_a_second_ctrl_c_acts_at_once():
    with graceful_stop() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_a_second_sigterm_reaches_whoever_had_it_before(own_handlers):
    with graceful_stop():
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
    assert own_handlers == [signal.SIGTERM]


@pytest.mark.parametrize("error", [None, ValueError])
def test_handlers_are_restored_however_the_block_ends(error):
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    try:
        with graceful_stop():
            assert signal.getsignal(signal.SIGTERM) is not before[0]
            if error:
                raise error
    except ValueError:
        pass
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_outside_of_the_main_thread_no_handler_is_set():
    seen = []

    def work():
        with graceful_stop() as stop:
            seen.append((bool(stop), signal.getsignal(signal.SIGINT)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [(False, signal.default_int_handler)]
