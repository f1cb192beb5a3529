/** A text and how its pieces stand in JSON, without the quotes around them. */
export interface WrittenText {
  text: string;
  readonly pieces: string[];
}

/** What does not stand for itself in JSON: lone halves of a pair are escaped as well. */
const ESCAPED = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** A short text as it stands in JSON, without the quotes around it. */
export function writePiece(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text).slice(1, -1) : text;
}

/** Remembers how long texts are written: each is escaped once, piece by piece as it comes or when it is first told. */
export class WrittenTexts {
  readonly #known: WrittenText[] = [];

  /** Whoever adds a piece to the text adds it to both. */
  begin(text: string): WrittenText {
    const written = { text, pieces: [JSON.stringify(text).slice(1, -1)] };
    this.#known.push(written);
    return written;
  }

  jsonOf(text: string): string {
    const { pieces } = this.#known.findLast((written) => written.text === text) ?? this.begin(text);
    const json = pieces.join('');
    pieces.splice(0, pieces.length, json);
    return json;
  }
}
