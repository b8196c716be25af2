import json
from pathlib import Path

import pytest
from kedro.framework.project import pipelines
from kedro.framework.startup import bootstrap_project

from selectra_pipeline.config.serving import ServingConfig
from selectra_pipeline.pipeline_registry import register_pipelines
from selectra_pipeline.pipelines import selection
from selectra_pipeline.pipelines.evaluation import create_pipeline as create_evaluation
from selectra_pipeline.pipelines.finetuning import create_pipeline
from selectra_pipeline.pipelines.selection import Selection
from selectra_pipeline.pipelines.serving import create_pipeline as create_serving

STAGES = {"ingestion", "vocabulary", "records", "pretraining", "export"}


@pytest.fixture(scope="module", autouse=True)
def project():
    bootstrap_project(Path(__file__).parents[2])


def test_stages_are_runnable_alone_and_commands_join_them():
    evaluation = {"finetuning", "evaluation", "evaluate", "zeroshot"}
    conversions = {"import_checkpoint", "export_original"}
    others = {"pretrain", "detect", "compare", "demo", "serving", "__default__"}
    assert set(pipelines) == {*STAGES, *evaluation, *conversions, *others}
    assert len(pipelines["pretrain"].nodes) == sum(len(pipelines[s].nodes) for s in STAGES)


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_each_stage_is_one_collapsed_box_in_kedro_viz(stage):
    assert {node.namespace for node in pipelines[stage].nodes} == {stage}


def test_pretrain_needs_nothing_but_parameters():
    assert all(name.startswith("params:") for name in pipelines["pretrain"].inputs())


def test_the_plan_is_written_before_training_starts():
    planning, training = (
        next(
            group
            for group, nodes in enumerate(pipelines["pretrain"].grouped_nodes)
            if name in str(nodes)
        )
        for name in ("plan_pretraining", "pretrain_electra")
    )
    assert planning < training


def test_each_selected_task_has_a_node_where_no_session_says_which(monkeypatch):
    monkeypatch.setattr(selection, "_of_session", None)  # other tests have sessions
    made = register_pipelines()
    names = [node.name for node in made["finetuning"].nodes]
    assert names == ["finetuning.finetune_world_entities", "finetuning.finetune_world_genres"]
    assert {"world_entities_trials", "world_genres_trials"} <= made["evaluation"].inputs()
    assert "model" in made["evaluate"].inputs()


def test_another_checkpoint_needs_no_stage_of_this_run():
    pipeline = create_pipeline(Selection(("world_genres",), own_export=False))
    evaluation = create_evaluation(Selection(("world_genres",), own_export=False))
    assert all(name.startswith("params:") for name in (pipeline + evaluation).inputs())


def test_the_card_of_an_imported_model_needs_no_stage_that_trains():
    imported = Selection(("world_genres",), trained_here=False)
    assert "model" in create_pipeline(imported).inputs()
    needed = create_evaluation(imported).inputs()
    assert {name for name in needed if not name.startswith("params:")} == {"world_genres_trials"}


def test_random_weights_are_not_on_the_card_of_the_trained_ones():
    random = Selection(("world_genres",), random_weights=True)
    assert "model" in create_pipeline(random).inputs()
    assert "model" not in create_evaluation(random).inputs()


def test_what_was_imported_is_known_by_its_manifest(tmp_path):
    params = {"directories": {"model": str(tmp_path)}}
    assert Selection.from_params(params).trained_here
    for kind, trained in (("export", True), ("import", False)):
        (tmp_path / "manifest.json").write_text(json.dumps({"kind": kind}))
        assert Selection.from_params(params).trained_here is trained


def test_a_model_is_served_in_the_selected_formats_only():
    served = create_serving(ServingConfig(formats=("saved_model",)))
    assert [node.name for node in served.nodes] == ["serving.write_saved_model"]
    assert "model" in served.inputs()
    of_folder = create_serving(ServingConfig(model="folder"))
    assert of_folder.outputs() == {"mlflow_model"}
    assert all(name.startswith("params:") for name in of_folder.inputs())


def test_onnx_is_written_alone_or_in_both_forms():
    names = {
        form: [node.name for node in create_serving(ServingConfig(formats=(form,))).nodes]
        for form in ("onnx", "onnx_int8")
    }
    assert names == {
        "onnx": ["serving.write_onnx_model"],
        "onnx_int8": ["serving.write_onnx_int8_model"],
    }
