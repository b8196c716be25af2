import pytest
import tensorflow as tf
from tensorflow.core.framework.kernel_def_pb2 import KernelDef
from tensorflow.core.framework.node_def_pb2 import NodeDef
from tpu_ops import DEVICE, accepts, tpu_kernels, types_of


def node(operation: str, **types: tf.DType | list[tf.DType]) -> NodeDef:
    made = NodeDef(op=operation)
    for name, value in types.items():
        if isinstance(value, list):
            made.attr[name].list.type.extend(t.as_datatype_enum for t in value)
        else:
            made.attr[name].type = value.as_datatype_enum
    return made


@pytest.fixture
def kernel() -> KernelDef:
    """One that takes bfloat16 and float32."""
    made = KernelDef(op="MatMul", device_type=DEVICE)
    allowed = made.constraint.add(name="T").allowed_values.list.type
    allowed.extend([tf.bfloat16.as_datatype_enum, tf.float32.as_datatype_enum])
    return made


def test_a_kernel_takes_the_types_it_lists(kernel):
    assert accepts(kernel, node("MatMul", T=tf.bfloat16))
    assert not accepts(kernel, node("MatMul", T=tf.string))
    assert accepts(kernel, node("While", T=[tf.bfloat16, tf.float32]))
    assert not accepts(kernel, node("While", T=[tf.bfloat16, tf.string]))


def test_types_that_a_kernel_says_nothing_of_do_not_matter(kernel):
    assert accepts(kernel, node("Cast", T=tf.float32, Tshape=tf.int64))


def test_a_missing_kernel_is_named_with_the_types_it_lacks():
    assert types_of(node("Cast", SrcT=tf.string, DstT=tf.int32)) == {
        "SrcT": ["string"],
        "DstT": ["int32"],
    }


def test_the_usual_tensorflow_knows_no_tpu_kernels():
    with pytest.raises(SystemExit, match="make install-tpu"):
        tpu_kernels()
