"""Writes the goldens that the trainer's figures of merit are compared with.

    pip install -r tests/golden/requirements.txt
    python tests/golden/scikit_learn.py

scikit_learn.json holds predictions and scikit-learn's figures for them:

    multiclass    truth and given label per clip; accuracy, precision, recall, F1 and support per
                  label, their macro and weighted averages over the labels that occur, the
                  confusion matrix, and the printed table
    binary        truth and score per clip, and a threshold; scores at it, average precision,
                  the area under the ROC curve (null where a side does not occur) and the
                  precision-recall curve by falling threshold, without its last point
"""

import json
import warnings

import numpy as np
from sklearn import metrics
from sklearn.exceptions import UndefinedMetricWarning

from support.files import FOLDER

LABELS = ["air_conditioner", "car_horn", "dog_bark", "gun_shot", "a_label_longer_than_the_others"]


def multiclass_cases():
    random = np.random.default_rng(1)
    truth = random.integers(0, 5, 200)
    mostly_right = np.where(random.random(200) < 0.6, truth, random.integers(0, 5, 200))
    yield "all labels occur", truth, mostly_right
    yield "a label is never given", truth, np.where(mostly_right == 3, 0, mostly_right)
    absent = truth[truth != 1]
    yield "a label is given but never true", absent, mostly_right[truth != 1]
    rare = np.isin(truth, [0, 2])
    yield "two labels do not occur", truth[rare], np.where(truth[rare] == 0, 0, 4)
    yield "a single label, all right", np.full(7, 2), np.full(7, 2)
    yield "all wrong", np.array([0, 1, 1]), np.array([1, 0, 0])
    yield "a single clip", np.array([3]), np.array([3])


def binary_cases():
    random = np.random.default_rng(2)
    truth = random.random(150) < 0.1
    scores = np.clip(random.normal(0.3, 0.15, 150) + 0.25 * truth, 0, 1)
    yield "one in ten is positive", truth, scores, 0.5
    yield "many ties", truth, np.round(scores, 1), 0.4
    yield "all scores are equal", truth, np.full(150, 0.5), 0.5
    yield "nothing is called positive", truth, scores, 1.5
    yield "everything is called positive", truth, scores, 0.0
    yield "no positive clip", np.zeros(20, bool), scores[:20], 0.3
    yield "only positive clips", np.ones(20, bool), scores[:20], 0.3
    yield "perfectly apart", np.array([1, 1, 0, 0], bool), np.array([0.9, 0.8, 0.2, 0.1]), 0.5


def multiclass(name, truth, given):
    occurring = sorted(set(truth) | set(given))
    names = [LABELS[index] for index in occurring]
    every = list(range(len(LABELS)))

    def scores(**options):
        return metrics.precision_recall_fscore_support(truth, given, zero_division=0, **options)

    precision, recall, f1, support = scores(labels=every)
    return dict(
        name=name, truth=truth.tolist(), given=given.tolist(),
        accuracy=metrics.accuracy_score(truth, given),
        precision=precision.tolist(), recall=recall.tolist(), f1=f1.tolist(),
        support=[int(count) for count in support],
        macro=scores(labels=occurring, average="macro")[:3],
        weighted=scores(labels=occurring, average="weighted")[:3],
        confusion=metrics.confusion_matrix(truth, given, labels=every).tolist(),
        report=report(truth, given, occurring, names),
    )


def report(truth, given, occurring, names):
    """The printed table; none where all is wrong, as scikit-learn 1.9 then prints 1.0 clips."""
    if not (truth == given).any():
        return None
    text = metrics.classification_report(
        truth, given, labels=occurring, target_names=names, zero_division=0
    )
    # With all labels given, the overall figure is called the accuracy.
    assert " accuracy " in text
    return text


def binary(name, truth, scores, threshold):
    called = scores >= threshold
    sides = len(set(truth))
    precision, recall, thresholds = metrics.precision_recall_curve(truth, scores)
    curve = zip(recall[:-1], precision[:-1], thresholds)
    return dict(
        name=name, truth=truth.tolist(), scores=scores.tolist(), threshold=threshold,
        accuracy=metrics.accuracy_score(truth, called),
        balanced_accuracy=metrics.balanced_accuracy_score(truth, called),
        precision=metrics.precision_score(truth, called, zero_division=0),
        recall=metrics.recall_score(truth, called, zero_division=0),
        f1=metrics.f1_score(truth, called, zero_division=0),
        average_precision=metrics.average_precision_score(truth, scores),
        auroc=metrics.roc_auc_score(truth, scores) if sides == 2 else None,
        curve=[[float(value) for value in point] for point in curve][::-1],
    )


def main():
    # Absent sides are part of the test.
    warnings.simplefilter("ignore", UndefinedMetricWarning)
    warnings.filterwarnings("ignore", message="y_pred contains classes not in y_true")
    warnings.filterwarnings("ignore", message="No positive class found in y_true")
    warnings.filterwarnings("ignore", message="A single label was found")
    parts = dict(
        labels=LABELS,
        multiclass=[multiclass(*case) for case in multiclass_cases()],
        binary=[binary(*case) for case in binary_cases()],
    )
    lines = (f"{json.dumps(name)}: {listed(part)}" for name, part in parts.items())
    text = "{" + ",\n".join(lines) + "}\n"
    (FOLDER / "scikit_learn.json").write_text(text, encoding="utf-8")


def listed(part):
    """A JSON list with an element per line."""
    return "[\n" + ",\n".join(json.dumps(element) for element in part) + "]"


main()
