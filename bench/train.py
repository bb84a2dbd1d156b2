"""Train the linear layer: keep or drop, whose, which stage, same or different, which date and person.

    python bench/train.py [GOLD_FOLDER|SILVER.jsonl...] [--write]

Without folders it learns from ../shared/gold/train, bench/silver and the project's own reports
in tests/gold for the languages that the layer knows. With --write the models go to
``extracting/weights.json``. scikit-learn is needed here and nowhere else; ``bench/measure.py
--folds 3`` measures on documents that the models have not seen.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from gold import GoldClaim, GoldDocument, gold_documents, silver_documents, words
from servanda.extracting import extractor
from servanda.extracting.candidates import Candidate, candidates
from servanda.extracting.extractor import CONSIDER, Setting, describe_phrase, settle_keep, settle_parties
from servanda.extracting.linear import score
from servanda.extracting.merging import LOOK_BACK, Thing, comparable, pair_features
from servanda.extracting.parties import choices
from servanda.extracting.phrases import evidence
from servanda.extracting.rivals import rival_features
from servanda.extracting.stages import stage_features
from servanda.extracting.weighing import log_odds, thing_features
from servanda.model import Span

LANGUAGES = ("en", "hi", "ru")
HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared"


class Matrix:
    """Binary feature lists as a sparse matrix over features seen often enough."""

    def __init__(self, lists: list[list[str]], least: int = 3) -> None:
        counts = Counter(f for features in lists for f in set(features))
        self.index = {f: i for i, f in enumerate(sorted(f for f, n in counts.items() if n >= least))}

    def rows(self, lists: Iterable[Iterable[tuple[str, float]]]) -> csr_matrix:
        data, columns, ends = [], [], [0]
        for features in lists:
            for f, value in features:
                if f in self.index:
                    columns.append(self.index[f])
                    data.append(value)
            ends.append(len(columns))
        return csr_matrix((data, columns, ends), shape=(len(ends) - 1, len(self.index)))


def ones(features: list[str]) -> list[tuple[str, float]]:
    return [(f, 1.0) for f in features]


def fit_binary(
    lists: list[list[str]], labels: list[int], strength: float, weights: list[float], least: int = 3
) -> dict[str, float]:
    matrix = Matrix(lists, least)
    model = LogisticRegression(C=strength, max_iter=400, solver="liblinear")
    model.fit(matrix.rows(map(ones, lists)), labels, sample_weight=weights)
    made = {f: float(model.coef_[0][i]) for f, i in matrix.index.items()}
    made["bias"] = made.get("bias", 0.0) + float(model.intercept_[0])
    return rounded(made)


def rounded(weights: dict[str, float], least: float = 0.002, places: int = 3) -> dict[str, float]:
    return {f: round(w, places) for f, w in sorted(weights.items()) if abs(w) >= least}


def fit_many(
    lists: list[list[str]], labels: list[str], strength: float, weights: list[float], least: int = 3
) -> dict[str, dict[str, float]]:
    matrix = Matrix(lists, least)
    model = LogisticRegression(C=strength, max_iter=400)
    model.fit(matrix.rows(map(ones, lists)), labels, sample_weight=weights)
    made = {}
    for row, name in enumerate(model.classes_):
        learnt = {f: float(model.coef_[row][i]) for f, i in matrix.index.items()}
        learnt["bias"] = learnt.get("bias", 0.0) + float(model.intercept_[row])
        made[str(name)] = rounded(learnt, 0.02, 2)  # nine stages: all their small weights would be most of the file
    return made


# ---- labels --------------------------------------------------------------------------------------


def likeness(c: Candidate, claim: GoldClaim, text: str) -> float:
    """How well a candidate stands for a gold claim; 0 where it stands outside all its quotes."""
    inside = [b - a for a, b in claim.places if a <= c.head.start and c.head.stop <= b]
    if not inside:
        return 0.0
    head = set(words(text[c.head.start : c.head.stop]))
    title = claim.title_words()
    near = set(words(text[max(0, c.head.start - 40) : c.head.stop + 60]))
    value = 1.0 + 2.0 * (c.kind in claim.kinds) + 1.2 * bool(head & title) + len(near & title) / (len(title) or 1)
    value += 0.4 * (c.form in (claim.data.get("form"), *claim.data.get("form_any", [])) and c.form is not None)
    return value - 0.001 * min(inside)


def labelled(found: list[Candidate], claims: list[GoldClaim], text: str) -> dict[int, int]:
    """Return candidate index -> claim index: each claim's best candidate, then one for each further quote."""
    pairs = sorted(
        (
            (likeness(c, g, text), i, j)
            for i, c in enumerate(found)
            for j, g in enumerate(claims)
            if likeness(c, g, text) > 0
        ),
        reverse=True,
    )
    taken: dict[int, int] = {}
    done: set[int] = set()
    for _, i, j in pairs:
        if i not in taken and j not in done:
            taken[i] = j
            done.add(j)
    covered = {(j, p) for i, j in taken.items() for p in claims[j].places if p[0] <= found[i].head.start < p[1]}
    for value, i, j in pairs:
        if i in taken or value < 3:
            continue
        here = {(j, p) for p in claims[j].places if p[0] <= found[i].head.start < p[1]}
        if not here & covered:
            taken[i] = j
            covered |= here
    return taken


class Labelled:
    """A document with its candidates and which gold claim each stands for; how much it counts in what is learnt."""

    def __init__(self, document: GoldDocument) -> None:
        self.document = document
        self.weight = 1.0
        self.setting = Setting.of(document.text, document.language, document.date, document.title)
        self.candidates = list(candidates(self.setting.reading))
        for c in self.candidates:
            describe_phrase(c, self.setting)
        self.claim_of = labelled(self.candidates, document.claims, document.text)

    def truth(self, i: int) -> GoldClaim | None:
        return self.document.claims[self.claim_of[i]] if i in self.claim_of else None

    def label(self, i: int) -> int | None:
        """1 keep, 0 drop, None where nothing should be learnt."""
        claim, c = self.truth(i), self.candidates[i]
        if claim is not None:
            return None if claim.optional or c.kind not in claim.kinds else 1
        if any(repeats_claim(self.candidates[j], c) for j in self.claim_of):
            return None
        inside = [g for g in self.document.claims if any(a <= c.head.start and c.head.stop <= b for a, b in g.places)]
        return None if inside and all(g.optional for g in inside) else 0


def repeats_claim(a: Candidate, b: Candidate) -> bool:
    """True where b, in no quote of the gold, most likely speaks again of what a stands for."""
    return a.sentence.index != b.sentence.index and a.name == b.name and set(a.parties) == set(b.parties)


def train_candidates(documents: list[Labelled]) -> dict[str, dict[str, float]]:
    """Fit the models of candidates, each on what the ones before it give."""
    models: dict[str, dict[str, float]] = {}
    models["parties"] = fit_parties(documents)
    for d in documents:
        choose_parties(d, models["parties"])
    models["keep"] = fit_keep(documents)
    models["among"] = fit_among(documents)
    for name, weights in fit_stages(documents).items():
        models["stage." + name] = weights
    models["same"] = fit_same(documents, models)
    return models


def train(documents: list[Labelled], parts: int = 2) -> dict[str, dict[str, float]]:
    """Fit all models; the last weighs things that models which have not seen the document have gathered."""
    lists, labels, weights = [], [], []
    for part in range(parts):
        models = train_candidates([d for i, d in enumerate(documents) if i % parts != part])
        for d in documents[part::parts]:
            found = extractor.told(d.setting, models) if len(d.setting.reading.weight) > 1 else []
            for features, thing, label in zip(thing_features(found), found, rightly_told(d, found), strict=True):
                if label is not None:
                    lists.append([("points", log_odds(thing.keep)), *ones(["bias", *features])])
                    labels.append(label)
                    weights.append(d.weight)
    models = train_candidates(documents)
    matrix = Matrix([[f for f, _ in features] for features in lists], 5)
    model = LogisticRegression(C=0.008, max_iter=400, solver="liblinear", fit_intercept=False)
    model.fit(matrix.rows(lists), labels, sample_weight=weights)
    models["told"] = rounded({f: float(model.coef_[0][i]) for f, i in matrix.index.items()})
    return models


def rightly_told(d: Labelled, found: list[Thing]) -> list[int | None]:
    """Return for each thing 1 where it is paired with a claim of the gold and has its kind and parties, None where
    that claim is optional, else 0. Things and claims are paired one to one, best total first, as the scorer does."""
    claims = d.document.claims
    worth = [[pairing(t, g, d) for g in claims] for t in found]
    labels: list[int | None] = [0] * len(found)
    if not found or not claims:
        return labels
    for i, j in zip(*linear_sum_assignment(worth, maximize=True), strict=True):
        if worth[i][j] > 0:
            c, g = found[i].lead, claims[j]
            labels[i] = None if g.optional else int(c.kind in g.kinds and c.parties in g.parties)
    return labels


def pairing(thing: Thing, claim: GoldClaim, d: Labelled) -> float:
    """How well a thing goes with a gold claim by the scorer's measure; 0 where no quotation of theirs meet."""
    c, text = thing.lead, d.document.text
    quotes = [evidence(m, m.phrase, d.setting.reading) for m in thing.members]
    meets = max((shared(q, place) for q in quotes for place in claim.places), default=0.0)
    if meets < 0.5:
        return 0.0
    right = 2.0 * (c.kind in claim.kinds) + 0.6 * (c.parties in claim.parties)
    title, own = claim.title_words(), set(words(text[c.phrase.start : c.phrase.stop]))
    return 1 + 0.2 * meets + right + 1.6 * len(title & own) / (len(title) + len(own) or 1)


def shared(quote: Span, place: tuple[int, int]) -> float:
    """The part of the shorter of two stretches that they share."""
    both = min(quote.stop, place[1]) - max(quote.start, place[0])
    return max(0, both) / max(1, min(quote.stop - quote.start, place[1] - place[0]))


def fit_stages(documents: list[Labelled]) -> dict[str, dict[str, float]]:
    """Learn the stage; of several that a claim may have, the first counts half as much again as each other one."""
    lists, stages, weights = [], [], []
    for d in documents:
        for i, c in enumerate(d.candidates):
            claim = d.truth(i)
            if claim is not None and c.kind in claim.kinds:
                features = stage_features(c, d.document.text)
                for stage, share in shares(claim.stages):
                    lists.append(features)
                    stages.append(stage)
                    weights.append(d.weight * share)
    return fit_many(lists, stages, 0.08, weights, least=5)


def shares(values: list[str]) -> list[tuple[str, float]]:
    """Return what each of several right values counts, together one."""
    whole = len(values) + 0.5
    return [(v, (1.5 if i == 0 else 1.0) / whole) for i, v in enumerate(values)]


def fit_keep(documents: list[Labelled]) -> dict[str, float]:
    lists, labels, weights = [], [], []
    for d in documents:
        for i, c in enumerate(d.candidates):
            label = d.label(i)
            if label is not None:
                lists.append(c.all_features())
                labels.append(label)
                weights.append(d.weight)
    return fit_binary(lists, labels, 0.06, weights, least=4)


def fit_among(documents: list[Labelled], parts: int = 4) -> dict[str, float]:
    """Learn the second judgement from first ones made by models that have not seen the document."""
    lists, labels, weights = [], [], []
    for part in range(parts):
        keep = fit_keep([d for i, d in enumerate(documents) if i % parts != part])
        for d in documents[part::parts]:
            firsts = [score(keep, c.all_features()) for c in d.candidates]
            for i, rivals in enumerate(rival_features(d.candidates, firsts)):
                label = d.label(i)
                if label is not None:
                    lists.append([("points", firsts[i]), *ones(["bias", *rivals])])
                    labels.append(label)
                    weights.append(d.weight)
    matrix = Matrix([[f for f, _ in features] for features in lists], 5)
    model = LogisticRegression(C=0.05, max_iter=400, solver="liblinear", fit_intercept=False)
    model.fit(matrix.rows(lists), labels, sample_weight=weights)
    return rounded({f: float(model.coef_[0][i]) for f, i in matrix.index.items()})


def fit_same(documents: list[Labelled], models: dict[str, dict[str, float]]) -> dict[str, float]:
    """Learn which candidates speak of one thing, among those that are likely to be kept."""
    lists, labels, weights = [], [], []
    for d in documents:
        kept = []
        settle_keep(d.candidates, models)
        for i, c in enumerate(d.candidates):
            if c.parties and (c.keep >= CONSIDER or i in d.claim_of):
                kept.append(i)
        for place, j in enumerate(kept):
            for i in kept[max(0, place - LOOK_BACK) : place]:
                a, b = d.candidates[i], d.candidates[j]
                both = i in d.claim_of and j in d.claim_of
                again = (i in d.claim_of) != (j in d.claim_of) and repeats_claim(a, b)
                if comparable(a, b) and (both or again):
                    lists.append(pair_features(a, b, d.document.text))
                    labels.append(int(again or d.claim_of[i] == d.claim_of[j]))
                    weights.append(d.weight if both else 0.4 * d.weight)
    return fit_binary(lists, labels, 0.1, weights)


Contexts = dict[int, list[set[str]]]


def last_chosen(d: Labelled, weights: dict[str, float]) -> list[set[str]]:
    """The parties chosen before each candidate, as they will be when a text is read."""
    made, last = [], set[str]()
    for c in d.candidates:
        made.append(last)
        last = settle_parties(c, d.setting, last, weights)
    return made


def last_given(d: Labelled) -> list[set[str]]:
    """The parties of the gold's claim before each candidate: all there is to begin with."""
    made, last = [], set[str]()
    for i in range(len(d.candidates)):
        made.append(last)
        claim = d.truth(i)
        if claim is not None and claim.parties:
            last = set(claim.parties[0])
    return made


def fit_parties(documents: list[Labelled], parts: int = 2) -> dict[str, float]:
    """Learn whose things are, knowing what was spoken of before as models that have not seen the document chose it."""
    given = {id(d): last_given(d) for d in documents}
    chosen: Contexts = {}
    for part in range(parts):
        weights = fit_choice([d for i, d in enumerate(documents) if i % parts != part], given)
        chosen |= {id(d): last_chosen(d, weights) for d in documents[part::parts]}
    return fit_choice(documents, chosen)


def fit_choice(documents: list[Labelled], before: Contexts) -> dict[str, float]:
    """Learn which set wins from differences between the right set's features and each other's."""
    rows: list[dict[str, float]] = []
    weights: list[float] = []
    for d in documents:
        for i, c in enumerate(d.candidates):
            claim = d.truth(i)
            if claim is None:
                continue
            options = choices(c, d.setting.reading, d.setting.standing, before[id(d)][i])
            right = [o for o in options if o.parties in claim.parties]
            for other in options:
                if right and other.parties not in claim.parties:
                    rows.append(difference(right[0].features, other.features))
                    weights.append(d.weight * (3.0 if len(right[0].parties) > 2 else 1.0))
    matrix = Matrix([list(r) for r in rows], 5)
    both = [list(r.items()) for r in rows] + [[(f, -v) for f, v in r.items()] for r in rows]
    model = LogisticRegression(C=0.03, max_iter=300, fit_intercept=False, solver="liblinear")
    model.fit(matrix.rows(both), [1] * len(rows) + [0] * len(rows), sample_weight=weights * 2)
    return rounded({f: float(model.coef_[0][i]) for f, i in matrix.index.items()})


def difference(a: list[tuple[str, float]], b: list[tuple[str, float]]) -> dict[str, float]:
    row: dict[str, float] = defaultdict(float)
    for f, value in a:
        row[f] += value
    for f, value in b:
        row[f] -= value
    return {f: value for f, value in row.items() if value}


def choose_parties(d: Labelled, weights: dict[str, float]) -> None:
    last_chosen(d, weights)


def sources(shared: Path) -> list[Path]:
    """Return what the layer learns from: the gold's train part, the silver files, our own reports."""
    own = [HERE.parent / "tests/gold" / language for language in LANGUAGES]
    return [
        shared / "gold/train",
        *sorted((HERE / "silver").glob("*.jsonl")),
        *(folder for folder in own if folder.is_dir()),
    ]


def read_sources(paths: Iterable[Path], shared: Path) -> list[GoldDocument]:
    found: list[GoldDocument] = []
    for path in paths:
        found += (
            silver_documents(path, shared / "corpus/news.jsonl.gz") if path.suffix == ".jsonl" else gold_documents(path)
        )
    return [g for g in found if g.language in LANGUAGES]


def weighted(documents: list[Labelled], shared: Path) -> list[Labelled]:
    """Count the gold's own documents three times: .009 more of claim F1 on unseen gold than counting all alike."""
    gold = {file.stem for file in (shared / "gold/train").rglob("*.json")}
    for d in documents:
        d.weight = 3.0 if d.document.name in gold else 1.0
    return documents


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("folders", nargs="*", type=Path)
    ap.add_argument("--shared", type=Path, default=SHARED)
    ap.add_argument("--write", action="store_true")
    args = ap.parse_args()
    documents = [Labelled(g) for g in read_sources(args.folders or sources(args.shared), args.shared)]
    print(f"{len(documents)} documents, {sum(len(d.claim_of) for d in documents)} candidates that stand for claims")
    from choosers import fit_choosers

    models = train(weighted(documents, args.shared))
    models |= fit_choosers(documents, models["told"])
    if args.write:
        target = Path(__file__).parent.parent / "src/servanda/extracting/weights.json"
        target.write_text(json.dumps(models, ensure_ascii=False, indent=0, sort_keys=True), "utf-8")
    print({name: len(w) for name, w in models.items()})


if __name__ == "__main__":
    main()
