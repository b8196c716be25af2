import mlflow
import pytest
from matplotlib.figure import Figure

from selectra_pipeline.datasets.report_dataset import ReportDataset

TEXT = {"type": "kedro_datasets.text.TextDataset"}


@pytest.fixture
def run(tmp_path):
    """An MLflow run; gives the names of its artifacts below a folder."""
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
    experiment = mlflow.create_experiment("tests", artifact_location=str(tmp_path / "artifacts"))
    with mlflow.start_run(experiment_id=experiment):
        yield lambda folder: {path.name for path in (tmp_path / "artifacts").rglob(f"{folder}/*")}


@pytest.fixture(params=["local", "remote"])
def folder(request, tmp_path, bucket):
    return tmp_path / "reports" if request.param == "local" else bucket / "reports"


def test_a_text_comes_back_and_is_an_artifact_of_the_run(folder, run):
    dataset = ReportDataset(str(folder / "a.md"), TEXT, artifact_path="reports")
    assert not dataset.exists()
    dataset.save("# Año\n")
    assert dataset.exists()
    assert dataset.load() == (folder / "a.md").read_text(encoding="utf-8") == "# Año\n"
    assert run("reports") == {"a.md"}


def test_a_plot_is_written_as_its_own_dataset_would(folder):
    definition = {"type": "kedro_datasets.matplotlib.MatplotlibDataset", "save_args": {"dpi": 50}}
    ReportDataset(str(folder / "a.png"), definition).save(Figure(figsize=(2, 1)))
    png = (folder / "a.png").read_bytes()
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (100, 50)


def test_without_a_folder_for_it_there_is_no_artifact(folder, run):
    ReportDataset(str(folder / "a.md"), TEXT).save("texto")
    assert run("*") == set()
