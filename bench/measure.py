"""Measure the extractor against gold: figures, floors, gains and losses, confidence, perfect answers.

    python bench/measure.py                          # everything; fails under a floor
    python bench/measure.py dev own-it               # only these parts
    python bench/measure.py --pin                    # raise the floors to what is measured
    python bench/measure.py --lower dev.claim --because "the codebook changed"
    python bench/measure.py --quick                  # without the table of perfect answers on dev
    python bench/measure.py --folds 3                # train on parts of the train set, measure the others
    python bench/measure.py --write-figures          # besides, the figures that `servanda packs` prints

The real path is run: ``servanda.reading.read`` of each raw text (with its publication day, the seeds without),
then ``extract``, then ../shared/score.py. Of dev only figures and ids are printed. Our own reports in tests/gold are
parts by themselves; of those in English, Hindi and Russian the weights have learnt.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

from floors import Floors, figures
from measured import figures_by_language
from scoring import SHARED, Outcome, Part, curve, outcome, parts, predictions, rates_line, shown

FIGURES_FILE = Path(__file__).parent.parent / "src/servanda/packs/measured.toml"
SECRET = ("dev",)


class Measured(NamedTuple):
    """A part's predictions with their gold files, and what they came to."""

    found: list[tuple[Path, dict[str, Any]]]
    whole: Outcome
    plain: Outcome


def figure_line(name: str, now: dict[str, float], floors: dict[str, float], rates: dict[str, dict[str, float]]) -> str:
    floor = f"  (floor {floors[name]:.3f})" if name in floors else ""
    return f"  {name:6} P {rates[name]['p']:.3f}  R {rates[name]['r']:.3f}  F1 {now[name]:.3f}{floor}"


def show_part(part: Part, whole: Outcome, plain: Outcome, floors: Floors) -> None:
    """Print one part's figures, slots, empty documents, gains and losses."""
    now, pinned, rates = figures(whole, plain), floors.figures.get(part.name, {}), whole.rates
    print(f"{part.name}: {whole.documents} documents, {rates['gold']} claims in gold, {rates['pred']} predicted")
    for name in ("found", "kind", "claim", "full"):
        print(figure_line(name, now, pinned, rates))
    claim = plain.rates["claim"]
    print(f"  without a warning: {plain.rates['pred']} claims, claim P {claim['p']:.3f}  R {claim['r']:.3f}")
    print("  slots  " + "  ".join(f"{s} {c['f']:.2f}" for s, c in rates["slots"].items()))
    print("  document  " + "  ".join(f"{s} {v:.2f}" for s, v in rates["document"].items()))
    if whole.empty:
        given, number = sum(whole.empty.values()), len(whole.empty)
        most = max(whole.empty.values())
        print(f"  no claim in gold: {number} documents, {given} given, {given / number:.2f} a document, most {most}")
    show_moves(part, whole, floors)


def show_moves(part: Part, whole: Outcome, floors: Floors) -> None:
    for word, ids in zip(("gained", "lost"), floors.moved(part.name, whole.had), strict=True):
        if ids and part.name in floors.had:
            named = ids if part.name in SECRET else [f"{i} {whole.had.get(i, '')[:50]!r}" for i in ids]
            print(f"  {word} {len(ids)}: " + "; ".join(named[:12]) + (" ..." if len(ids) > 12 else ""))


def show_curve(name: str, whole: Outcome) -> None:
    print(f"confidence on {name}: of the claims given so much, so many are right in kind and parties")
    for low, number, share in curve(whole.judged):
        print(f"  {low:.1f}-{low + 0.1:.1f}  n {number:4}  right {share:.2f}  {'#' * round(40 * share)}")


def show_perfect(name: str, rows: list[tuple[str, dict[str, dict[str, float]]]]) -> None:
    print(f"perfect answers on {name}, put in one by one")
    for words, rates in rows:
        print(f"  {words:40} {rates_line(rates)}")


def perfect_on(part: Part, shared: Path) -> None:
    from perfect import Table, labelled
    from servanda.extracting.linear import models

    table = Table(shared)
    for file in part.files():
        table.add(file, labelled(file), models())
    show_perfect(part.name, table.rows())


def write_predictions(part: Part, found: list[tuple[Path, dict[str, Any]]], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(p, ensure_ascii=False) for _, p in found]
    (folder / f"{part.name}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


def measured(part: Part, shared: Path, out: Path | None) -> Measured:
    """Return a part's predictions, its outcome with all claims and with those that carry no warning."""
    found = list(predictions(part))
    if out is not None:
        write_predictions(part, found, out)
    return Measured(found, outcome(found, shared), outcome([(f, shown(p)) for f, p in found], shared))


def settle(floors: Floors, results: dict[str, Measured], args: argparse.Namespace) -> int:
    """Pin or lower floors as asked; return 1 where a figure is under its floor."""
    now = {name: figures(m.whole, m.plain) for name, m in results.items()}
    if args.lower:
        print("\n".join(floors.lower(args.lower, now, args.because)))
        floors.write()
    fallen = [line for part, values in now.items() for line in floors.under(part, values)]
    if args.pin:
        refused = [name for part, values in now.items() for name in floors.pin(part, values, results[part].whole.had)]
        floors.write()
        print(f"pinned; not lowered: {', '.join(refused) or 'nothing fell'}")
    for line in fallen:
        print(line, file=sys.stderr)
    return int(bool(fallen))


def arguments() -> argparse.Namespace:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("parts", nargs="*", help="seeds, train, dev, own-it ...; all where none is named")
    ap.add_argument("--shared", type=Path, default=SHARED)
    ap.add_argument("--out", type=Path, help="a folder for the predictions as JSON lines")
    ap.add_argument("--pin", action="store_true", help="raise the floors to what is measured; lowers none")
    ap.add_argument(
        "--lower", metavar="NAME", help="lower a floor (dev.claim) or those of a part that fell (dev); needs --because"
    )
    ap.add_argument("--because", metavar="WORDS")
    ap.add_argument("--quick", action="store_true", help="without the table of perfect answers on dev")
    ap.add_argument("--folds", type=int, help="cross-validate on the train set")
    ap.add_argument("--no-silver", action="store_true", help="with --folds: learn from the gold alone")
    ap.add_argument("--write-figures", action="store_true", help="write packs/measured.toml")
    args = ap.parse_args()
    if args.lower and not args.because:
        ap.error("--lower needs --because: a floor is lowered for a reason or not at all")
    return args


def main() -> int:
    args = arguments()
    shared = args.shared.resolve()
    if args.folds:
        from folds import cross_validated

        return cross_validated(shared, args.folds, silver=not args.no_silver)
    chosen = [p for p in parts(shared) if not args.parts or p.name in args.parts]
    floors, results = Floors.of(), dict[str, Measured]()
    for part in chosen:
        m = results[part.name] = measured(part, shared, args.out)
        show_part(part, m.whole, m.plain, floors)
        if part.name == "dev":
            show_curve(part.name, m.whole)
            if not args.quick:
                perfect_on(part, shared)
    if args.write_figures:
        FIGURES_FILE.write_text(figures_by_language({n: m.found for n, m in results.items()}, shared), "utf-8")
    return settle(floors, results, args)


if __name__ == "__main__":
    sys.exit(main())
