"""Files that PyTorch writes, and files that an attacker would."""

import io
import zipfile

import numpy as np
import pytest

from selectra_pipeline.interchange.pickled_weights import (
    STORAGE_TYPES,
    PickledWeightsError,
    read_pickled_weights,
)

FORMATS = {"zip": True, "sequence": False}  # PyTorch's newer format and its older one


class Call:
    """Pickled, it calls a function when it is read."""

    def __init__(self, function, *args):
        self.function, self.args = function, args

    def __reduce__(self):
        return self.function, self.args


@pytest.fixture(params=FORMATS.values(), ids=FORMATS)
def save(request, tmp_path):
    """`torch.save` in one of its formats; gives the path."""
    torch = pytest.importorskip("torch")

    def write(content):
        path = tmp_path / "pytorch_model.bin"
        torch.save(content, path, _use_new_zipfile_serialization=request.param)
        return path

    return write


def archive(path, content, **files):
    """A file of the zip format around any pickle."""
    with zipfile.ZipFile(path, "w", files.pop("compression", zipfile.ZIP_STORED)) as written:
        written.writestr("model/data.pkl", content)
        for name, numbers in files.items():
            written.writestr(f"model/data/{name.removeprefix('storage')}", numbers)
    return path


def test_every_type_of_number_is_read_as_pytorch_reads_it(save):
    import torch

    torch.manual_seed(1)
    types = (torch.float32, torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.bool)
    tensors = {str(dtype): (torch.randn(3, 4) * 5).to(dtype) for dtype in types}
    read = read_pickled_weights(save(tensors))
    assert list(read) == list(tensors)
    for name, tensor in tensors.items():
        as_float = tensor.to(torch.float64).numpy()
        np.testing.assert_array_equal(read[name].astype(np.float64), as_float, name)
        assert str(read[name].dtype) in name


def test_views_of_one_storage_are_the_tensors_that_were_saved(save):
    import torch

    table = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    views = {"all": table, "turned": table.T, "part": table[1:3, ::2], "scalar": table[2, 3]}
    views["none"] = table[4:]
    read = read_pickled_weights(save({**views, "parameter": torch.nn.Parameter(table[1])}))
    for name, view in views.items():
        np.testing.assert_array_equal(read[name], view.numpy(), name)
    np.testing.assert_array_equal(read["parameter"], table[1].numpy())


def test_a_state_dict_of_a_model_is_read(save):
    import torch

    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.LayerNorm(2))
    read = read_pickled_weights(save(model.state_dict()))
    for name, tensor in model.state_dict().items():
        np.testing.assert_array_equal(read[name], tensor.numpy(), name)


@pytest.mark.parametrize("name", ["os.system", "builtins.eval", "torch.load", "numpy.ndarray"])
def test_any_other_name_is_refused_before_it_is_looked_up(tmp_path, name):
    module, function = name.rsplit(".", 1)
    ran = tmp_path / "ran"
    program = f"c{module}\n{function}\n(S'touch {ran}'\ntR.".encode()
    with pytest.raises(PickledWeightsError, match=rf"it names {module}\.{function}, which no file"):
        read_pickled_weights(archive(tmp_path / "model.bin", program))
    assert not ran.exists()


def test_a_call_in_the_older_format_is_refused_too(save):
    path = save({"weight": Call(print, "this ran")})
    with pytest.raises(PickledWeightsError, match=r"names (builtins|__builtin__)\.print"):
        read_pickled_weights(path)


def test_a_program_that_changes_the_reader_itself_is_refused(tmp_path):
    program = b"ctorch._utils\n_rebuild_tensor_v2\n}S'_function'\ncos\nsystem\nsb."
    with pytest.raises(PickledWeightsError, match=r"names os\.system"):
        read_pickled_weights(archive(tmp_path / "model.bin", program))
    program = b"ctorch._utils\n_rebuild_tensor_v2\n}S'_function'\nNsb."
    with pytest.raises(PickledWeightsError, match="changes what it is read with"):
        read_pickled_weights(archive(tmp_path / "model.bin", program))


def test_a_program_that_changes_a_type_of_numbers_is_refused(tmp_path):
    program = b"ctorch\nBFloat16Storage\n(I3\nS'>'\nNNNI-1\nI-1\nI0\ntb."
    with pytest.raises(PickledWeightsError):
        read_pickled_weights(archive(tmp_path / "model.bin", program))
    assert STORAGE_TYPES["BFloat16Storage"].byteorder == "="


def tensor_program(size: int, offset: int, shape: tuple, strides: tuple) -> bytes:
    """The pickle of {"w": a float32 tensor} over the storage of key "0"."""
    rows = ["(" + "".join(f"I{number}\n" for number in row) + "t" for row in (shape, strides)]
    storage = f"(S'storage'\nctorch\nFloatStorage\nS'0'\nS'cpu'\nI{size}\ntQ"
    view = f"ctorch._utils\n_rebuild_tensor_v2\n({storage}I{offset}\n{rows[0]}{rows[1]}tR"
    return f"}}S'w'\n{view}s.".encode()


def test_a_written_out_program_of_a_tensor_is_read(tmp_path):
    numbers = np.arange(6, dtype=np.float32)
    path = archive(
        tmp_path / "model.bin", tensor_program(6, 1, (2, 2), (3, 1)), storage0=numbers.tobytes()
    )
    np.testing.assert_array_equal(read_pickled_weights(path)["w"], [[1, 2], [4, 5]])


@pytest.mark.parametrize(
    ("size", "offset", "shape", "strides"),
    [
        (6, 3, (2, 2), (3, 1)),  # ends after the storage
        (6, 0, (1 << 40,), (0,)),  # one number, as often as memory holds
        (60, 0, (50,), (1,)),  # of a storage that is shorter than it says
        (6, -1, (2,), (1,)),
        (6, 5, (2,), (-1,)),
        (6, 0, (2, 2), (1,)),
    ],
)
def test_a_tensor_never_shows_what_is_not_its_own(tmp_path, size, offset, shape, strides):
    numbers = np.arange(6, dtype=np.float32)
    program = tensor_program(size, offset, shape, strides)
    path = archive(tmp_path / "model.bin", program, storage0=numbers.tobytes())
    with pytest.raises(PickledWeightsError, match=r"fewer numbers|described wrongly"):
        read_pickled_weights(path)


def test_what_is_no_mapping_of_tensors_is_refused(save):
    import torch

    with pytest.raises(PickledWeightsError, match="no weights by name"):
        read_pickled_weights(save([torch.zeros(2)]))
    with pytest.raises(PickledWeightsError, match="'step' is no tensor"):
        read_pickled_weights(save({"step": 7}))


def test_damaged_files_are_named(save, tmp_path):
    import torch

    path = save({"weight": torch.zeros(1000)})
    whole = path.read_bytes()
    for content in (whole[:1500], whole[:3], b"", b"no file of PyTorch's", b"\x80\x02K\x01."):
        path.write_bytes(content)
        with pytest.raises(PickledWeightsError, match=rf"{path.name} can't be read .*Nothing of"):
            read_pickled_weights(path)


def test_a_compressed_archive_is_refused(tmp_path):
    path = archive(tmp_path / "model.bin", b"}.", compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(PickledWeightsError, match="it is compressed"):
        read_pickled_weights(path)
    assert read_pickled_weights(archive(tmp_path / "model.bin", b"}.")) == {}
    path.write_bytes(_empty_archive())
    with pytest.raises(PickledWeightsError, match=r"no data\.pkl"):
        read_pickled_weights(path)


def _empty_archive() -> bytes:
    content = io.BytesIO()
    zipfile.ZipFile(content, "w").close()
    return content.getvalue()
