import { NO_HPARAMS } from '../exporter.ts';
import { loggedRuns } from './log-runs.ts';
import { jsonFile, type Program, textFile } from './program.ts';

/**
 * Neither program imports files by itself: the scripts hand them to its own client.
 *
 * @see https://mlflow.org/docs/latest/api_reference/python_api/mlflow.client.html
 * @see https://docs.wandb.ai/guides/track/public-api-guide
 */
export const mlflow: Program<'metrics'> = {
  id: 'mlflow',
  label: 'MLflow and Weights & Biases',
  description:
    'A folder with every training as a run, in JSON, and scripts that import the runs with MLflow’s client, or with that of W&B, which works offline.',
  hparams: NO_HPARAMS,
  needs: 'metrics',
  single: undefined,
  files(data) {
    const { search } = data;
    const runs = loggedRuns(data);
    return [
      jsonFile('mlflow.json', {
        experiment: `${search.name} (${search.id})`,
        runs: runs.map(({ name, startTime, endTime, parameters, summary, points }) => ({
          name,
          start_time: startTime,
          end_time: endTime,
          params: Object.fromEntries(
            Object.entries(parameters).map(([key, value]) => [key, String(value)]),
          ),
          tags: { search_id: search.id, settings_hash: search.settingsHash },
          metrics: [
            ...points.flatMap(({ iteration, time, values }) =>
              Object.entries(values).map(([key, value]) => ({
                key,
                value,
                timestamp: time,
                step: iteration,
              })),
            ),
            // `test_accuracy` is a curve already, which ends in this value.
            ...Object.entries(summary)
              .filter(([key]) => key !== 'test_accuracy')
              .map(([key, value]) => ({ key, value, timestamp: endTime, step: 0 })),
          ],
        })),
      }),
      jsonFile('wandb.json', {
        group: search.id,
        runs: runs.map(({ name, training, parameters, summary, points }) => ({
          name,
          job_type: training.key.branch,
          config: parameters,
          history: points.map(({ iteration, values }) => ({ step: iteration, ...values })),
          summary,
        })),
      }),
      textFile('import_mlflow.py', IMPORT_MLFLOW),
      textFile('import_wandb.py', IMPORT_WANDB),
      textFile('README.md', readme(search.name)),
    ];
  },
};

const IMPORT_MLFLOW = `"""Imports mlflow.json as an experiment, to where MLFLOW_TRACKING_URI points. It takes mlflow."""

import json
import pathlib

from mlflow import MlflowClient
from mlflow.entities import Metric, Param

# The most that one call takes.
MOST_METRICS = 1000
MOST_PARAMS = 100

log = json.loads((pathlib.Path(__file__).parent / "mlflow.json").read_text(encoding="utf-8"))
client = MlflowClient()
known = client.get_experiment_by_name(log["experiment"])
experiment = known.experiment_id if known else client.create_experiment(log["experiment"])


def find(run):
    """The run that an earlier import has made."""
    tags = " and ".join(f"tags.{key} = '{value}'" for key, value in run["tags"].items())
    token = None
    while True:
        page = client.search_runs([experiment], tags, page_token=token)
        for each in page:
            if each.info.run_name == run["name"]:
                return each
        token = page.token
        if not token:
            return None


def fill(run_id, run):
    params = [Param(key, value) for key, value in run["params"].items()]
    for start in range(0, len(params), MOST_PARAMS):
        client.log_batch(run_id, params=params[start : start + MOST_PARAMS])
    metrics = [Metric(**metric) for metric in run["metrics"]]
    for start in range(0, len(metrics), MOST_METRICS):
        client.log_batch(run_id, metrics=metrics[start : start + MOST_METRICS])


imported = 0
for run in log["runs"]:
    known_run = find(run)
    if known_run and known_run.info.status == "FINISHED":
        continue
    if known_run:
        # An earlier import broke off.
        client.delete_run(known_run.info.run_id)
    created = client.create_run(
        experiment, run["start_time"], tags=run["tags"], run_name=run["name"]
    )
    run_id = created.info.run_id
    try:
        fill(run_id, run)
    except BaseException:
        client.set_terminated(run_id, "FAILED")
        raise
    client.set_terminated(run_id, "FINISHED", run["end_time"])
    imported += 1
known_runs = len(log["runs"]) - imported
print(f"Imported {imported} runs into the experiment {log['experiment']}, {known_runs} were there")
`;

const IMPORT_WANDB = `"""Imports wandb.json as runs of a project: python import_wandb.py PROJECT

It takes wandb. WANDB_MODE=offline writes the runs to the folder wandb, without a request.
"""

import hashlib
import json
import pathlib
import sys

import wandb

project = sys.argv[1] if len(sys.argv) > 1 else "ticket-workbench"
log = json.loads((pathlib.Path(__file__).parent / "wandb.json").read_text(encoding="utf-8"))
for each in log["runs"]:
    # The same training is the same run, also in a second import.
    run = wandb.init(
        id=hashlib.sha256(f"{log['group']}/{each['name']}".encode()).hexdigest()[:32],
        resume="allow",
        project=project,
        group=log["group"],
        job_type=each["job_type"],
        name=each["name"],
        config=each["config"],
    )
    for row in each["history"]:
        run.log({name: value for name, value in row.items() if name != "step"}, step=row["step"])
    run.summary.update(each["summary"])
    run.finish()
print(f"Imported {len(log['runs'])} runs into the project {project}")
`;

function readme(name: string): string {
  return `# ${name.replaceAll(/\s+/g, ' ')}

Written by Ticket Workbench: every training of the search as a run, named by replicate, level and branch.

    python import_mlflow.py            # to MLFLOW_TRACKING_URI
    python import_wandb.py PROJECT     # WANDB_MODE=offline makes no request

- \`mlflow.json\`: runs with parameters, and metrics with time (Unix, milliseconds) and step (iterations)
- \`wandb.json\`: runs with config, history by iteration, and summary

Losses are mean cross-entropies in nats, accuracies and densities fractions of 0 to 1. Only the end of a training is known as a time; the times of its evaluations follow from their iterations.
`;
}
