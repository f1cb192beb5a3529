import type { JsonObject } from '../dialect.js';
import { isJsonObject } from '../json/json-object.js';
import type { WrittenTexts } from './written-texts.js';

/** From here on a text is worth escaping only once. */
const LONG_TEXT = 256;

/** What stands for a long text until it is put in. */
const HOLE = '\u0000';
const WRITTEN_HOLE = JSON.stringify(HOLE);

/**
 * Writes events as frames. A response tells every text four more times when it ends, so what is known of how its texts are
 * written is put in rather than written again: that would be most of what these frames cost. (docs/performance.md)
 */
export class FrameWriter {
  readonly #texts: WrittenTexts;

  constructor(texts: WrittenTexts) {
    this.#texts = texts;
  }

  write(event: JsonObject): string {
    return `event: ${String(event['type'])}\ndata: ${this.#writeJson(event)}\n\n`;
  }

  #writeJson(event: JsonObject): string {
    const texts: string[] = [];
    const { response } = event;
    // Beside its output a response repeats its request, whose tools may be many, and nothing of them is known.
    const outline = isJsonObject(response)
      ? { ...event, response: { ...response, output: cut(response['output'], texts) } }
      : cut(event, texts);
    const [first = '', ...rest] = JSON.stringify(outline).split(WRITTEN_HOLE);
    // More holes than were cut: the event itself says what stands for them.
    if (rest.length !== texts.length) return JSON.stringify(event);
    return rest.reduce((json, part, hole) => `${json}"${this.#texts.jsonOf(texts[hole] ?? '')}"${part}`, first);
  }
}

/** The value with holes for its long texts, which are added to `texts` in the order that JSON tells them. */
function cut(value: unknown, texts: string[]): unknown {
  if (typeof value === 'string' && value.length >= LONG_TEXT) {
    texts.push(value);
    return HOLE;
  }
  if (Array.isArray(value)) return value.map((one) => cut(one, texts));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, cut(one, texts)]));
}
