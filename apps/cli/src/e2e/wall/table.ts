import { FAULTS, type Fault, type Outcome } from './faults.js';

const HEAD = ['Fault', 'A stream: the client sees', 'Calls', 'A whole answer: the client sees', 'Calls'];

/** What the wall holds the product to, as a table of Markdown: a line for each fault. */
export function wallTable(): string {
  const lines = [HEAD, HEAD.map(() => '---'), ...FAULTS.map(lineOf)];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function lineOf({ name, streamed, whole, again }: Fault): readonly string[] {
  const then = again === undefined ? '' : `; at once again: ${sightOf(again)}, ${callsOf(again)}`;
  return [name, sightOf(streamed), callsOf(streamed), sightOf(whole) + then, callsOf(whole)];
}

/** How often each upstream is called, or all of them together. */
export function callsOf({ calls, isSum }: Pick<Outcome, 'calls' | 'isSum'>): string {
  if (isSum === true) return `${calls.reduce((sum, count) => sum + count, 0)} in all`;
  return calls.join(' + ');
}

function sightOf({ sees }: Outcome): string {
  switch (sees.type) {
    case 'answer':
      return 'the answer';
    case 'other answer':
      return "the fallback's answer";
    case 'filtered answer':
      return 'an answer that was filtered';
    case 'broken stream':
      return `a part, then an error (${sees.error})`;
    case 'refusal': {
      const [from, to] = sees.retryAfter ?? [];
      if (from === undefined) return `${sees.status} (${sees.error})`;
      return `${sees.status} (${sees.error}), Retry-After ${from === to ? from : `${from} to ${to}`}`;
    }
  }
}
