"""Judges what was spoken of `hard.tsv`: whisper writes down what it hears, and that is compared with what was meant.

    judge.py FOLDER [--again]

FOLDER/spoken.json names the arms (who spoke) and the sentences; FOLDER/ARM/ID.wav is what an arm made of a
sentence, and is absent where it refused. Prints a Markdown report, and leaves FOLDER/heard.json (transcripts) and
FOLDER/results.json (everything). With --again the transcripts of the last time are judged. The first arm is the
one with a target; "kokoro-onnx" is who it is compared with. See docs/intelligibility.md.
"""

import json
import sys
from pathlib import Path

import alignment
import corpus

#: What the first arm must reach: its word error rate, and that as a multiple of its peer's.
AT_MOST, TIMES_PEER, PEER = 0.09, 0.65, "kokoro-onnx"


def transcribe(folder, arms, ids):
    """What whisper hears in each file: {arm: {id: text}}, nothing where there is no file."""
    sys.path.insert(0, str(Path(__file__).parent.parent / "e2e" / "python"))
    from transcribe import texts

    files = {(arm, id): folder / arm / f"{id}.wav" for arm in arms for id in ids}
    spoken = [key for key, file in files.items() if file.exists()]
    heard = dict(zip(spoken, texts([str(files[key]) for key in spoken])))
    return {arm: {id: heard.get((arm, id), "") for id in ids} for arm in arms}


def judge(sentences, heard):
    """Every sentence of one arm."""
    return [judge_sentence(sentence, heard[sentence.id]) for sentence in sentences]


def judge_sentence(sentence, heard):
    verdict = alignment.judge(sentence.forms, heard)
    return {
        "id": sentence.id,
        "written": sentence.written,
        "expected": " ".join(word.text for word in verdict.form),
        "heard": heard,
        "words": len(verdict.form),
        "errors": verdict.errors,
        "missing": verdict.missing,
    }


def total(results):
    """The word error rate of some sentences, and the words that had to be heard and were not."""
    words = sum(result["words"] for result in results)
    return {
        "words": words,
        "errors": sum(result["errors"] for result in results),
        "wer": sum(result["errors"] for result in results) / max(words, 1),
        "missing": [word for result in results for word in result["missing"]],
    }


def report(results):
    """The table by class, whether the targets are reached, and every sentence that was misheard."""
    arms = list(results)
    kinds = list(dict.fromkeys(result["id"].rsplit("-", 1)[0] for result in results[arms[0]]))
    yield "| class | " + " | ".join(f"{arm} WER | missing" for arm in arms) + " |"
    yield "|---|" + "---|---|" * len(arms)
    for kind in [*kinds, "total"]:
        of_kind = (
            total([result for result in results[arm] if kind in ("total", result["id"].rsplit("-", 1)[0])])
            for arm in arms
        )
        cells = (f"{100 * part['wer']:.1f} % | {len(part['missing'])}" for part in of_kind)
        yield f"| {kind} | " + " | ".join(cells) + " |"
    yield ""
    yield from targets(arms[0], {arm: total(results[arm]) for arm in arms})
    for arm in arms:
        yield f"\n### {arm}: what was misheard\n"
        for result in filter(lambda result: result["errors"], results[arm]):
            missing = f"; missing: {' '.join(result['missing'])}" if result["missing"] else ""
            yield f"- {result['id']}, {result['errors']} of {result['words']}{missing}"
            yield f"  - written: {result['written']}"
            yield f"  - to hear: {result['expected']}"
            yield f"  - heard: {result['heard'] or '(nothing)'}"


def targets(arm, totals):
    ours = totals[arm]
    lines = [(f"{arm}: WER {100 * ours['wer']:.1f} %, at most {100 * AT_MOST:.0f} %", ours["wer"] <= AT_MOST)]
    if PEER in totals:
        ratio = ours["wer"] / max(totals[PEER]["wer"], 1e-9)
        lines.append((f"{arm} / {PEER}: {ratio:.2f}, at most {TIMES_PEER}", ratio <= TIMES_PEER))
    lines.append(
        (f"{arm}: {len(ours['missing'])} words missing that must be heard, none allowed", not ours["missing"])
    )
    for line, reached in lines:
        yield f"- {line}: {'reached' if reached else 'MISSED'}"


def main(folder, again=False):
    folder = Path(folder)
    spoken = json.loads((folder / "spoken.json").read_text())
    sentences = [sentence for sentence in corpus.read() if sentence.id in spoken["ids"]]
    if again:
        heard = json.loads((folder / "heard.json").read_text())
    else:
        heard = transcribe(folder, spoken["arms"], spoken["ids"])
        (folder / "heard.json").write_text(json.dumps(heard, indent=1, ensure_ascii=False))
    results = {arm: judge(sentences, heard[arm]) for arm in spoken["arms"]}
    everything = {arm: {**total(results[arm]), "sentences": results[arm]} for arm in results}
    (folder / "results.json").write_text(json.dumps(everything, indent=1, ensure_ascii=False))
    print("\n".join(report(results)))


if __name__ == "__main__":
    match sys.argv[1:]:
        case [folder]:
            main(folder)
        case [folder, "--again"]:
            main(folder, again=True)
        case _:
            sys.exit(__doc__)
