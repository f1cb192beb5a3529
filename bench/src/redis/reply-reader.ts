/** An answer of Redis: text, a number, nothing, or a list of those. */
export type Reply = string | number | null | Error | readonly Reply[];

const END = '\r\n';

/** Reads replies of the protocol RESP2 out of the pieces in which they come. Text only: lengths count characters. */
export class ReplyReader {
  #text = '';

  /** The replies that are whole now. */
  read(piece: string): readonly Reply[] {
    this.#text += piece;
    const replies: Reply[] = [];
    let from = 0;
    for (let found = parse(this.#text, 0); found !== undefined; found = parse(this.#text, from)) {
      replies.push(found.reply);
      from = found.end;
    }
    this.#text = this.#text.slice(from);
    return replies;
  }
}

interface Parsed {
  readonly reply: Reply;
  readonly end: number;
}

/** The reply that begins at `from`; undefined where it is not whole. */
function parse(text: string, from: number): Parsed | undefined {
  const lineEnd = text.indexOf(END, from);
  if (lineEnd < 0) return undefined;
  const line = text.slice(from + 1, lineEnd);
  const next = lineEnd + END.length;
  switch (text[from]) {
    case '+':
      return { reply: line, end: next };
    case '-':
      return { reply: new Error(line), end: next };
    case ':':
      return { reply: Number(line), end: next };
    case '$':
      return parseText(text, { from: next, length: Number(line) });
    case '*':
      return parseList(text, { from: next, length: Number(line) });
    default:
      throw new Error(`Redis answered something unknown: ${line}`);
  }
}

interface Announced {
  readonly from: number;
  /** -1 stands for nothing. */
  readonly length: number;
}

function parseText(text: string, { from, length }: Announced): Parsed | undefined {
  if (length < 0) return { reply: null, end: from };
  const end = from + length + END.length;
  return text.length < end ? undefined : { reply: text.slice(from, from + length), end };
}

function parseList(text: string, { from, length }: Announced): Parsed | undefined {
  if (length < 0) return { reply: null, end: from };
  const items: Reply[] = [];
  let end = from;
  while (items.length < length) {
    const item = parse(text, end);
    if (item === undefined) return undefined;
    items.push(item.reply);
    end = item.end;
  }
  return { reply: items, end };
}
