import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.demo import DemoConfig


def test_nobody_else_reaches_the_page_unless_the_host_says_so():
    assert DemoConfig().is_local
    assert all(DemoConfig(host=host).is_local for host in ("localhost", "127.0.0.5", "::1"))
    assert not any(DemoConfig(host=h).is_local for h in ("0.0.0.0", "::", "10.0.0.7", "my-name"))


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"port": 0}, "port=0 is no port; choose one from 1024 to 65535"),
        ({"port": 70_000}, "port=70000 is no port"),
        ({"host": " "}, "host is empty; set it to 127.0.0.1"),
        ({"language": "fr"}, "demo.language must be one of es, en"),
        ({"share": True}, "unknown parameter 'demo.share'"),
    ],
)
def test_what_cannot_work_is_refused(params, message):
    with pytest.raises(ConfigError, match=message):
        DemoConfig.from_params(params, "demo")
